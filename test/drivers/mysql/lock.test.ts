import { expect, test } from 'vitest'
import { Queen, QueenError } from '../../../src/core/index.js'
import { mysql } from '../../../src/drivers/mysql/index.js'
import { LockSql } from '../../../src/drivers/mysql/lock.js'
import { eventually } from '../../../src/testing/conformance/lock.js'
import { mysqlServers } from '../../support/mysql.js'
import { ask } from '../../support/mysql-database.mjs'

test('the name of a lock is short and small, whatever the names of database and table are', () => {
  const names = [
    ['app', 'queen_migrations'],
    ['APP', 'queen_migrations'],
    ['a'.repeat(64), '数据'.repeat(20)],
    ['appq', 'ueen_migrations'],
  ]
  const locks = names.map(([database, table]) => new LockSql(database!, table!).name)
  for (const name of locks) expect(name).toMatch(/^queen:[0-9a-f]{40}$/)
  expect(new Set(locks).size).toBe(names.length)
})

const TABLE = { name: 'queen_migrations' }
const SLEEP = 'SELECT 1 FROM (SELECT 1 AS one) t WHERE SLEEP(30)'

for (const server of mysqlServers)
  server.describe(`the lock on ${server.title}`, () => {
    test('A04: a migration that gives it away is stopped, and nothing behind it is run', async () => {
      const { url, query } = await server.freshDatabase()
      await using db = new Queen(mysql(url))
        .add({ version: '001', name: 'rude', upSQL: 'CREATE TABLE a (id INT); DO RELEASE_ALL_LOCKS()' })
        .add({ version: '002', name: 'next', upSQL: 'CREATE TABLE b (id INT)' })
      await expect(db.up()).rejects.toMatchObject({ code: 'LOCK_LOST', version: '001' })
      expect(await query(`SHOW TABLES LIKE 'b'`)).toEqual([])
    })

    test('A03: a connection that is killed takes the lock with it; who waited goes on', async () => {
      const { url, query } = await server.freshDatabase()
      const first = new Queen(mysql(url)).add({ version: '001', name: 'slow', upSQL: [SLEEP] })
      const running = first.up().catch((reason: unknown) => reason)
      const [session] = await eventually(async () => {
        const found = await query(
          `SELECT id AS session FROM information_schema.PROCESSLIST WHERE info LIKE '%SLEEP(30)%' AND id <> CONNECTION_ID()`,
        )
        return found.length === 1 ? found : null
      })
      await query(`KILL ${String(session!['session'])}`)
      const error = (await running) as QueenError
      expect(error).toBeInstanceOf(QueenError)
      expect(error).toMatchObject({ code: 'CONNECTION_FAILED', version: '001' })
      expect(error.message).toMatch(/connection was lost/i)
      await first.close()
      await using second = new Queen(mysql(url)).add({ version: '001', name: 'slow', upSQL: ['SELECT 1'] })
      expect((await second.up()).to).toBe('001')
    })

    test('A11, A13: databases and tables do not wait for each other; who waits is told for whom', async () => {
      const [one, two] = [await server.freshDatabase(), await server.freshDatabase()]
      const holder = await mysql(one.url).connect(TABLE)
      const lock = await holder.tryLock('ann@host#7')
      const other = await mysql(two.url).connect(TABLE)
      await (await other.tryLock('bob'))!.release()
      const waiting = new Queen(mysql(one.url), { lockTimeout: 300 }).add({
        version: '1',
        name: 'a',
        upSQL: 'SELECT 1',
      })
      const error = (await waiting.up().catch((reason: unknown) => reason)) as QueenError
      expect(error).toMatchObject({ code: 'LOCK_TIMEOUT' })
      expect(error.message).toMatch(/held by ann@host#7 since \S+ \(connection \d+, /)
      await lock!.release()
      for (const session of [holder, other]) await session.close()
      await waiting.close()
    })

    test('A14: a user who may see no other session is told who it is, all the same', async () => {
      const { url, name, query } = await server.freshDatabase()
      const user = `u${name.slice(-12)}`
      await query(`CREATE USER ${user} IDENTIFIED BY 'pw'; GRANT SELECT ON ${name}.* TO ${user}`)
      try {
        const holder = await mysql(url).connect(TABLE)
        await holder.tryLock('ann@host#7')
        await holder.prepare()
        const theirs = new URL(url)
        Object.assign(theirs, { username: user, password: 'pw' })
        const other = await mysql(theirs.href).connect(TABLE)
        expect(await other.tryLock('bob')).toBe(null)
        expect(await other.holder()).toMatchObject({ who: 'ann@host#7' })
        for (const session of [holder, other]) await session.close()
      } finally {
        await ask(url, `DROP USER ${user}`)
      }
    })

    test('A08: who may only read gets a status, and an up with nothing to do', async () => {
      const { url, name, query } = await server.freshDatabase()
      const user = `u${name.slice(-12)}`
      const migration = { version: '001', name: 'a', upSQL: 'CREATE TABLE a (id INT)' }
      await using owner = new Queen(mysql(url)).add(migration)
      await owner.up()
      await query(`CREATE USER ${user} IDENTIFIED BY 'pw'; GRANT SELECT ON ${name}.* TO ${user}`)
      try {
        const theirs = new URL(url)
        Object.assign(theirs, { username: user, password: 'pw' })
        await using reader = new Queen(mysql(theirs.href)).add(migration)
        expect((await reader.up()).applied).toEqual([])
        await using more = new Queen(mysql(theirs.href))
          .add(migration)
          .add({ version: '002', name: 'b', upSQL: 'CREATE TABLE b (id INT)' })
        await expect(more.up()).rejects.toMatchObject({
          hint: expect.stringMatching(new RegExp(`^GRANT (INSERT|UPDATE|INSERT, UPDATE) ON .*${name}`)) as unknown,
        })
      } finally {
        await ask(url, `DROP USER ${user}`)
      }
    })

    test('C15: a server that takes no writes is refused before the lock', async () => {
      const { url, connect } = await server.freshDatabase()
      void url
      const connection = await connect()
      await connection.query('SET SESSION TRANSACTION READ ONLY')
      const db = new Queen(mysql(connection)).add({ version: '001', name: 'a', upSQL: 'SELECT 1' })
      await expect(db.up()).rejects.toMatchObject({
        code: 'CONNECTION_FAILED',
        message: expect.stringMatching(/read-only: t\w+_read_only is on/) as unknown,
      })
    })
  })
