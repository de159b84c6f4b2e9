import mysqlCallbacks from 'mysql2'
import mysqlPromises from 'mysql2/promise'
import { describe, expect, test } from 'vitest'
import { Queen, QueenError } from '../../../src/core/index.js'
import { refuseOld } from '../../../src/drivers/mysql/client.js'
import { mysql } from '../../../src/drivers/mysql/index.js'
import { sourceFrom } from '../../../src/drivers/mysql/source.js'
import { mysqlServers } from '../../support/mysql.js'

describe('a target', () => {
  test.each<[url: string, config: object]>([
    ['mysql://ann@db.example/app', { user: 'ann', host: 'db.example', database: 'app' }],
    ['mariadb://ann:p%40ss%2Fw%25@[::1]:3307/app', { user: 'ann', password: 'p@ss/w%', host: '::1', port: 3307 }],
    ['mysql://ann@localhost/app?socket=/run/mysqld/mysqld.sock', { socketPath: '/run/mysqld/mysqld.sock' }],
    ['mysql://ann@%2Frun%2Fmysqld%2Fmysqld.sock/app', { socketPath: '/run/mysqld/mysqld.sock', database: 'app' }],
    ['mysql://db/app?connect-timeout=3', { connectTimeout: 3000 }],
    ['mysql://db/app?ssl={"ca":"x"}', { ssl: { ca: 'x' } }],
  ])('%s is read', (url, config) => {
    expect(sourceFrom(url)).toMatchObject({ kind: 'config', config })
  })

  test.each([
    ['ssl-mode=REQUIRED', { mode: 'REQUIRED' }],
    ['sslmode=verify-ca&ssl_ca=ca.pem', { mode: 'VERIFY_CA', ca: 'ca.pem' }],
    ['ssl=false', { mode: 'DISABLED' }],
  ])('?%s says how to encrypt', (query, tls) => {
    expect(sourceFrom(`mysql://db/app?${query}`)).toMatchObject({ tls })
  })

  test.each<[target: unknown, message: RegExp]>([
    ['', /is empty/],
    ['postgres://ann:s3cret@db/app', /scheme postgres:/],
    ['jdbc:mysql://db', /JDBC/],
    ['mysql://ann:s3cret/x@db/app', /@ behind the host/],
    ['mysql://ann:s3cret@db/app?multipleStatements=true', /parameter multipleStatements/],
    ['mysql://ann:s3cret@db/app?sockett=/x', /unknown parameter sockett/],
    ['mysql://a,b/app', /several hosts/],
    [undefined, /is undefined/],
    [{}, /neither a host nor a database/],
    [Promise.resolve(), /is a promise/],
    [new Map(), /neither a connection nor a pool/],
  ])('%s is refused, without a word of its password', (target, message) => {
    const refused = (): unknown => mysql(target as string)
    expect(refused).toThrow(QueenError)
    expect(refused).toThrow(message)
    expect(() => refused()).not.toThrow(/s3cret/)
  })

  test('is told without its password', () => {
    expect(mysql('mysql://ann:s3cret@db:3307/app').target).toBe('mysql://ann@db:3307/app')
    expect(mysql({ user: 'ann', password: 's3cret', database: 'app' }).target).toBe('mysql://ann@localhost:3306/app')
  })

  test('that nobody answers under is an error that names it', async () => {
    const db = new Queen(mysql('mysql://ann:s3cret@127.0.0.1:1/app'))
    await expect(db.status()).rejects.toMatchObject({
      code: 'CONNECTION_FAILED',
      message: expect.stringMatching(/^Cannot connect to mysql:\/\/ann@127\.0\.0\.1:1\/app: .*ECONNREFUSED/) as unknown,
      hint: expect.stringContaining('server is running') as unknown,
    })
  })
})

test('a mysql2 that is too old is refused with the command that installs another', () => {
  for (const release of ['3.9.0', '3.24.6', '4.0.0']) expect(() => refuseOld(release)).not.toThrow()
  for (const release of ['2.3.3', '3.8.9']) expect(() => refuseOld(release)).toThrow(/needs 3\.9 or later/)
})

