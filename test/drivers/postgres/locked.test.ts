import type pg from 'pg'
import { expect, test } from 'vitest'
import type { QueenEvents } from '../../../src/core/events.js'
import { refusalOf, states } from '../../support/core.js'
import { called, plain, queenOn, until, type Draft, type PostgresQueen } from '../../support/postgres-queen.js'
import { describePostgres, freshDatabase } from '../../support/postgres.js'

const TABLE = plain('001', 'CREATE TABLE t (v INT); CREATE SEQUENCE tries')
const ALTER = 'ALTER TABLE t ADD w INT'
/** A sequence takes no part in transactions: it counts what was rolled back as well. */
const COUNT = `SELECT nextval('tries')`

/** A database with the table, somebody who reads it in a transaction, and a queen with a migration that is in his way. */
async function besideReader(migration: Draft, patience = '50ms' as const) {
  const { url, query, connect } = await freshDatabase()
  const queen = queenOn(url, [TABLE, migration], { ddlLockTimeout: patience })
  await queen.up({ steps: 1 })
  const reader = await connect({ application_name: 'the report' })
  await reader.query('BEGIN; SELECT 1 FROM t')
  const misses: QueenEvents['lockMiss'][] = []
  queen.on('lockMiss', (miss) => void misses.push(miss))
  return { url, query, connect, queen, reader, misses }
}

/** Lets go after so many misses. */
function endAfter(queen: PostgresQueen, reader: pg.Client, count: number): void {
  queen.on('lockMiss', ({ attempt }) => void (attempt === count && reader.query('ROLLBACK')))
}

async function triesIn(query: (sql: string) => Promise<unknown[]>): Promise<unknown> {
  const [row] = (await query('SELECT last_value::int AS n FROM tries')) as { n: number }[]
  return row!.n
}

