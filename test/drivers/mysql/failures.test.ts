import { expect, test } from 'vitest'
import { Queen, QueenError, type Migration } from '../../../src/core/index.js'
import { mysql } from '../../../src/drivers/mysql/index.js'
import { mysqlServers, type FreshDatabase } from '../../support/mysql.js'

/** Runs one migration and returns how it failed. */
async function failing(url: string, migration: Partial<Migration>, options = {}): Promise<QueenError> {
  await using db = new Queen(mysql(url), options).add({ version: '001', name: 'it', ...migration } as Migration)
  const error = await db.up().then(
    () => new Error('it must not succeed'),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(QueenError)
  return error as QueenError
}

async function running(url: string, ...migrations: Partial<Migration>[]): Promise<void> {
  await using db = new Queen(mysql(url))
  migrations.forEach((one, index) => db.add({ version: `00${index + 1}`, name: 'it', ...one } as Migration))
  await db.up()
}

async function record({ query }: FreshDatabase): Promise<unknown> {
  return (await query('SELECT status, statements_done AS done FROM queen_migrations'))[0]
}

for (const server of mysqlServers)
  server.describe(`failures on ${server.title}`, () => {
    test('C06: what commits by itself stays, and is told so', async () => {
      const database = await server.freshDatabase()
      const upSQL = 'CREATE TABLE a (id INT); INSERT INTO a VALUES (1); ALTER TABLE missing ADD x INT'
      const error = await failing(database.url, { upSQL })
      expect(error.rolledBack).toEqual([])
      expect(await record(database)).toEqual({ status: 'failed', done: 2 })
      expect(await database.query('SELECT * FROM a')).toEqual([{ id: 1 }])
    })

    test('a migration of data alone is one transaction', async () => {
      const database = await server.freshDatabase()
      await database.query('CREATE TABLE a (id INT PRIMARY KEY)')
      const error = await failing(database.url, { upSQL: 'INSERT INTO a VALUES (1); INSERT INTO a VALUES (1)' })
      expect(error).toMatchObject({ rolledBack: ['001'], serverCode: '1062', statement: { number: 2 } })
      expect(await database.query('SELECT * FROM a')).toEqual([])
      expect(await record(database)).toBe(undefined)
    })

    test('C20: a procedure that commits is found out, and nothing behind it is run', async () => {
      const { url, query } = await server.freshDatabase()
      await query('CREATE TABLE a (id INT)')
      await query('CREATE PROCEDURE p() BEGIN INSERT INTO a VALUES (1); COMMIT; END')
      const error = await failing(url, { upSQL: 'CALL p(); INSERT INTO a VALUES (2)' })
      expect(error.message).toMatch(/ended the transaction/)
      expect(await query('SELECT * FROM a')).toEqual([{ id: 1 }])
    })

    test('C13: a statement the server would hang up for is refused before anything is done', async () => {
      const { url, query } = await server.freshDatabase()
      const [row] = await query('SELECT @@max_allowed_packet AS longest')
      const text = `INSERT INTO a VALUES ('${'x'.repeat(Number(row!['longest']))}')`
      const error = await failing(url, { upSQL: ['CREATE TABLE a (v LONGTEXT)', text] })
      expect(error).toMatchObject({ serverCode: '1153', statement: { number: 2 } })
      expect(await query(`SHOW TABLES LIKE 'a'`)).toEqual([])
    })

    test('more than a message may hold goes in several', async () => {
      const { url, query } = await server.freshDatabase()
      const [row] = await query('SELECT @@max_allowed_packet AS longest')
      const part = 'x'.repeat(Number(row!['longest']) / 2.5)
      const upSQL = ['CREATE TABLE a (v LONGTEXT)', ...[1, 2, 3].map(() => `INSERT INTO a VALUES ('${part}')`)]
      await running(url, { upSQL })
      expect(await query('SELECT COUNT(*) AS n FROM a')).toEqual([{ n: 3 }])
    })

    test.each([
      ['ANSI_QUOTES', `INSERT INTO "a" VALUES ('x;y')`],
      ['NO_BACKSLASH_ESCAPES', `INSERT INTO a VALUES ('x\\'); INSERT INTO a VALUES ('it''s; \\')`],
    ])('C18: sql_mode %s decides how SQL is read', async (mode, upSQL) => {
      const { query, connect } = await server.freshDatabase()
      await query('CREATE TABLE a (v VARCHAR(20))')
      const connection = await connect()
      await connection.query(`SET SESSION sql_mode = '${mode}'`)
      await using db = new Queen(mysql(connection)).add({ version: '001', name: `it's \\ "odd"`, upSQL })
      await db.up()
      expect((await db.status())[0]).toMatchObject({ state: 'applied', name: `it's \\ "odd"` })
      expect((await query('SELECT v FROM a')).length).toBe(upSQL.split('INSERT').length - 1)
    })

    test('C18: a table may be named as a function is', async () => {
      const { url } = await server.freshDatabase()
      await running(url, { upSQL: 'CREATE TABLE count (id INT)' })
    })

    test('C14, C21: autocommit = 0 loses nothing, and no time zone moves a moment', async () => {
      const { query, connect } = await server.freshDatabase()
      const connection = await connect()
      await connection.query(`SET autocommit = 0, time_zone = '+05:00'`)
      await using db = new Queen(mysql(connection)).add({ version: '001', name: 'a', upSQL: 'CREATE TABLE a (id INT)' })
      await db.up()
      const [row] = await query(
        'SELECT ABS(TIMESTAMPDIFF(SECOND, applied_at, UTC_TIMESTAMP())) AS ago FROM queen_migrations',
      )
      expect(Number(row!['ago'])).toBeLessThan(600)
    })

    test.each([
      ['sql_require_primary_key', 1],
      ['sql_generate_invisible_primary_key', 1],
    ])('C16: Queen’s own tables can be made under %s', async (variable) => {
      const { query, connect } = await server.freshDatabase()
      const connection = await connect()
      // MariaDB has neither.
      await connection.query(`SET SESSION ${variable} = 1`).catch(() => {})
      await using db = new Queen(mysql(connection)).add({
        version: '001',
        name: 'a',
        upSQL: 'CREATE TABLE a (id INT PRIMARY KEY)',
      })
      await db.up()
      expect(await query('SELECT COUNT(*) AS n FROM queen_migrations')).toEqual([{ n: 1 }])
    })

    test('C17: a table somebody holds is waited for in tries, and who holds it is named', async () => {
      const { url, connect, query } = await server.freshDatabase()
      await query('CREATE TABLE a (id INT PRIMARY KEY); INSERT INTO a VALUES (1)')
      const reader = await connect()
      await reader.query('START TRANSACTION')
      await reader.query('SELECT * FROM a')
      await using db = new Queen(mysql(url), { ddlLockTimeout: '1s' }).add({
        version: '001',
        name: 'it',
        upSQL: 'ALTER TABLE a ADD COLUMN v INT',
      })
      const misses: { blockers: readonly { id: string }[] }[] = []
      db.on('lockMiss', (miss) => {
        misses.push(miss)
        void reader.query('COMMIT')
      })
      await db.up()
      expect(misses.length).toBeGreaterThan(0)
      expect(misses[0]!.blockers.map(({ id }) => id)).toContain(String(reader.threadId))
    })

    test('a row somebody holds, too', async () => {
      const { url, connect, query } = await server.freshDatabase()
      await query('CREATE TABLE a (id INT PRIMARY KEY); INSERT INTO a VALUES (1)')
      const writer = await connect()
      await writer.query('START TRANSACTION')
      await writer.query('UPDATE a SET id = 2')
      await using db = new Queen(mysql(url)).add({ version: '001', name: 'it', upSQL: 'UPDATE a SET id = 3' })
      let misses = 0
      db.on('lockMiss', () => {
        misses++
        void writer.query('ROLLBACK')
      })
      await db.up()
      expect(misses).toBeGreaterThan(0)
      expect(await query('SELECT id FROM a')).toEqual([{ id: 3 }])
    })

    test('C10, C24: a statement that takes too long is stopped, and the lock is kept and given back', async () => {
      const database = await server.freshDatabase()
      const upSQL = ['CREATE TABLE a (id INT)', 'SELECT 1 FROM (SELECT 1 AS one) t WHERE SLEEP(30)']
      const error = await failing(database.url, { upSQL }, { statementTimeout: 300 })
      expect(error).toMatchObject({ code: 'TIMEOUT', statement: { number: 2 } })
      expect(await record(database)).toEqual({ status: 'failed', done: 1 })
      await using next = new Queen(mysql(database.url)).add({ version: '001', name: 'it', upSQL: upSQL.slice(0, 1) })
      await next.recover('001', 'resume')
      expect(await next.version()).toBe('001')
    })

    test('C19: what a migration sets for itself is the next one’s no more', async () => {
      const { url, query } = await server.freshDatabase()
      await running(
        url,
        { upSQL: `SET foreign_key_checks = 0; SET @x = 1; CREATE TEMPORARY TABLE tmp (id INT); LOCK TABLES tmp WRITE` },
        { upSQL: 'CREATE TABLE tmp (fk INT, x INT); INSERT INTO tmp VALUES (@@foreign_key_checks, @x)' },
      )
      expect(await query('SELECT fk, x FROM tmp')).toEqual([{ fk: 1, x: null }])
    })

    test('LOCK TABLES of a dump do not stand in Queen’s way', async () => {
      const { url, query } = await server.freshDatabase()
      const upSQL = 'CREATE TABLE a (id INT); LOCK TABLES a WRITE; INSERT INTO a VALUES (1); UNLOCK TABLES'
      await running(url, { upSQL })
      expect(await query('SELECT id FROM a')).toEqual([{ id: 1 }])
    })

    test('an XA transaction that is left open is found out and ended', async () => {
      const { url, query } = await server.freshDatabase()
      await query('CREATE TABLE a (id INT)')
      const error = await failing(url, { transaction: false, upSQL: `XA START 'x1'; INSERT INTO a VALUES (1)` })
      expect(error.code).toBe('MIGRATION_FAILED')
      expect(await query('SELECT * FROM a')).toEqual([])
      await query('DROP TABLE a')
    })

    test('C23: no password of a statement is in an error', async () => {
      const { url } = await server.freshDatabase()
      const error = await failing(url, { upSQL: `CREATE USER IF NOT EXIST u IDENTIFIED BY 's3cret'` })
      expect(JSON.stringify([error, error.message, error.cause, error.stack, error.hint])).not.toContain('s3cret')
    })

    test('C27: warnings are told', async () => {
      const { url } = await server.freshDatabase()
      await using db = new Queen(mysql(url)).add({
        version: '001',
        name: 'it',
        upSQL: 'SELECT 1; DROP TABLE IF EXISTS gone',
      })
      const notices: string[] = []
      db.on('notice', ({ severity, message }) => void notices.push(`${severity} ${message}`))
      await db.up()
      expect(notices).toEqual([expect.stringMatching(/^NOTE .*gone.* \(1051\)$/)])
    })

    test('DELIMITER scripts work', async () => {
      const { url, query } = await server.freshDatabase()
      const upSQL =
        'DELIMITER $$\nCREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END$$\nDELIMITER ;\nCREATE TABLE a (id INT);'
      await running(url, { upSQL })
      expect(await query(`SHOW TABLES LIKE 'a'`)).toHaveLength(1)
    })

    test('online: true has the server refuse a copy, before it begins', async () => {
      const database = await server.freshDatabase()
      await database.query('CREATE TABLE a (id INT PRIMARY KEY, v VARCHAR(10)); INSERT INTO a VALUES (1, 2)')
      const upSQL = [
        'ALTER TABLE a ADD COLUMN w INT',
        'CREATE INDEX a_v ON a (v) -- by v',
        'ALTER TABLE a MODIFY v INT',
      ]
      const error = await failing(database.url, { online: true, upSQL })
      expect(error).toMatchObject({ statement: { number: 3 }, hint: expect.stringContaining('online') as unknown })
      expect(['1845', '1846']).toContain(error.serverCode)
      expect(await record(database)).toEqual({ status: 'failed', done: 2 })
    })

    test('cancelling stops the statement at work', async () => {
      const { url } = await server.freshDatabase()
      const controller = new AbortController()
      await using db = new Queen(mysql(url)).add({
        version: '001',
        name: 'it',
        upSQL: 'SELECT 1 FROM (SELECT 1 AS one) t WHERE SLEEP(30)',
      })
      db.on('migrationStart', () => setTimeout(() => controller.abort(), 100))
      await expect(db.up({ signal: controller.signal })).rejects.toMatchObject({ code: 'ABORTED' })
    })
  })
