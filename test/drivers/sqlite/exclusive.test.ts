import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { fileDatabase, queenOn, rejection } from '../../support/database.js'

const TABLE = { version: '001', name: 'table', upSQL: 'CREATE TABLE t (v TEXT)' }
const REFUSED = /a migration is at work on this database in memory/

test('in memory: other work of the program cannot slip into a migration that waits for something', async () => {
  const db = new Database(':memory:')
  await queenOn(db, TABLE).up()
  const prepared = db.prepare(`INSERT INTO t VALUES ('prepared before')`)
  const reader = db.prepare('SELECT v FROM t')
  const refused: unknown[] = []
  const queen = queenOn(db, TABLE, {
    version: '002',
    name: 'waits',
    manualChecksum: 'v1',
    upFn: async (tx) => {
      await tx.exec(`INSERT INTO t VALUES ('of the migration')`)
      await new Promise<void>((resolve) =>
        setImmediate(() => {
          const attempts = [
            () => db.exec(`INSERT INTO t VALUES ('exec')`),
            () => prepared.run(),
            () => reader.all(),
            () => db.prepare('SELECT 1'),
            () => db.pragma('user_version'),
          ]
          attempts.push(() => db.transaction(() => {}))
          for (const attempt of attempts)
            try {
              attempt()
              refused.push('let through')
            } catch (error) {
              refused.push((error as Error).message)
            }
          resolve()
        }),
      )
      tx.client.prepare(`INSERT INTO t VALUES ('through tx.client')`).run()
      throw new Error('and now it fails')
    },
  })
  expect((await rejection(queen.up())).message).toBe('002 waits failed: and now it fails')
  expect(refused).toHaveLength(6)
  for (const message of refused) expect(message).toMatch(REFUSED)
  // Afterwards the client is as it was.
  prepared.run()
  expect(reader.all()).toEqual([{ v: 'prepared before' }])
  expect(Object.keys(db)).toEqual(Object.keys(new Database(':memory:')))
})

test('statements of other databases are let through meanwhile', async () => {
  const [db, other] = [new Database(':memory:'), new Database(':memory:')]
  const statement = other.prepare('SELECT 1 AS one')
  const queen = queenOn(db, {
    version: '001',
    name: 'x',
    manualChecksum: 'v1',
    upFn: async () => void expect(statement.all()).toEqual([{ one: 1 }]),
  })
  await queen.up()
})

test('a client on a file is only asked for the file: its own work stays outside of the migration', async () => {
  const { file, values } = fileDatabase()
  const db = new Database(file, { timeout: 0 })
  db.exec('CREATE TABLE mine (v TEXT)')
  const outcome: string[] = []
  const queen = queenOn(db, {
    version: '001',
    name: 'fails',
    manualChecksum: 'v1',
    upFn: async (tx) => {
      await tx.exec(`INSERT INTO mine VALUES ('of the migration')`)
      expect(tx.client).not.toBe(db)
      try {
        db.exec(`INSERT INTO mine VALUES ('of the program')`)
      } catch (error) {
        outcome.push((error as { code: string }).code)
      }
      throw new Error('no')
    },
  })
  await rejection(queen.up())
  expect(outcome).toEqual(['SQLITE_BUSY'])
  expect(values('SELECT v FROM mine')).toEqual([])
  await queen.close()
  expect(db.open).toBe(true)
})

test('a database in memory that is in the middle of a transaction is refused, and left in it', async () => {
  const db = new Database(':memory:')
  db.exec('BEGIN; CREATE TABLE mine (v TEXT)')
  expect((await rejection(queenOn(db, TABLE).up())).message).toContain('in the middle of another transaction')
  expect(db.inTransaction).toBe(true)
  db.exec('COMMIT')
  expect(db.prepare('SELECT name FROM sqlite_schema').pluck().all()).toContain('mine')
})

test('two runs at once on one client: one waits for the other', async () => {
  const db = new Database(':memory:')
  const [a, b] = [queenOn(db, TABLE), queenOn(db, TABLE)]
  const results = await Promise.all([a.up(), b.up(), a.up()])
  expect(results.flatMap((result) => result.applied)).toHaveLength(1)
})

test('a closed database in memory is named', async () => {
  const db = new Database(':memory:')
  db.close()
  expect(await rejection(queenOn(db, TABLE).up())).toMatchObject({ code: 'CONNECTION_FAILED' })
})