describePostgres('a lock on a table', () => {
  test('that is not to be had: the whole migration is played again, and each miss names who is in the way', async () => {
    const { query, queen, reader, misses } = await besideReader(plain('002', `${COUNT}; ${ALTER}`))
    endAfter(queen, reader, 3)
    await queen.up()
    expect(await triesIn(query)).toBe(4)
    expect(misses).toHaveLength(3)
    expect(misses.map(({ attempt }) => attempt)).toEqual([1, 2, 3])
    const { blockers } = misses.find((miss) => miss.blockers.length > 0)!
    expect(blockers[0]).toMatchObject({
      who: expect.stringContaining('the report') as string,
      state: 'idle in transaction',
    })
    expect(blockers[0]!.query).toContain('SELECT 1 FROM t')
    expect(await states(queen as never)).toEqual({ '001': 'applied', '002': 'applied' })
  })

  test('while it is waited for, readers wait no longer than it is', async () => {
    const { queen, reader, connect, misses } = await besideReader(plain('002', ALTER))
    const run = queen.up()
    const other = await connect()
    await other.query(`SET lock_timeout = '10s'`)
    while (misses.length < 3) await other.query('SELECT 1 FROM t')
    await reader.query('ROLLBACK')
    await run
  })

  test('that is never to be had ends when it is cancelled, and the error names who was in the way', async () => {
    const { queen, misses } = await besideReader(plain('002', ALTER))
    const controller = new AbortController()
    queen.on('lockMiss', ({ attempt }) => void (attempt === 2 && controller.abort()))
    const error = await refusalOf(queen.up({ signal: controller.signal }), 'ABORTED')
    expect(error).toMatchObject({ version: '002', rolledBack: ['002'] })
    expect(misses.length).toBeGreaterThanOrEqual(2)
    expect(await states(queen as never)).toEqual({ '001': 'applied', '002': 'pending' })
  })

  test('a function is not called again, unless it says that it may be', async () => {
    const plainly = await besideReader(
      called('002', async (tx) => {
        await tx.exec(COUNT)
        await tx.exec(ALTER)
      }),
    )
    const error = await refusalOf(plainly.queen.up(), 'LOCK_TIMEOUT')
    expect(error.hint).toContain('replayable: true')
    expect(error).toMatchObject({ serverCode: '55P03', rolledBack: ['002'] })
    expect(error.blockers?.[0]?.who).toContain('the report')
    expect(error.message).toContain('blocked by')
    expect(await triesIn(plainly.query)).toBe(1)

    const { queen, reader, query } = await besideReader(
      called(
        '002',
        async (tx) => {
          await tx.exec(COUNT)
          await tx.exec(ALTER)
        },
        { replayable: true },
      ),
    )
    endAfter(queen, reader, 2)
    await queen.up()
    expect(await triesIn(query)).toBe(3)
  })

  test('statement by statement only what missed is played again', async () => {
    const { queen, reader, query } = await besideReader(plain('002', [COUNT, ALTER, COUNT], { transaction: false }))
    endAfter(queen, reader, 2)
    await queen.up()
    expect(await triesIn(query)).toBe(2)
    expect((await queen.status())[1]).toMatchObject({ state: 'applied', statementsDone: 3 })
  })

  test.each([
    ['CREATE INDEX CONCURRENTLY', 'CREATE INDEX CONCURRENTLY i ON t (v)'],
    ['DROP INDEX CONCURRENTLY', 'DROP INDEX CONCURRENTLY j'],
    ['REINDEX CONCURRENTLY', 'REINDEX TABLE CONCURRENTLY t'],
  ])('%s waits as long as it takes', async (_, sql) => {
    const { url, query, connect } = await freshDatabase()
    const queen = queenOn(
      url,
      [plain('001', 'CREATE TABLE t (v INT); CREATE INDEX j ON t (v)'), plain('002', sql, { transaction: false })],
      { ddlLockTimeout: '20ms' },
    )
    await queen.up({ steps: 1 })
    const misses: unknown[] = []
    queen.on('lockMiss', (miss) => void misses.push(miss))
    const writer = await connect()
    await writer.query('BEGIN; INSERT INTO t VALUES (1)')
    const run = queen.up()
    const waiting = `FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`
    await until({ query }, `SELECT ${waiting} AND now() - query_start > interval '100ms'`)
    await writer.query('COMMIT')
    await run
    expect(misses).toEqual([])
  })

  test('VALIDATE CONSTRAINT waits as long as it takes, and what stands beside it in the migration does not', async () => {
    const { url, query, connect } = await freshDatabase()
    const queen = queenOn(
      url,
      [
        plain('001', 'CREATE TABLE t (v INT, CONSTRAINT c CHECK (v > 0) NOT VALID); CREATE TABLE u (v INT)'),
        plain('002', `ALTER TABLE t VALIDATE CONSTRAINT c; ALTER TABLE u ADD w INT`),
      ],
      { ddlLockTimeout: '20ms' },
    )
    await queen.up({ steps: 1 })
    const misses: QueenEvents['lockMiss'][] = []
    queen.on('lockMiss', (miss) => void misses.push(miss))
    const vacuum = await connect()
    // What VACUUM and other validations hold, and readers and writers do not.
    await vacuum.query('BEGIN; LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE')
    const reader = await connect()
    await reader.query('BEGIN; SELECT 1 FROM u')
    const run = queen.up()
    const waiting = `FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`
    await until({ query }, `SELECT ${waiting} AND now() - query_start > interval '100ms'`)
    expect(misses).toEqual([])
    await vacuum.query('COMMIT')
    await new Promise<void>((resolve) => queen.on('lockMiss', () => resolve()))
    await reader.query('COMMIT')
    await run
  })

  test('a deadlock that ends at the migration’s cost is played again', async () => {
    const { url, query, connect } = await freshDatabase()
    const other = await connect()
    const inject = `DO $$ BEGIN IF nextval('tries') = 1 THEN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END IF; END $$`
    const queen = queenOn(
      url,
      [TABLE, plain('002', `INSERT INTO t VALUES (2); ${inject}`), plain('003', 'LOCK TABLE t; LOCK TABLE u')],
      {
        ddlLockTimeout: '20s',
      },
    )
    const misses: QueenEvents['lockMiss'][] = []
    queen.on('lockMiss', (miss) => void misses.push(miss))
    await queen.up({ steps: 2 })
    expect(misses).toHaveLength(1)
    expect(await query('SELECT v FROM t')).toEqual([{ v: 2 }])
    expect(await triesIn(query)).toBe(2)

    // And a real one: whoever waits last finds it out, and is the one to go.
    await query('CREATE TABLE u (v INT)')
    await other.query(`BEGIN; SET LOCAL deadlock_timeout = '60s'; LOCK TABLE u`)
    const run = queen.up()
    await until({ query }, `SELECT FROM pg_locks WHERE relation = 'u'::regclass AND NOT granted`)
    await Promise.all([other.query('LOCK TABLE t; COMMIT'), run])
    expect(misses).toHaveLength(2)
  })

  test('a conflict between serializable transactions is played again', async () => {
    const { url, query } = await freshDatabase()
    const inject = `DO $$ BEGIN IF nextval('tries') = 1 THEN RAISE EXCEPTION 'could not serialize' USING ERRCODE = '40001'; END IF; END $$`
    await queenOn(url, [TABLE, plain('002', inject, { isolation: 'serializable' })]).up()
    expect(await triesIn(query)).toBe(2)
  })
})
