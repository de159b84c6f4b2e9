import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { refusalOf, states } from '../../support/core.js'
import { called, freshRole, plain, queenOn, type Draft } from '../../support/postgres-queen.js'
import { describePostgres, freshDatabase } from '../../support/postgres.js'

/** Migrations that leave their traces in every kind of way, one of which fails. */
const TRACES: readonly Draft[] = [
  plain(
    '001',
    `CREATE TABLE seen (u TEXT, path TEXT); INSERT INTO seen SELECT current_user, current_setting('search_path')`,
  ),
  plain('002', `SET search_path = ''; SET ROLE pg_monitor; SET statement_timeout = 7; SET TIME ZONE 'Asia/Tokyo'`),
  plain(
    '003',
    'CREATE TEMP TABLE scratch (v INT); PREPARE mine AS SELECT 1; CREATE TEMP VIEW one AS SELECT v FROM scratch; CREATE TEMP SEQUENCE n',
  ),
  called('004', async (tx) => {
    await tx.exec(`SET application_name = 'mine'; SET SESSION AUTHORIZATION pg_monitor`)
  }),
  plain('005', [`SET work_mem = '1MB'`, 'SELECT 1'], { transaction: false }),
  plain('006', 'SET ROLE pg_monitor; SELECT nothing'),
]

/** All there is to see of a session. */
async function stateOf(client: pg.ClientBase): Promise<unknown> {
  const one = async (sql: string): Promise<unknown[]> => (await client.query(sql)).rows
  return {
    who: await one(`SELECT current_user, session_user, current_setting('role') AS role`),
    settings: await one(`SELECT name, setting FROM pg_settings WHERE source = 'session' ORDER BY name`),
    prepared: await one('SELECT name, statement FROM pg_prepared_statements ORDER BY name'),
    temporary: await one(`SELECT relname FROM pg_class WHERE relnamespace = pg_my_temp_schema() ORDER BY 1`),
    locks: await one(`SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()`),
    listeners: ['error', 'notice', 'end', 'notification'].map((event) => client.listenerCount(event)),
  }
}

/** What a user may have made of a connection before Queen gets it. */
async function furnish(client: pg.ClientBase, role: string): Promise<void> {
  await client.query(`SET search_path = app, public; SET statement_timeout = '3s'; SET TIME ZONE 'Europe/Rome';
    SET application_name = 'the shop'; SET app.tenant = '7'; CREATE TEMP TABLE basket (v INT); PREPARE theirs AS SELECT 2;
    SET ROLE ${role}`)
  await client.query({ name: 'named', text: 'SELECT $1::int', values: [1] })
}

describePostgres('a client of the user’s', () => {
  test.each([
    ['as it was made', false],
    ['furnished', true],
  ])('comes back in the state it had, %s, and is not closed', async (_, furnished) => {
    const role = await freshRole('NOLOGIN')
    const { connect, query } = await freshDatabase()
    await query(`CREATE SCHEMA app; GRANT CREATE, USAGE ON SCHEMA app TO ${role}`)
    const client = await connect()
    if (furnished) await furnish(client, role)
    const before = await stateOf(client)
    const queen = queenOn(client, TRACES as never)
    await refusalOf(queen.up())
    expect(await stateOf(client)).toEqual({ ...(before as object), listeners: expect.anything() as unknown })
    await queen.status()
    await queen.close()
    expect(await stateOf(client)).toEqual(before)
    expect((await client.query('SELECT 1 AS v')).rows).toEqual([{ v: 1 }])
    // And works as before, with what was prepared on it.
    if (furnished) {
      expect((await client.query({ name: 'named', text: 'SELECT $1::int', values: [3] })).rows).toEqual([{ int4: 3 }])
      expect((await client.query('SELECT * FROM app.seen')).rows).toEqual([{ u: role, path: 'app, public' }])
    }
  })

  test('who has become somebody else stays that', async () => {
    const role = await freshRole('NOLOGIN')
    const { connect, query } = await freshDatabase()
    await query(`GRANT CREATE ON SCHEMA public TO ${role}`)
    const client = await connect()
    await client.query(`SET SESSION AUTHORIZATION ${role}`)
    const before = await stateOf(client)
    const queen = queenOn(client, [
      plain('001', 'CREATE TABLE t (v INT)'),
      plain('002', 'SELECT 1', { transaction: false }),
    ] as never)
    await queen.up()
    await queen.close()
    expect(await stateOf(client)).toEqual(before)
    const owners = await query(`SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'`)
    expect(owners).toEqual([{ tableowner: role }])
  })

  test.each(['BEGIN', 'BEGIN; SELECT nothing'])(
    'in the middle of a transaction (%s) is refused, and left alone',
    async (sql) => {
      const { connect, query } = await freshDatabase()
      const client = await connect()
      await client.query(sql).catch(() => {})
      const listeners = client.listenerCount('error')
      const queen = queenOn(client, [plain('001', 'SELECT 1')] as never)
      const error = await refusalOf(queen.up(), 'CONNECTION_FAILED')
      expect(error.message).toMatch(/transaction/)
      await queen.close()
      expect(client.listenerCount('error')).toBe(listeners)
      expect(await query(`SELECT FROM pg_class WHERE relname LIKE 'queen%'`)).toEqual([])
      await client.query('ROLLBACK')
      await queen.up()
    },
  )

  test('that is busy is waited for, and queries of its own in between are not mixed up', async () => {
    const { connect } = await freshDatabase()
    const client = await connect()
    const slow = client.query('SELECT pg_sleep(0.2)')
    const queen = queenOn(client, [plain('001', 'CREATE TABLE t (v INT)')] as never)
    await queen.up()
    await slow
    expect((await client.query('SELECT count(*)::int AS n FROM t')).rows).toEqual([{ n: 0 }])
  })
})

describePostgres('a pool of the user’s', () => {
  test('lends one client, which comes back in the state it had; nothing is closed', async () => {
    const { url } = await freshDatabase()
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    pool.on('error', () => {})
    onTestFinished(async () => await pool.end())
    const own = await pool.connect()
    await own.query(
      `SET search_path = public; SET app.tenant = '7'; CREATE TEMP TABLE basket (v INT); PREPARE theirs AS SELECT 2`,
    )
    const before = await stateOf(own)
    own.release()
    const queen = queenOn(pool, TRACES)
    await refusalOf(queen.up())
    expect(await states(queen as never)).toMatchObject({ '005': 'applied', '006': 'pending' })
    await queen.close()
    expect([pool.totalCount, pool.idleCount]).toEqual([1, 1])
    const again = await pool.connect()
    const after = await stateOf(again)
    again.release()
    expect(after).toEqual(before)
  })

  test('with room for two is not asked for more, and a client that broke does not go back into it', async () => {
    const { url, query } = await freshDatabase()
    const pool = new pg.Pool({ connectionString: url, max: 2 })
    pool.on('error', () => {})
    onTestFinished(async () => await pool.end())
    const queen = queenOn(pool, [
      plain('001', 'CREATE TABLE t (v INT)'),
      plain('002', 'SELECT pg_terminate_backend(pg_backend_pid())'),
    ])
    const error = await refusalOf(queen.up(), 'CONNECTION_FAILED')
    expect(error).toMatchObject({ serverCode: '57P01', version: '002' })
    await queen.close()
    expect(await query('SELECT version FROM queen_migrations')).toEqual([{ version: '001' }])
    expect((await pool.query('SELECT 1 AS v')).rows).toEqual([{ v: 1 }])
  })
})
