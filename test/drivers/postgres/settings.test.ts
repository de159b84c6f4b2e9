import { expect, test } from 'vitest'
import { states } from '../../support/core.js'
import { as, called, freshRole, plain, queenOn } from '../../support/postgres-queen.js'
import { describePostgres, freshDatabase } from '../../support/postgres.js'

/** What a migration sees of its session. */
const SEEN = `INSERT INTO public.seen SELECT current_setting('search_path'), current_user, session_user,
  current_setting('statement_timeout'), current_setting('DateStyle'), current_setting('TimeZone')`
const MAKE = `CREATE TABLE seen (path TEXT, u TEXT, s TEXT, timeout TEXT, style TEXT, zone TEXT); ${SEEN}`

describePostgres('what a migration does to its session', () => {
  test.each([
    ['an empty search_path, as pg_dump sets it', `SELECT pg_catalog.set_config('search_path', '', false)`],
    ['SET search_path', 'SET search_path = pg_catalog'],
    ['SET LOCAL search_path', 'SET LOCAL search_path = pg_catalog'],
    ['SET ROLE', 'SET ROLE pg_monitor'],
    ['SET LOCAL ROLE', 'SET LOCAL ROLE pg_monitor'],
    ['SET SESSION AUTHORIZATION', 'SET SESSION AUTHORIZATION pg_monitor'],
    ['a short statement_timeout', `SET statement_timeout = '1ms'`],
    ['a short lock_timeout', `SET lock_timeout = '1ms'`],
    ['another DateStyle', 'SET DateStyle = German'],
    ['another zone', `SET TIME ZONE 'Asia/Tokyo'`],
    ['literals of old', 'SET standard_conforming_strings = off'],
    ['another name', `SET application_name = 'mine'`],
  ])('%s is gone for the next one, and does not touch the records', async (_, change) => {
    const { url, query } = await freshDatabase()
    const queen = queenOn(url, [
      plain('001', MAKE),
      plain('002', change),
      plain('003', SEEN),
      called('004', async (tx) => await tx.exec(change)),
      plain('005', SEEN),
      plain('006', [change, 'SELECT 1'], { transaction: false }),
      plain('007', SEEN),
    ])
    expect((await queen.up()).applied).toHaveLength(7)
    const seen = await query('SELECT * FROM seen')
    expect(seen).toHaveLength(4)
    expect(new Set(seen.map((row) => JSON.stringify(row))).size).toBe(1)
    expect(Object.values(await states(queen as never))).toEqual(Array.from({ length: 7 }, () => 'applied'))
    // And for the one after that, with another migration in the same run of the process.
    expect((await queen.log())[0]!.startedAt).toMatch(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  })

  test('nor are the next ones read-only', async () => {
    const { url, query } = await freshDatabase()
    const change = 'SET default_transaction_read_only = on'
    await queenOn(url, [plain('001', MAKE), plain('002', change), plain('003', SEEN)]).up()
    expect(await query('SELECT FROM seen')).toHaveLength(2)
  })

  test('a setting holds to the end of its own migration, in SQL and in the function behind it', async () => {
    const { url, query } = await freshDatabase()
    const look = `INSERT INTO public.paths SELECT current_setting('search_path')`
    const queen = queenOn(url, [
      {
        ...plain('001', `CREATE TABLE paths (path TEXT); SET search_path = pg_temp; ${look}`),
        manualChecksum: 'v1',
        upFn: async (tx) => await tx.exec(look),
      },
      plain('002', ['SET search_path = pg_temp', look], { transaction: false }),
    ])
    await queen.up()
    expect(await query('SELECT path FROM paths')).toEqual(Array.from({ length: 3 }, () => ({ path: 'pg_temp' })))
  })

  test('outside of a transaction a setting holds for the statements behind it, also for those that want to be alone', async () => {
    const { url, query } = await freshDatabase()
    const look = `INSERT INTO public.memory SELECT current_setting('maintenance_work_mem'), current_setting('lock_timeout')`
    const queen = queenOn(url, [
      plain('001', 'CREATE TABLE memory (size TEXT, wait TEXT)'),
      plain(
        '002',
        [
          ...[`SET maintenance_work_mem = '77MB'`, `SET lock_timeout = '6s'`, look],
          ...['CREATE INDEX CONCURRENTLY i ON memory (size)', look, 'VACUUM memory', look],
        ],
        { transaction: false },
      ),
      plain('003', look),
    ])
    await queen.up()
    const own = await query<{ v: string }>(`SELECT current_setting('maintenance_work_mem') AS v`)
    expect((await query('SELECT size, wait FROM memory')).map(Object.values)).toEqual([
      ['77MB', '6s'],
      // What may wait for as long as it takes has taken the limit away; what follows has Queen's again.
      ['77MB', '1s'],
      ['77MB', '1s'],
      [own[0]!.v, '1s'],
    ])
  })

  test('in one transaction for several migrations, none sees what another one has set', async () => {
    const { url, query } = await freshDatabase()
    const change = `SET search_path = ''; SET ROLE pg_monitor; SET DateStyle = German`
    const queen = queenOn(url, [plain('001', MAKE), plain('002', change), plain('003', SEEN)])
    await queen.up({ atomic: true })
    const [first, second] = await query('SELECT * FROM seen')
    expect(second).toEqual(first)
  })

  test('a trigger that is deferred to COMMIT runs with what the migration ran with', async () => {
    const { url, query } = await freshDatabase()
    const trigger = `CREATE TABLE k (v INT);
      CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${SEEN}; RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER late AFTER INSERT ON k DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION f();
      INSERT INTO k VALUES (1)`
    await queenOn(url, [plain('001', MAKE), plain('002', trigger)], { statementTimeout: '9s' }).up()
    const [first, second] = await query('SELECT * FROM seen')
    expect(second).toEqual(first)
  })

  test('temporary tables and prepared statements do not get into the next one’s way', async () => {
    const { url, query } = await freshDatabase()
    const leaves = 'CREATE TEMP TABLE t (other INT); PREPARE p AS SELECT 1'
    const again = `${leaves}; INSERT INTO t VALUES (1)`
    const queen = queenOn(url, [
      plain('001', 'CREATE TABLE t (v INT)'),
      plain('002', again),
      plain('003', 'INSERT INTO t (v) VALUES (3); PREPARE p AS SELECT 2'),
      called('004', async (tx) => await tx.exec(again)),
      called('005', async (tx) => void (await tx.client.query(again))),
      plain('006', again.split('; '), { transaction: false }),
      plain('007', 'INSERT INTO t (v) VALUES (7); SELECT 1 AS one INTO TEMPORARY u'),
      plain('008', 'CREATE TABLE u (v INT)'),
    ])
    await queen.up()
    expect(await query('SELECT v FROM t')).toEqual([{ v: 3 }, { v: 7 }])
    expect(await query(`SELECT relname FROM pg_class WHERE relname = 'u' AND relpersistence = 'p'`)).toHaveLength(1)
  })

  test('nor do those of a migration that failed', async () => {
    const { url } = await freshDatabase()
    const queen = queenOn(url, [
      called('001', async (tx) => {
        await tx.exec('PREPARE p AS SELECT 1')
        throw new Error('no')
      }),
    ])
    await expect(queen.up()).rejects.toThrow('no')
    const other = queenOn(url, [plain('001', 'PREPARE p AS SELECT 1')])
    await other.up()
  })
})

describePostgres('what a session begins with', () => {
  test('limits of the role and the database do not hold for a run', async () => {
    const role = await freshRole()
    const { url, name, query } = await freshDatabase()
    const limits = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'idle_session_timeout']
    for (const limit of limits) await query(`ALTER ROLE ${role} IN DATABASE ${name} SET ${limit} = '100ms'`)
    await query(`GRANT CREATE ON SCHEMA public TO ${role}`)
    const pause = async (): Promise<void> => await new Promise((resolve) => setTimeout(resolve, 300))
    const queen = queenOn(as(role, url), [
      plain('001', 'SELECT pg_sleep(0.3)'),
      called('002', async (tx) => {
        await pause()
        await tx.query('SELECT pg_sleep($1)', [0.3])
      }),
      called(
        '003',
        async (tx) => {
          await pause()
          await tx.exec('SELECT pg_sleep(0.3)')
        },
        { transaction: false },
      ),
      plain('004', 'SELECT pg_sleep(0.3)', { transaction: false }),
    ])
    expect((await queen.up()).applied).toHaveLength(4)
  })

  test('the limits of a run and of a migration do', async () => {
    const { url, query } = await freshDatabase()
    const look = `INSERT INTO limits SELECT current_setting('statement_timeout'), current_setting('lock_timeout')`
    const queen = queenOn(
      url,
      [
        plain('001', `CREATE TABLE limits (statement TEXT, lock TEXT); ${look}`),
        plain('002', look, { statementTimeout: '9s', ddlLockTimeout: '7s' }),
        called('003', async (tx) => await tx.exec(look), { statementTimeout: 8_000 }),
        plain('004', look, { transaction: false, ddlLockTimeout: '2s' }),
      ],
      { statementTimeout: '1m' },
    )
    await queen.up({ steps: 1 })
    await queen.up({ statementTimeout: '2m', ddlLockTimeout: '3s' })
    expect((await query('SELECT * FROM limits')).map(Object.values)).toEqual([
      ['1min', '1s'],
      ['9s', '7s'],
      ['8s', '3s'],
      ['2min', '2s'],
    ])
  })

  test('the server is told to notice at once that a client is gone, and to ask a silent network', async () => {
    const { url } = await freshDatabase()
    const names = [
      ...['client_connection_check_interval', 'tcp_keepalives_idle', 'tcp_keepalives_interval'],
      ...['tcp_keepalives_count', 'tcp_user_timeout'],
    ]
    const seen: unknown[] = []
    const look = called('001', async (tx) => {
      for (const name of names)
        seen.push((await tx.query<{ v: string }>(`SELECT current_setting('${name}') AS v`))[0]!.v)
    })
    // Behind one that changes settings too: they are put back with everything else.
    await queenOn(url, [plain('000', `RESET ALL; SET tcp_keepalives_idle = 99`), look]).up()
    expect(seen).toEqual(['500ms', '15', '5', '3', '30000'])
  })

  test('what a service forbids to set is done without, and the rest is set all the same', async () => {
    const { url, query } = await freshDatabase()
    await query(`ALTER FUNCTION pg_catalog.set_config(text, text, bool) RENAME TO really_set_config`)
    await query(`CREATE FUNCTION pg_catalog.set_config(text, text, bool) RETURNS text LANGUAGE plpgsql AS $$ BEGIN
      IF $1 = 'tcp_user_timeout' THEN RAISE EXCEPTION 'permission denied to set parameter "%"', $1 USING ERRCODE = '42501'; END IF;
      RETURN pg_catalog.really_set_config($1, $2, $3); END $$`)
    const seen: unknown[] = []
    const queen = queenOn(url, [
      plain('001', 'RESET ALL'),
      called('002', async (tx) => {
        for (const name of ['client_connection_check_interval', 'tcp_keepalives_idle', 'tcp_user_timeout'])
          seen.push((await tx.query<{ v: string }>(`SELECT current_setting('${name}') AS v`))[0]!.v)
      }),
    ])
    await queen.up()
    expect(seen).toEqual(['500ms', '15', '0'])
  })

  test('the zone and the DateStyle of a role change neither moments nor their order', async () => {
    const role = await freshRole()
    const { url, name, query } = await freshDatabase()
    await query(`ALTER ROLE ${role} IN DATABASE ${name} SET TimeZone = 'America/New_York'`)
    await query(`ALTER ROLE ${role} IN DATABASE ${name} SET DateStyle = 'SQL, DMY'`)
    await query(`ALTER ROLE ${role} IN DATABASE ${name} SET IntervalStyle = 'sql_standard'`)
    await query(`GRANT CREATE ON SCHEMA public TO ${role}`)
    const migrations = ['001', '002', '003'].map((version) => plain(version, 'SELECT 1', { downSQL: 'SELECT 2' }))
    const queen = queenOn(as(role, url), migrations)
    await queen.up({ steps: 1 })
    await queen.up({ atomic: true })
    const [{ now }] = (await query<{ now: string }>(
      `SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI') AS now`,
    )) as [{ now: string }]
    for (const row of await queen.status()) {
      expect(row.appliedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      expect(Math.abs(Date.parse(row.appliedAt!) - Date.parse(`${now}:00.000Z`))).toBeLessThan(180_000)
    }
    // Even if the clock went back in between.
    await query(`UPDATE queen_migrations SET applied_at = applied_at - interval '1 day' * id`)
    expect((await queen.down({ steps: 2 })).applied.map(({ version }) => version)).toEqual(['003', '002'])
  })
})
