import type Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { fileDatabase, queenOn, rejection } from '../../support/database.js'

const TABLE = { version: '001', name: 'table', upSQL: 'CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)' }

test('a function that commits by itself is found out, and its record says failed', async () => {
  const { queen, values } = fileDatabase(TABLE, {
    version: '002',
    name: 'commits',
    manualChecksum: 'v1',
    upFn: async (tx) => {
      await tx.exec(`INSERT INTO t VALUES (1, 'kept')`)
      tx.client.exec('COMMIT')
    },
  })
  const error = await rejection(queen.up())
  expect(error).toMatchObject({ code: 'MIGRATION_FAILED', version: '002', rolledBack: [] })
  expect(error.message).toContain('it ended the transaction it ran in')
  expect(values('SELECT v FROM t')).toEqual(['kept'])
  // What was committed cannot be called back, but nobody is told that the migration is applied.
  expect((await queen.status()).map((row) => row.state)).toEqual(['applied', 'failed'])
  expect((await rejection(queen.up())).code).toBe('FAILED_MIGRATION')
})

test('COMMIT; BEGIN inside a function is found out too, though a transaction is open at its end', async () => {
  const { queen } = fileDatabase(TABLE, {
    version: '002',
    name: 'commits_and_begins',
    manualChecksum: 'v1',
    upFn: async (tx) => tx.exec(`INSERT INTO t VALUES (1, 'kept'); COMMIT; BEGIN; INSERT INTO t VALUES (2, 'lost')`),
  })
  expect((await rejection(queen.up())).message).toContain('it ended the transaction it ran in and began another')
  expect((await queen.status())[1]).toMatchObject({ state: 'failed' })
})

test('ROLLBACK inside a function leaves nothing, and nothing recorded', async () => {
  const { queen, values } = fileDatabase(TABLE, {
    version: '002',
    name: 'rolls_back',
    manualChecksum: 'v1',
    upFn: async (tx) => tx.exec(`INSERT INTO t VALUES (1, 'lost'); ROLLBACK`),
  })
  expect((await rejection(queen.up())).code).toBe('MIGRATION_FAILED')
  expect(values('SELECT count(*) FROM t')).toEqual([0])
  expect((await queen.status())[1]).toMatchObject({ state: 'pending' })
})

test('a trigger that rolls everything back is noticed even when the function swallows its error', async () => {
  const trigger = `CREATE TRIGGER no_two BEFORE INSERT ON t WHEN NEW.id = 2 BEGIN SELECT RAISE(ROLLBACK, 'no'); END`
  const { queen, values } = fileDatabase(
    TABLE,
    { version: '002', name: 'trigger', upSQL: trigger },
    {
      version: '003',
      name: 'swallows',
      manualChecksum: 'v1',
      upFn: async (tx) => {
        await tx.exec(`INSERT INTO t VALUES (1, 'one')`)
        await tx.exec(`INSERT INTO t VALUES (2, 'two')`).catch(() => {})
      },
    },
  )
  expect((await rejection(queen.up())).message).toContain('it ended the transaction it ran in')
  expect(values('SELECT count(*) FROM t')).toEqual([0])
  expect(values('SELECT version FROM queen_migrations')).toEqual(['001', '002'])
})

test.each(['BEGIN', 'COMMIT', 'ROLLBACK', 'END', 'COMMIT TRANSACTION', '/* a */ begin immediate', 'COMMIT; BEGIN'])(
  '%s in the SQL of a transactional migration is refused before anything is run',
  async (control) => {
    const { queen, values } = fileDatabase(TABLE, {
      version: '002',
      name: 'controls',
      upSQL: `INSERT INTO t VALUES (1, 'x');\n${control}`,
    })
    const error = await rejection(queen.up())
    expect(error).toMatchObject({ code: 'INVALID_MIGRATION', version: '002' })
    expect(error.message).toMatch(
      /^Migration 002 controls at \S+:\d+: statement 2 \(line 2, \w+\) would end the transaction/,
    )
    // Neither was the sound migration before it: the whole plan is read before its first statement is played.
    expect(values(`SELECT count(*) FROM sqlite_schema WHERE name = 't'`)).toEqual([0])
  },
)

