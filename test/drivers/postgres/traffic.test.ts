import { expect, test } from 'vitest'
import type { QueenEvents } from '../../../src/core/index.js'
import { rejection } from '../../support/database.js'
import { describePgBouncer, pgbouncer } from '../../support/pgbouncer.js'
import { describePostgres, freshDatabase } from '../../support/postgres.js'
import { onDatabase } from '../../support/postgres-database.mjs'
import { called, plain, queenOn, until, type PostgresQueen } from '../../support/postgres-queen.js'

const ADD = 'ALTER TABLE users ADD COLUMN name text'

/** Resolves at the first miss; all misses are collected. */
function missesOf(queen: PostgresQueen): { readonly first: Promise<void>; readonly all: QueenEvents['lockMiss'][] } {
  const all: QueenEvents['lockMiss'][] = []
  const first = new Promise<void>((resolve) => {
    queen.on('lockMiss', (miss) => {
      all.push(miss)
      resolve()
    })
  })
  return { first, all }
}

describePostgres('a lock on a table that is not to be had', () => {
  test('the whole migration is played again, and done once', async () => {
    const database = await freshDatabase()
    await database.query('CREATE TABLE users (id int); CREATE TABLE counted (n int)')
    const other = await database.connect()
    await other.query('BEGIN; SELECT * FROM users')
    const queen = queenOn(database.url, [plain('001', `INSERT INTO counted VALUES (1); ${ADD}`)], {
      ddlLockTimeout: '50ms',
    })
    const misses = missesOf(queen)
    const run = queen.up()
    await misses.first
    // Nobody has to queue up behind the migration between its tries.
    await database.query('SELECT * FROM users')
    await other.query('COMMIT')
    expect((await run).applied).toHaveLength(1)
    expect(await database.query('SELECT n FROM counted')).toEqual([{ n: 1 }])
    expect(misses.all[0]).toMatchObject({ version: '001', attempt: 1, tries: 30 })
    expect(misses.all.flatMap(({ blockers }) => blockers)).toContainEqual(
      expect.objectContaining({ state: 'idle in transaction', query: 'BEGIN; SELECT * FROM users' }),
    )
  })

  test('so it is after a deadlock', async () => {
    const database = await freshDatabase()
    await database.query('CREATE TABLE users (id int); CREATE TABLE posts (id int)')
    const other = await database.connect()
    // The other one never looks for deadlocks, so that the migration is the one that is ended.
    await other.query(`SET deadlock_timeout = '1h'; BEGIN; LOCK TABLE posts`)
    const queen = queenOn(database.url, [plain('001', `${ADD}; ALTER TABLE posts ADD COLUMN name text`)], {
      ddlLockTimeout: '1m',
    })
    const misses = missesOf(queen)
    const run = queen.up()
    await until(database, `SELECT 1 FROM pg_locks WHERE relation = 'posts'::regclass AND NOT granted`)
    const locked = other.query('LOCK TABLE users')
    await misses.first
    await locked
    await other.query('COMMIT')
    expect((await run).applied).toHaveLength(1)
    expect(misses.all).toHaveLength(1)
  })

  test('a function is called again only where it says that it may be', async () => {
    const database = await freshDatabase()
    await database.query('CREATE TABLE users (id int)')
    const other = await database.connect()
    const outcome = async (replayable: boolean): Promise<PostgresQueen> => {
      await other.query('BEGIN; SELECT * FROM users')
      const migration = called('001', async (tx) => await tx.exec(ADD), { replayable })
      return queenOn(database.url, [migration], { ddlLockTimeout: '50ms' })
    }
    const once = await outcome(false)
    expect(await rejection(once.up())).toMatchObject({
      code: 'LOCK_TIMEOUT',
      hint: expect.stringContaining('replayable: true'),
    })
    await other.query('COMMIT')
    const again = await outcome(true)
    const misses = missesOf(again)
    const run = again.up()
    await misses.first
    await other.query('COMMIT')
    expect((await run).applied).toHaveLength(1)
  })
})

describePostgres('the migration lock', () => {
  test('is the same by whatever name the table is called, and another one for another table', async () => {
    const database = await freshDatabase()
    const held = queenOn(database.url, [])
    const lock = await held.inspect(async (session) => await session.tryLock('deploy@ci-7#4242'))
    const takes = async (options: { table?: string; schema?: string }): Promise<boolean> =>
      await queenOn(database.url, [], options).inspect(async (session) => {
        const taken = await session.tryLock('other@host#1')
        await taken?.release()
        return taken !== null
      })
    expect(await takes({})).toBe(false)
    expect(await takes({ table: 'queen_migrations' })).toBe(false)
    expect(await takes({ schema: 'public' })).toBe(false)
    expect(await takes({ table: 'Queen_migrations' })).toBe(true)
    expect(await takes({ schema: 'other' })).toBe(true)
    await lock!.release()
    expect(await takes({})).toBe(true)
  })
})

describePgBouncer('behind a pooler that leaves no lock', () => {
  test('runs at once apply each migration once all the same, and nobody fails', async () => {
    const database = await freshDatabase()
    const url = onDatabase('url' in pgbouncer ? pgbouncer.url : '', database.name)
    await database.query('CREATE TABLE counted (version text)')
    const migrations = ['001', '002', '003'].map((version) =>
      plain(version, `INSERT INTO counted VALUES ('${version}')`),
    )
    const queens = Array.from({ length: 5 }, () => queenOn(url, migrations, { pooler: 'transaction' }))
    const reports = await Promise.all(queens.map(async (queen) => await queen.up()))
    const applied = reports.flatMap((report) => report.applied.map(({ version }) => version))
    expect(applied.sort()).toEqual(['001', '002', '003'])
    expect(await database.query('SELECT version FROM counted ORDER BY 1')).toEqual([
      { version: '001' },
      { version: '002' },
      { version: '003' },
    ])
  })
})
