import { expect, test } from 'vitest'
import { Queen, QueenError, type Migration } from '../../../src/core/index.js'
import { mysql } from '../../../src/drivers/mysql/index.js'
import { mysqlServers } from '../../support/mysql.js'

/** Ten statements of every kind, each of which leaves a mark that shows if it was executed twice. */
const TEN = [
  'CREATE TABLE a (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(20))',
  `INSERT INTO a (v) VALUES ('one')`,
  'ALTER TABLE a ADD COLUMN w INT NOT NULL DEFAULT 0',
  `CREATE PROCEDURE p() BEGIN INSERT INTO a (v) VALUES ('called'); SELECT v FROM a; SELECT 1; END`,
  'CALL p()',
  'CREATE INDEX a_v ON a (v)',
  `CREATE TRIGGER a_t BEFORE INSERT ON a FOR EACH ROW BEGIN SET NEW.w = 7; SET NEW.v = CONCAT(NEW.v, ';'); END`,
  `INSERT INTO a (v) VALUES ('fired')`,
  'CREATE VIEW a_view AS SELECT v, w FROM a',
  'UPDATE a SET w = w + 1',
]
const ROWS = [
  { v: 'one', w: 1 },
  { v: 'called', w: 1 },
  { v: 'fired;', w: 8 },
]

function ten(texts: readonly string[]): Migration {
  return { version: '001', name: 'ten', upSQL: texts.map((text) => `${text};\n`).join('') }
}

for (const server of mysqlServers)
  server.describe(`a migration of ten statements on ${server.title}`, () => {
    test.each(TEN.map((_, index) => index + 1))(
      'fails at statement %i: what is told, what is recorded, and resuming executes the rest',
      async (position) => {
        const { url, query } = await server.freshDatabase()
        const broken = TEN.with(position - 1, `SELECT 1\n  FORM nowhere AT all`)
        await using db = new Queen(mysql(url)).add(ten(broken))
        const error = (await db.up().catch((reason: unknown) => reason)) as QueenError
        expect(error).toBeInstanceOf(QueenError)
        expect(error).toMatchObject({ code: 'MIGRATION_FAILED', version: '001', serverCode: '1064' })
        expect(error.statement).toMatchObject({ number: position, total: 10, line: position + 1, column: 8 })
        expect(error.message).not.toMatch(/SHOW WARNINGS|queen/)
        expect(error.hint).toContain('queen recover 001 --resume')
        const [record] = await query('SELECT status, statements_done, statements_total, error FROM queen_migrations')
        expect(record).toMatchObject({ status: 'failed', statements_done: position - 1, statements_total: 10 })
        await expect(db.up()).rejects.toMatchObject({ code: 'FAILED_MIGRATION' })

        await using corrected = new Queen(mysql(url)).add(ten(TEN))
        await corrected.recover('001', 'resume')
        expect(await corrected.version()).toBe('001')
        expect(await query('SELECT v, w FROM a_view')).toEqual(ROWS)
        expect(await corrected.validate()).toEqual([])
      },
    )

    test('is one message, however many statements it has', async () => {
      const { query, connect } = await server.freshDatabase()
      const connection = await connect({ multipleStatements: true })
      await using db = new Queen(mysql(connection)).add(ten(TEN))
      await db.status()
      const sent = sentBy(connection)
      await db.up()
      expect(sent.filter((text) => text.includes('CREATE TABLE a '))).toHaveLength(1)
      expect(sent.find((text) => text.includes('CREATE TABLE a '))).toContain('UPDATE a SET w')
      expect(await query('SELECT v, w FROM a_view')).toEqual(ROWS)
    })

    test('is many messages on a connection that takes one statement each, with the same outcome', async () => {
      const { query, connect } = await server.freshDatabase()
      const connection = await connect()
      const notices: string[] = []
      await using db = new Queen(mysql(connection)).add(ten(TEN)).add({
        version: '002',
        name: 'warned',
        upSQL: `DROP TABLE IF EXISTS gone`,
      })
      db.on('notice', ({ message }) => void notices.push(message))
      await db.up()
      expect(await query('SELECT v, w FROM a_view')).toEqual(ROWS)
      expect(notices.join()).toMatch(/gone/)
    })

    test('is taken back as carefully', async () => {
      const { url, query } = await server.freshDatabase()
      const down = ['DROP VIEW a_view', 'DROP TRIGGER a_t', 'DROP PROCEDURE p', 'DROP TABLE missing', 'DROP TABLE a']
      await using db = new Queen(mysql(url)).add({ ...ten(TEN), downSQL: down })
      await db.up()
      await expect(db.down()).rejects.toMatchObject({ statement: { number: 4, total: 5 } })
      const [record] = await query('SELECT status, direction, statements_done FROM queen_migrations')
      expect(record).toEqual({ status: 'failed', direction: 'down', statements_done: 3 })
      await using corrected = new Queen(mysql(url)).add({ ...ten(TEN), downSQL: down.toSpliced(3, 1) })
      await corrected.recover('001', 'resume')
      expect(await corrected.version()).toBe(null)
      expect(await query('SHOW TABLES')).toHaveLength(3)
    })
  })

/** The texts a connection sends from now on. */
function sentBy(connection: object): string[] {
  const raw = (connection as { connection: { query: (options: { sql: string }) => unknown } }).connection
  const query = raw.query.bind(raw)
  const sent: string[] = []
  raw.query = (options, ...rest: never[]) => {
    sent.push(options.sql)
    return (query as (...all: unknown[]) => unknown)(options, ...rest)
  }
  return sent
}