test('savepoints, and transaction words in strings, comments and triggers, are no transaction control', async () => {
  const { queen, values } = fileDatabase(TABLE, {
    version: '002',
    name: 'harmless',
    upSQL: `SAVEPOINT a; INSERT INTO t VALUES (1, 'COMMIT; BEGIN'); ROLLBACK TO a; RELEASE a; -- COMMIT
      CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET v = CASE WHEN v = 'a' THEN 'END;' ELSE v END; END;
      INSERT INTO t VALUES (2, 'a')`,
  })
  await queen.up()
  expect(values('SELECT v FROM t')).toEqual(['END;'])
})

test('a transaction left open by transaction: false is rolled back and reported', async () => {
  const { queen, values } = fileDatabase(TABLE, {
    version: '002',
    name: 'open',
    transaction: false,
    upSQL: `BEGIN; INSERT INTO t VALUES (1, 'x')`,
  })
  const error = await rejection(queen.up())
  expect(error.message).toContain('it left a transaction open')
  expect(values('SELECT count(*) FROM t')).toEqual([0])
  expect((await queen.status())[1]).toMatchObject({ state: 'failed', statementsDone: 0 })
})

test('transaction: false runs VACUUM, and may hold whole transactions of its own', async () => {
  const { queen, values } = fileDatabase(TABLE, {
    version: '002',
    name: 'free',
    transaction: false,
    upSQL: `BEGIN; INSERT INTO t VALUES (1, 'x'); COMMIT; VACUUM; PRAGMA user_version = 7`,
  })
  await queen.up()
  expect(values('SELECT v FROM t')).toEqual(['x'])
  expect(values('PRAGMA user_version')).toEqual([7])
  expect((await queen.status())[1]).toMatchObject({ state: 'applied', statementsDone: 5, statementsTotal: 5 })
})

test('what a migration sets for its connection is put back: nobody is locked out, and the journal is on disk again', async () => {
  const { queen, connect } = fileDatabase(TABLE, {
    version: '002',
    name: 'settings',
    transaction: false,
    upSQL:
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; PRAGMA foreign_keys = ON; INSERT INTO t VALUES (1, 2)',
  })
  await queen.up()
  connect({ timeout: 0 }).exec(`INSERT INTO t VALUES (2, 'other')`)
  const settings = await queen.inspect(async (session) => {
    const db = (session as unknown as { database: Database.Database }).database
    return ['journal_mode', 'locking_mode', 'foreign_keys'].map((name) => db.pragma(name, { simple: true }))
  })
  expect(settings).toEqual(['delete', 'normal', 0])
})

test('a reader is not kept out while a migration is at work', async () => {
  const seen: unknown[] = []
  const { queen, connect } = fileDatabase(TABLE, {
    version: '002',
    name: 'long',
    manualChecksum: 'v1',
    upFn: async (tx) => {
      await tx.exec(`INSERT INTO t VALUES (1, 'new')`)
      seen.push(connect({ timeout: 0 }).prepare('SELECT count(*) FROM t').pluck().get())
    },
  })
  await queen.up()
  expect(seen).toEqual([0])
})

test('a syntax error is pointed at in the text it was written in', async () => {
  const upSQL = `-- first\nCREATE TABLE a (id INT);\n\n  INSERT INTO a (id) SELECT id FROM a WHERE FROM a;`
  const error = await rejection(queenOn(':memory:', { version: '001', name: 'a', upSQL }).up())
  expect(error['statement']).toMatchObject({ number: 2, total: 2, line: 4, column: 45 })
  expect(error).toMatchObject({ serverCode: 'SQLITE_ERROR' })
})

test('text in double quotes gets the hint that names are meant', async () => {
  const error = await rejection(
    queenOn(':memory:', TABLE, { version: '002', name: 'quotes', upSQL: 'UPDATE t SET v = "x"' }).up(),
  )
  expect(error['hint']).toBe('double quotes are for names; write text in single quotes')
})
