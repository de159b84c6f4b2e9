import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Queen, type QueenOptions } from '../../src/core/index.js'
import { postgres, type PostgresOptions, type PostgresTransaction } from '../../src/drivers/postgres/index.js'
import { LockSql } from '../../src/drivers/postgres/lock.js'
import { describePostgres, freshDatabase, postgres as server, type FreshDatabase } from '../support/postgres.js'
import { ask } from '../support/postgres-database.mjs'
import { word } from '../support/word.js'

type TestQueen = Queen<PostgresTransaction>
type Target = Parameters<typeof postgres>[0]

function queen(target: Target, options: QueenOptions = {}, driver: PostgresOptions = {}): TestQueen {
  const q = new Queen<PostgresTransaction>(postgres(target, driver) as never, options)
  onTestFinished(async () => await q.close())
  return q
}

/** Adds a migration that marks that it ran, and on which session. */
function marked(q: TestQueen, version: string, more: string | (() => Promise<unknown>) = ''): TestQueen {
  const mark = `CREATE TABLE IF NOT EXISTS audit (version text, pid int); INSERT INTO audit VALUES ('${version}', pg_backend_pid());`
  if (typeof more === 'string')
    return q.add({ version, name: `sql_${version}`, upSQL: mark + more, irreversible: 'for the test' })
  const upFn = async (tx: PostgresTransaction): Promise<void> => {
    await tx.exec(mark)
    await more()
  }
  return q.add({ version, name: `function_${version}`, manualChecksum: 'v1', upFn, irreversible: 'for the test' })
}

async function versionsIn({ query }: FreshDatabase): Promise<unknown[]> {
  return (await query('SELECT version FROM audit ORDER BY version')).map((row) => row['version'])
}

const LOCKS = `SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database
  WHERE l.locktype = 'advisory' AND d.datname = current_database()`

async function locksIn({ query }: FreshDatabase): Promise<unknown[]> {
  return (await query(LOCKS)).map((row) => row['pid'])
}

/** Ends the sessions of Queen's in a database, and waits until they are gone. */
async function endSessions({ query }: FreshDatabase): Promise<void> {
  const sessions = `FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'queen%'`
  expect(await query(`SELECT pg_terminate_backend(pid) ${sessions}`)).not.toEqual([])
  while ((await query(`SELECT ${sessions}`)).length > 0);
}