const MIGRATIONS = [
  { version: '001', name: 'a', upSQL: 'CREATE TABLE a (id INT PRIMARY KEY); SET @x = 1', downSQL: 'DROP TABLE a' },
  { version: '002', name: 'b', upSQL: 'INSERT INTO a VALUES (1); INSERT INTO a VALUES (2)', downSQL: 'DELETE FROM a' },
]

for (const server of mysqlServers)
  server.describe(`what is handed in, on ${server.title}`, () => {
    test.each<[string, (url: string) => Promise<object>]>([
      ['a connection with promises', async (url) => await mysqlPromises.createConnection(url)],
      ['a connection with callbacks', (url) => Promise.resolve(mysqlCallbacks.createConnection(url))],
      ['a pool with promises', (url) => Promise.resolve(mysqlPromises.createPool(url))],
      ['a pool with callbacks', (url) => Promise.resolve(mysqlCallbacks.createPool({ uri: url, connectionLimit: 1 }))],
    ])('%s is worked with, and stays open', async (_, open) => {
      const { url, query } = await server.freshDatabase()
      const given = (await open(url)) as mysqlPromises.Connection
      let client: unknown
      const db = new Queen(mysql(given)).add(...[MIGRATIONS[0]!]).add(MIGRATIONS[1]!)
      db.add({ version: '003', name: 'fn', upFn: async (tx) => void (client = await Promise.resolve(tx.client)) })
      await db.up()
      await db.close()
      expect(client).toBeDefined()
      expect(await query('SELECT COUNT(*) AS n FROM a')).toEqual([{ n: 2 }])
      const promises = (given as { promise?: () => mysqlPromises.Connection }).promise?.() ?? given
      const [answer] = await promises.query('SELECT 42 AS n')
      expect(answer).toEqual([{ n: 42 }])
      await promises.end()
    })

    test('a connection comes back in the state it had', async () => {
      const { url, connect } = await server.freshDatabase()
      void url
      const connection = await connect()
      await connection.query('CREATE TEMPORARY TABLE mine (id INT)')
      await connection.query(
        `SET autocommit = 0, lock_wait_timeout = 77, time_zone = '+03:00', sql_mode = 'ANSI_QUOTES', @mine = 5`,
      )
      const state =
        'SELECT @@autocommit, @@lock_wait_timeout, @@innodb_lock_wait_timeout, @@wait_timeout, @@time_zone, @@sql_mode, @mine, DATABASE()'
      const [before] = await connection.query(state)
      await connection.query('COMMIT')
      const db = new Queen(mysql(connection)).add({
        version: '001',
        name: 'rude',
        upSQL: `SET sql_mode = ''; SET time_zone = '+05:00'; SET SESSION wait_timeout = 5; USE information_schema`,
      })
      await db.up()
      await db.close()
      expect((await connection.query(state))[0]).toEqual(before)
      expect((await connection.query('SELECT * FROM mine'))[0]).toEqual([])
    })

    test('a connection in the middle of a transaction is refused', async () => {
      const { connect } = await server.freshDatabase()
      const connection = await connect()
      await connection.query('START TRANSACTION')
      await expect(new Queen(mysql(connection)).status()).rejects.toThrow(/in the middle of another transaction/)
    })

    test('two queens on one connection take turns', async () => {
      const { connect } = await server.freshDatabase()
      const connection = await connect()
      const queens = [1, 2].map(() => new Queen(mysql(connection)).add(MIGRATIONS[0]!).add(MIGRATIONS[1]!))
      const reports = await Promise.all(queens.map(async (db) => await db.up()))
      expect(reports.flatMap(({ applied }) => applied.map(({ version }) => version)).sort()).toEqual(['001', '002'])
    })

    test('a URL without a database is refused with the way to name one', async () => {
      const { url } = await server.freshDatabase()
      const without = new URL(url)
      without.pathname = '/'
      await expect(new Queen(mysql(without.href)).status()).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    })
  })
