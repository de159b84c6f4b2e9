import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { Queen } from '../../src/core/index.js'
import { postgres } from '../../src/drivers/postgres/index.js'
import { describePrivatePgBouncer } from '../support/pgbouncer.js'
import { freshDatabase, postgres as server, type FreshDatabase } from '../support/postgres.js'
import { onDatabase } from '../support/postgres-database.mjs'
import { marksOf, postgresMigrations } from '../support/postgres-fault-migrations.mjs'
import { loadedAtOnce } from '../support/postgres-process.js'
import { truthOf } from '../support/postgres-truth.js'
import { startPgBouncer, type PgBouncerServer } from '../support/servers/pgbouncer.js'

const MIGRATIONS = 30
const ROUNDS = 6
const DETECTIONS = 50

type Mode = 'direct' | 'session' | 'transaction' | 'statement'

const LOCKS = `SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database
  WHERE l.locktype = 'advisory' AND d.datname = current_database()`

describePrivatePgBouncer('PostgreSQL behind PgBouncer', () => {
  const poolers = new Map<Mode, PgBouncerServer>()

  beforeAll(async () => {
    for (const mode of ['session', 'transaction', 'statement'] as const)
      poolers.set(mode, await startPgBouncer({ server: server as { url: string }, mode }))
  })
  afterAll(async () => {
    for (const pooler of poolers.values()) await pooler.remove()
  })

  function through(mode: Mode, { url, name }: FreshDatabase): string {
    return mode === 'direct' ? url : onDatabase(poolers.get(mode)!.url, name)
  }

  function queen(mode: Mode, database: FreshDatabase) {
    const q = new Queen(postgres(through(mode, database)))
    onTestFinished(async () => await q.close())
    return q
  }

  test(
    'in transaction mode, 4 to 8 processes of which some are killed: each migration once, and no lock is left',
    { timeout: 180_000 },
    async () => {
      let kills = 0
      for (let round = 0; round < ROUNDS; round++) {
        const database = await freshDatabase()
        const orders = { url: through('transaction', database), count: MIGRATIONS, kinds: 'transactional' } as const
        const processes = await loadedAtOnce(orders, 4 + (round % 5))
        for (const process of processes) process.go()
        for (const process of processes.slice(2)) void sleep(Math.random() * 600).then(process.kill)
        const endings = await Promise.all(processes.map(async ({ ended }) => await ended))
        kills += endings.filter(({ signal }) => signal !== null).length
        for (const { code, signal, stderr, warnings } of endings)
          if (signal === null)
            expect({ code, stderr, warnings }).toEqual({ code: 0, stderr: '', warnings: expect.any(Array) })
        const { marks, history, journal } = await truthOf(database.url)
        expect(marks).toEqual(marksOf(MIGRATIONS))
        expect(history).toHaveLength(MIGRATIONS)
        expect(new Set(journal).size).toBe(journal.length)
        expect(await database.query(LOCKS)).toEqual([])
        await database.drop()
      }
      expect(kills).toBeGreaterThan(0)
    },
  )

  test('in transaction mode: says so, and refuses what commits by itself before anything is done', async () => {
    const database = await freshDatabase()
    const q = queen('transaction', database)
    const warnings: unknown[] = []
    q.on('warning', ({ code, message }) => warnings.push([code, message]))
    q.add({ version: '001', name: 'first', upSQL: 'CREATE TABLE t (id bigint)', downSQL: 'DROP TABLE t' })
    await q.up()
    expect(warnings).toEqual([['POOLED_CONNECTION', expect.stringContaining('pooler')]])
    q.add({ version: '002', name: 'second', upSQL: 'CREATE TABLE t2 ()', downSQL: 'DROP TABLE t2' })
    const upSQL = 'CREATE INDEX CONCURRENTLY t_id ON t (id)'
    q.add({ version: '003', name: 'index', transaction: false, upSQL, downSQL: 'DROP INDEX t_id' })
    await expect(q.up()).rejects.toMatchObject({
      code: 'POOLED_CONNECTION',
      version: '003',
      hint: expect.stringContaining('session mode'),
    })
    expect(await database.query(`SELECT to_regclass('t2') AS t2`)).toEqual([{ t2: null }])
    expect(await database.query('SELECT version FROM queen_migrations')).toEqual([{ version: '001' }])
  })

  test('in transaction mode: leaves no setting on the sessions of others', async () => {
    const database = await freshDatabase()
    const q = queen('transaction', database)
    const upSQL = `CREATE TABLE t (); SET search_path = 'elsewhere'; SET statement_timeout = '1s'`
    q.add({ version: '001', name: 'careless', upSQL, downSQL: 'DROP TABLE t' })
    await q.up()
    const sessions = `SELECT application_name, current_setting('search_path') AS path, current_setting('statement_timeout') AS time,
      current_setting('lock_timeout') AS wait FROM pg_stat_activity WHERE pid = pg_backend_pid()`
    const client = new pg.Client({
      connectionString: through('transaction', database),
      application_name: 'application',
    })
    await client.connect()
    expect((await client.query(sessions)).rows).toEqual([
      { application_name: 'application', path: '"$user", public', time: '0', wait: '0' },
    ])
    await client.end()
  })

  test('in session mode everything works, and the lock is held', async () => {
    const database = await freshDatabase()
    const q = postgresMigrations(new Queen(), 10).with(postgres(through('session', database)))
    const held: unknown[] = []
    const warnings: unknown[] = []
    q.on('warning', (warning) => warnings.push(warning))
    q.add({
      version: '011',
      name: 'look',
      manualChecksum: 'v1',
      upFn: async () => void held.push(...(await database.query(LOCKS))),
      downSQL: 'SELECT 1',
    })
    expect((await q.up()).applied).toHaveLength(11)
    expect(held).toHaveLength(1)
    expect(warnings).toEqual([])
    expect(await database.query(LOCKS)).toEqual([])
    await q.close()
  })

  test('in statement mode is refused, and nothing is done', async () => {
    const database = await freshDatabase()
    const q = queen('statement', database)
    q.add({ version: '001', name: 'first', upSQL: 'CREATE TABLE t ()', downSQL: 'DROP TABLE t' })
    await expect(q.up()).rejects.toMatchObject({
      code: 'POOLED_CONNECTION',
      message: expect.stringContaining('statement mode'),
      hint: 'use the URL of the server itself, or of a pool in session mode',
    })
    expect(await database.query(`SELECT to_regclass('t') AS t, to_regclass('queen_migrations') AS history`)).toEqual([
      { t: null, history: null },
    ])
  })

  test('in transaction mode is recognised also when another client gives a session back just before', async () => {
    const database = await freshDatabase()
    const other = new pg.Client(through('transaction', database))
    await other.connect()
    await other.query('BEGIN')
    const session = await postgres(through('transaction', database)).connect({ name: 'queen_migrations' })
    await session.history()
    // What is given back last is lent next: not the session that Queen was on.
    await other.query('COMMIT')
    await session.tryLock('test')
    expect(session.affinity).toBe('transaction')
    expect(await database.query(LOCKS)).toEqual([])
    await session.close()
    await other.end()
  })

  describe.each([0, 4])(`is recognised, with %i other clients at work`, (others) => {
    test.each([
      ['direct', 'session'],
      ['session', 'session'],
      ['transaction', 'transaction'],
      ['statement', 'statement'],
    ] as const)('%s', { timeout: 120_000 }, async (mode, expected) => {
      const database = await freshDatabase()
      const over = new AbortController()
      const clients = Array.from({ length: others }, async () => await work(through(mode, database), over.signal))
      const seen: string[] = []
      for (let time = 0; time < DETECTIONS; time++) seen.push(await affinityOf(through(mode, database)))
      over.abort()
      await Promise.all(clients)
      expect(seen).toEqual(Array(DETECTIONS).fill(expected))
    })
  })
})

/** What Queen takes a connection for. */
async function affinityOf(url: string): Promise<string> {
  const session = await postgres(url).connect({ name: 'queen_migrations' })
  try {
    await (await session.tryLock('test'))?.release()
    return session.affinity ?? 'session'
  } catch (error) {
    return /statement mode/.test(String(error)) ? 'statement' : String(error)
  } finally {
    await session.close()
  }
}

/** A client of the application: queries and short transactions, at once and after pauses. */
async function work(url: string, over: AbortSignal): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  while (!over.aborted) {
    await client.query('SELECT pg_sleep(random() * 0.003)')
    if (Math.random() < 0.5) await sleep(Math.random() * 3)
  }
  await client.end()
}