describePostgres('PostgreSQL, the migration lock', () => {
  test('goes with its session, and with it all that was not committed: the next in line applies it', async () => {
    const database = await freshDatabase()
    await database.query('CREATE TABLE pauses AS SELECT 60 AS seconds')
    const [first, second] = [queen(database.url), queen(database.url)]
    for (const q of [first, second]) marked(q, '001', 'SELECT pg_sleep(seconds) FROM pauses')
    const waits = new Promise((resolve) => second.on('lockWait', resolve))
    const failed = expect(first.up()).rejects.toMatchObject({
      code: 'CONNECTION_FAILED',
      message: expect.stringMatching(/^The connection was lost while 001 sql_001 was at work: terminating connection/),
    })
    while ((await locksIn(database)).length === 0);
    const applied = second.up()
    await waits
    const holders = await locksIn(database)
    while (
      (await database.query(`SELECT FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'`, [holders[0]]))
        .length === 0
    );
    await database.query('DELETE FROM pauses')
    await database.query('SELECT pg_terminate_backend($1)', [holders[0]])
    expect(await applied).toMatchObject({ applied: [{ version: '001' }] })
    await failed
    expect(await versionsIn(database)).toEqual(['001'])
  })

  describe.each([
    ['DISCARD ALL', { transaction: false, upSQL: 'DISCARD ALL' }],
    ['pg_advisory_unlock_all() in SQL', { upSQL: 'CREATE TABLE t (); SELECT pg_advisory_unlock_all()' }],
    [
      'pg_advisory_unlock_all() outside of a transaction',
      { transaction: false, upSQL: 'SELECT pg_advisory_unlock_all()' },
    ],
    [
      'pg_advisory_unlock_all() in a function',
      {
        manualChecksum: 'v1',
        upFn: async (tx: PostgresTransaction) => {
          await tx.exec('CREATE TABLE t ()')
          await tx.query('SELECT pg_advisory_unlock_all()')
        },
      },
    ],
  ])('dropped by %s', (_, migration) => {
    test('ends the run before the next migration, and names the one that did it', async () => {
      const database = await freshDatabase()
      const q = marked(queen(database.url), '001')
      q.add({ version: '002', name: 'careless', ...migration, irreversible: 'for the test' })
      marked(q, '003')
      await expect(q.up()).rejects.toMatchObject({
        code: 'LOCK_LOST',
        version: '002',
        message: 'The migration lock was lost while 002 careless was at work: it gave the migration lock away',
        applied: [{ version: '001' }],
      })
      expect(await versionsIn(database)).toEqual(['001'])
      expect(await database.query(`SELECT to_regclass('t') AS t`)).toEqual([{ t: null }])
      expect(await locksIn(database)).toEqual([])
    })
  })

  test('keeps two queens that share one client apart', async () => {
    const database = await freshDatabase()
    const client = await database.connect()
    const queens = [queen(client), queen(client)]
    for (const q of queens) for (const version of ['001', '002', '003']) marked(q, version, () => sleep(20))
    const reports = await Promise.all(queens.map(async (q) => await q.up()))
    expect(reports.flatMap(({ applied }) => applied)).toHaveLength(3)
    expect(await versionsIn(database)).toEqual(['001', '002', '003'])
    for (const q of queens) await q.close()
    expect(await locksIn(database)).toEqual([])
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  describe('of a pool', () => {
    function pool({ url }: FreshDatabase, config: pg.PoolConfig = {}): pg.Pool {
      const made = new pg.Pool({ connectionString: url, ...config })
      onTestFinished(async () => await made.end())
      return made
    }

    test('keeps two queens that share it apart, and is held by the session that migrates', async () => {
      const database = await freshDatabase()
      const shared = pool(database, { max: 5 })
      const queens = [queen(shared), queen(shared)]
      const holders: unknown[] = []
      for (const q of queens)
        for (const version of ['001', '002', '003'])
          marked(q, version, async () => holders.push(...(await locksIn(database))))
      const reports = await Promise.all(queens.map(async (q) => await q.up()))
      expect(reports.flatMap(({ applied }) => applied)).toHaveLength(3)
      const audit = await database.query('SELECT version, pid FROM audit ORDER BY version')
      expect(audit.map((row) => row['version'])).toEqual(['001', '002', '003'])
      // The lock counts as one, however often it was taken.
      expect([...new Set(holders)]).toEqual([...new Set(audit.map((row) => row['pid']))])
      for (const q of queens) await q.close()
      expect(await locksIn(database)).toEqual([])
    })

    test('of one client: also who is in the way is found out', async () => {
      const database = await freshDatabase()
      const q = queen(pool(database, { max: 1 }), { ddlLockTimeout: 300 })
      marked(marked(q, '001'), '002', 'ALTER TABLE audit ADD COLUMN more text')
      await q.up({ to: '001' })
      const reader = await database.connect({ application_name: 'reader' })
      await reader.query('BEGIN; SELECT FROM audit')
      const miss = new Promise((resolve) => q.on('lockMiss', resolve))
      const done = q.up()
      expect(await miss).toMatchObject({ blockers: [{ who: expect.stringContaining('(reader)') }] })
      await reader.query('COMMIT')
      expect(await done).toMatchObject({ applied: [{ version: '002' }] })
    })

    test('that closes what is idle: a long migration keeps it', async () => {
      const database = await freshDatabase()
      const q = queen(pool(database, { idleTimeoutMillis: 100 }))
      const other = queen(database.url)
      const during: unknown[] = []
      for (const one of [q, other])
        marked(one, '001', async () => {
          await sleep(1_000)
          during.push(...(await locksIn(database)))
        })
      const acquired = new Promise((resolve) => q.on('lockAcquired', resolve))
      const first = q.up()
      await acquired
      const reports = await Promise.all([first, other.up()])
      expect(reports.map(({ applied }) => applied.length)).toEqual([1, 0])
      const [row] = await database.query('SELECT pid FROM audit')
      expect(during).toEqual([row!['pid']])
    })

    test('whose idle client is ended from outside: the next call has another', async () => {
      const database = await freshDatabase()
      const shared = pool(database)
      shared.on('error', () => {})
      const q = marked(queen(shared), '001')
      await q.up()
      const [row] = await database.query('SELECT pid FROM audit')
      await database.query('SELECT pg_terminate_backend($1)', [row!['pid']])
      while ((await database.query('SELECT FROM pg_stat_activity WHERE pid = $1', [row!['pid']])).length > 0);
      expect(await marked(q, '002').up()).toMatchObject({ applied: [{ version: '002' }] })
    })
  })

  test('two history tables, and two databases, do not wait for each other', async () => {
    const [database, other] = [await freshDatabase(), await freshDatabase()]
    const inside = word()
    const outside = word()
    const q = marked(queen(database.url), '001', async () => {
      inside.give()
      await outside.given
    })
    const done = q.up()
    await inside.given
    await Promise.all([
      queen(database.url, { table: 'other_migrations' })
        .add({ version: '001', name: 'other', upSQL: 'CREATE TABLE o ()', downSQL: 'DROP TABLE o' })
        .up({ lockTimeout: 0 }),
      marked(queen(other.url), '001').up({ lockTimeout: 0 }),
    ])
    // The same table in the same database, however it is written.
    await expect(marked(queen(database.url, { schema: 'public' }), '001').up({ lockTimeout: 0 })).rejects.toMatchObject(
      { code: 'LOCK_TIMEOUT' },
    )
    outside.give()
    expect(await done).toMatchObject({ applied: [{ version: '001' }] })
  })

  test('has a key of 64 bits, which no number of JavaScript can hold', async () => {
    const { connect } = await freshDatabase()
    const client = await connect()
    const other = await connect()
    const locks = Array.from({ length: 8 }, (_, index) => new LockSql('public', `table_${index}`))
    expect(locks.some(({ key }) => BigInt(key) > 2n ** 53n)).toBe(true)
    expect(locks.some(({ key }) => BigInt(key) < -(2n ** 53n))).toBe(true)
    for (const lock of locks) {
      const is = async (on: pg.Client, what: string) =>
        (await on.query({ text: `SELECT ${what}`, rowMode: 'array' })).rows[0]![0]
      expect(await is(client, lock.take)).toBe(true)
      expect(await is(other, lock.take)).toBe(false)
      expect(await is(client, lock.held)).toBe(true)
      const holders = await client.query<{ pid: number }>(lock.holder)
      expect(holders.rows.map(({ pid }) => pid)).toEqual([await is(client, 'pg_backend_pid()')])
      const key = `SELECT ((classid::int8 << 32) | objid::int8)::text AS key FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()`
      expect((await client.query(key)).rows).toEqual([{ key: lock.key }])
      expect(await is(client, lock.release)).toBe(true)
      expect(await is(other, lock.take)).toBe(true)
    }
  })

  test('tells a role without any rights who holds it and what for, and nobody when it is free', async () => {
    const role = `queen_test_${randomBytes(6).toString('hex')}`
    const { url: root } = server as { url: string }
    await ask(root, `CREATE ROLE ${role} LOGIN PASSWORD '${role}'`)
    // After the database that has something of its.
    onTestFinished(async () => void (await ask(root, `DROP ROLE ${role}`)))
    const database = await freshDatabase()
    const as = new URL(database.url)
    as.username = as.password = role
    const inside = word()
    const outside = word()
    const holder = marked(queen(database.url), '001')
    await holder.up()
    await database.query(`GRANT SELECT ON queen_migrations TO ${role}`)
    marked(holder, '002', async () => {
      inside.give()
      await outside.given
    })
    const done = holder.up()
    await inside.given
    const poor = marked(marked(queen(as.href), '001'), '002', () => Promise.resolve())
    expect(await poor.status()).toMatchObject([{ state: 'applied' }, { state: 'running' }])
    await expect(poor.up({ lockTimeout: 200 })).rejects.toMatchObject({
      code: 'LOCK_TIMEOUT',
      message: expect.stringMatching(
        new RegExp(`held by \\S+@\\S+#${process.pid} since .*, applying 002 function_002 \\(pid \\d+`),
      ),
    })
    const session = await poor.inspect(async (open) => await open.holder())
    expect(session).toMatchObject({ doing: { version: '002', direction: 'up' } })
    outside.give()
    await done
    expect(await poor.inspect(async (open) => await open.holder())).toBeNull()
    expect(await poor.up()).toMatchObject({ applied: [] })
  })

  test('held by hand: who waits is told the process and the name of the application', async () => {
    const database = await freshDatabase()
    const hand = await database.connect({ application_name: 'psql' })
    const { rows } = await hand.query<{ pid: number }>(
      `SELECT pg_backend_pid() AS pid, ${new LockSql('public', 'queen_migrations').take}`,
    )
    await expect(marked(queen(database.url), '001').up({ lockTimeout: 100 })).rejects.toMatchObject({
      code: 'LOCK_TIMEOUT',
      message: expect.stringMatching(new RegExp(`pid ${rows[0]!.pid}\\b.*psql`)),
    })
    expect(await database.query(`SELECT to_regclass('queen_migrations') AS made`)).toEqual([{ made: null }])
  })

  test('is taken on a new connection when the idle one was ended between two calls', async () => {
    const database = await freshDatabase()
    const q = marked(queen(database.url), '001')
    await q.up()
    await endSessions(database)
    expect(await q.status()).toMatchObject([{ state: 'applied' }])
    await endSessions(database)
    expect(await marked(q, '002').up()).toMatchObject({ applied: [{ version: '002' }] })
  })

  test('cannot be taken on a client that was ended from outside: the error says by whom', async () => {
    const database = await freshDatabase()
    const client = await database.connect()
    const q = marked(queen(client), '001')
    await q.up()
    const gone = new Promise<void>((resolve) => client.on('end', resolve))
    const [row] = await database.query('SELECT pid FROM audit')
    await database.query('SELECT pg_terminate_backend($1)', [row!['pid']])
    await gone
    await expect(marked(q, '002').up()).rejects.toMatchObject({ code: 'CONNECTION_FAILED' })
    await expect(q.status()).rejects.toMatchObject({
      code: 'CONNECTION_FAILED',
      hint: expect.stringContaining('connected client'),
    })
  })
})
