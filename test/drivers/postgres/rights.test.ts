import { expect, test } from 'vitest'
import { postgres } from '../../../src/drivers/postgres/index.js'
import { refusalOf, states } from '../../support/core.js'
import { ask } from '../../support/postgres-database.mjs'
import { as, freshRole, plain, queenOn } from '../../support/postgres-queen.js'
import { describePostgres, freshDatabase } from '../../support/postgres.js'

/** The statement a hint advises. */
function advised(hint: string): string {
  const [statement] = /(GRANT|ALTER) [^;]+(?=;|$)/.exec(hint) ?? []
  if (statement === undefined) throw new Error(`no statement in: ${hint}`)
  return statement
}

describePostgres('missing rights', () => {
  test.each([
    ['CREATE on the schema', '', 'CREATE TABLE mine (v INT)'],
    ['a table', 'CREATE TABLE theirs (v INT)', 'INSERT INTO theirs VALUES (1)'],
    ['a table with an odd name', 'CREATE TABLE "the ""irs" (v INT)', 'INSERT INTO "the ""irs" VALUES (1)'],
    ['a view', 'CREATE VIEW seen AS SELECT 1 AS v', 'CREATE TABLE mine AS SELECT v FROM seen'],
    ['a sequence', 'CREATE SEQUENCE counter', `SELECT nextval('counter')`],
    [
      'a function',
      'CREATE FUNCTION f(INT, TEXT) RETURNS INT LANGUAGE sql RETURN 1; REVOKE ALL ON FUNCTION f(INT, TEXT) FROM PUBLIC',
      `SELECT f(1, 'x')`,
    ],
    ['a procedure', `CREATE PROCEDURE p() LANGUAGE sql AS ''; REVOKE ALL ON PROCEDURE p() FROM PUBLIC`, 'CALL p()'],
    ['a type', 'CREATE TYPE color AS ENUM (); REVOKE ALL ON TYPE color FROM PUBLIC', 'CREATE TABLE mine (v color)'],
    ['the database', '', 'CREATE SCHEMA mine'],
    ['a schema', 'CREATE SCHEMA theirs; CREATE TABLE theirs.t (v INT)', 'CREATE TABLE theirs.mine (v INT)'],
    ['ownership of a table', 'CREATE TABLE theirs (v INT)', 'ALTER TABLE theirs ADD w INT'],
    ['ownership of a type', 'CREATE TYPE color AS ENUM ()', `ALTER TYPE color ADD VALUE 'red'`],
    ['ownership of a view', 'CREATE VIEW seen AS SELECT 1 AS v', 'DROP VIEW seen'],
    ['ownership of a schema', 'CREATE SCHEMA theirs', 'DROP SCHEMA theirs'],
    ['ownership of a sequence', 'CREATE SEQUENCE counter', 'DROP SEQUENCE counter'],
  ])('%s: the hint names the statement that grants it, and then it works', async (_, setup, upSQL) => {
    const role = await freshRole()
    const { url, query } = await freshDatabase()
    if (setup !== '') await query(setup)
    const queen = queenOn(as(role, url), [plain('001', upSQL)])
    let error = await refusalOf(queen.up())
    for (let round = 0; ; round++) {
      expect(error.serverCode).toBe('42501')
      await query(advised(error.hint))
      const outcome = await queen.up().then(
        () => undefined,
        (failure: unknown) => failure,
      )
      if (outcome === undefined) break
      if (round > 3) throw outcome
      error = await refusalOf(Promise.reject(outcome))
    }
    expect(await states(queen as never)).toEqual({ '001': 'applied' })
  })

  test('the history of another user: status, up, and the hint', async () => {
    const role = await freshRole()
    const { url, query } = await freshDatabase()
    const migrations = [plain('001', 'SELECT 1'), plain('002', 'SELECT 2')]
    const first = queenOn(url, migrations, { schema: 'ops' })
    await first.up({ steps: 1 })
    const second = queenOn(as(role, url), migrations, { schema: 'ops' })
    for (let round = 0; round < 3; round++) {
      const outcome = await second.up().then(
        () => undefined,
        (failure: unknown) => failure,
      )
      if (outcome === undefined) break
      const error = await refusalOf(Promise.reject(outcome), 'CONNECTION_FAILED')
      expect(error.message).toMatch(/permission denied for (schema ops|table queen_migrations)/)
      await query(advised(error.hint))
    }
    expect(await states(first as never)).toEqual({ '001': 'applied', '002': 'applied' })
  })

  test('a role that may only read sees status and log, and is told what up needs', async () => {
    const role = await freshRole()
    const { url, query } = await freshDatabase()
    await queenOn(url, [plain('001', 'SELECT 1')]).up()
    await query(`GRANT SELECT ON queen_migrations, queen_migrations_log TO ${role}`)
    const queen = queenOn(as(role, url), [plain('001', 'SELECT 1'), plain('002', 'SELECT 2')])
    expect(await states(queen as never)).toEqual({ '001': 'applied', '002': 'pending' })
    expect(await queen.log()).toHaveLength(1)
    const error = await refusalOf(queen.up(), 'MIGRATION_FAILED')
    expect(error.hint).toContain(
      `GRANT SELECT, INSERT, UPDATE, DELETE ON "public"."queen_migrations", "public"."queen_migrations_log" TO "${role}"`,
    )
    await query(advised(error.hint))
    await queen.up()
  })

  test('a role that may not be taken', async () => {
    const role = await freshRole()
    const owner = await freshRole('NOLOGIN')
    const { url, query } = await freshDatabase()
    await query(`GRANT CREATE ON SCHEMA public TO ${owner}`)
    const queen = queenOn(as(role, url), [plain('001', 'CREATE TABLE t (v INT)')], { role: owner })
    const error = await refusalOf(queen.up(), 'CONNECTION_FAILED')
    expect(error.hint).toContain(`GRANT "${owner}" TO "${role}"`)
    await query(advised(error.hint))
    await queen.up()
    // The membership would keep the roles from being dropped.
    await query(`REVOKE ${owner} FROM ${role}`)
  })

  test('where no statement helps, the owner or the server’s own hint is named', async () => {
    const role = await freshRole()
    const { url, query } = await freshDatabase()
    await query(`CREATE TABLE theirs (v INT); CREATE INDEX i ON theirs (v); GRANT CREATE ON SCHEMA public TO ${role}`)
    const hintOf = async (sql: string): Promise<string> =>
      (await refusalOf(queenOn(as(role, url), [plain('001', sql)]).up(), 'MIGRATION_FAILED')).hint
    expect(await hintOf('DROP INDEX i')).toContain(`"${role}" must own the table of the index i`)
    expect(await hintOf(`SET ROLE pg_monitor`)).toContain(`GRANT "pg_monitor" TO "${role}"`)
    expect(await hintOf('CREATE ROLE nobody')).toContain(`give the role "${role}" the right it lacks`)
  })

  test('a role that is not there is named', async () => {
    const { url } = await freshDatabase()
    const queen = queenOn(url, [plain('001', 'SELECT 1')], { role: 'nobody_of_this_name' })
    const error = await refusalOf(queen.up(), 'CONNECTION_FAILED')
    expect(error.message).toContain('role "nobody_of_this_name" does not exist')
  })
})

describePostgres('two roles', () => {
  test('the role owns what the login creates, and what it grants by default the application has', async () => {
    const [owner, deploy, app] = [await freshRole('NOLOGIN'), await freshRole(), await freshRole()]
    const { url, query } = await freshDatabase()
    await query(`GRANT ${owner} TO ${deploy}; GRANT CREATE ON SCHEMA public TO ${owner}`)
    await query(
      `ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${app}`,
    )
    const seen: unknown[] = []
    const queen = queenOn(
      as(deploy, url),
      [
        plain('001', 'CREATE TABLE a (v INT)'),
        plain('002', 'SET ROLE NONE; SELECT 1'),
        {
          ...plain('003', 'CREATE TABLE b (v INT)'),
          manualChecksum: 'v1',
          upFn: async (tx) => seen.push(...(await tx.query('SELECT current_user, session_user'))) as never,
        },
        plain('004', ['CREATE TABLE c (v INT)', 'CREATE INDEX CONCURRENTLY i ON c (v)'], { transaction: false }),
        plain('005', 'RESET ALL; RESET ROLE; SELECT 1', { transaction: false }),
        plain('006', 'CREATE TABLE d (v INT)'),
      ],
      { role: owner },
    )
    await queen.up()
    expect(seen).toEqual([{ current_user: owner, session_user: deploy }])
    const owners = await query(`SELECT tablename, tableowner FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`)
    expect(owners).toEqual(
      ['a', 'b', 'c', 'd', 'queen_migrations', 'queen_migrations_log'].map((tablename) => ({
        tablename,
        tableowner: owner,
      })),
    )
    for (const table of ['a', 'b', 'c', 'd']) await ask(as(app, url), `INSERT INTO ${table} VALUES (1)`)
    await query(`REVOKE ${owner} FROM ${deploy}`)
  })

  test('a role that the database sets for the login is the one that writes the records', async () => {
    const [owner, deploy] = [await freshRole('NOLOGIN'), await freshRole()]
    const { url, name, query } = await freshDatabase()
    await query(`GRANT ${owner} TO ${deploy}; GRANT CREATE ON SCHEMA public TO ${owner}`)
    await query(`ALTER ROLE ${deploy} IN DATABASE ${name} SET role = ${owner}`)
    const queen = queenOn(as(deploy, url), [
      plain('001', 'CREATE TABLE a (v INT); RESET ALL'),
      plain('002', 'SELECT 1'),
    ])
    await queen.up()
    const owners = await query(`SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'`)
    expect(owners).toEqual([{ tableowner: owner }])
    await query(`REVOKE ${owner} FROM ${deploy}`)
  })

  test('the search path is the role’s, not the login’s', async () => {
    const [owner, deploy] = [await freshRole('NOLOGIN'), await freshRole()]
    const { url, query } = await freshDatabase()
    await query(`GRANT ${owner} TO ${deploy}; CREATE SCHEMA ${owner} AUTHORIZATION ${owner}`)
    const queen = queenOn(as(deploy, url), [plain('001', 'CREATE TABLE a (v INT)')], { role: owner })
    await queen.up()
    const found = await query(`SELECT DISTINCT schemaname FROM pg_tables WHERE tablename IN ('a', 'queen_migrations')`)
    expect(found).toEqual([{ schemaname: owner }])
    await query(`REVOKE ${owner} FROM ${deploy}`)
  })
})

/** Creates, as whoever runs it, a namesake in `public` of what pg_catalog has, each of which gives itself away. */
const MALLORY = `
SET search_path = pg_catalog;
CREATE SEQUENCE public.pwned;
DO $do$
DECLARE
  p record;
  body text := $body$ BEGIN PERFORM pg_catalog.nextval('public.pwned'); RAISE EXCEPTION 'mallory was here'; END $body$;
BEGIN
  FOR p IN SELECT proname, pg_get_function_identity_arguments(oid) AS arguments, prorettype::regtype AS type FROM pg_proc
    WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind = 'f' AND NOT proretset AND provariadic = 0
      AND NOT EXISTS (SELECT FROM unnest(proargtypes::oid[] || prorettype) AS t(oid) JOIN pg_type USING (oid) WHERE typtype = 'p')
      AND proargmodes IS NULL
  LOOP
    EXECUTE format('CREATE FUNCTION public.%I(%s) RETURNS %s LANGUAGE plpgsql AS %L', p.proname, p.arguments, p.type, body);
  END LOOP;
  FOR p IN SELECT o.oprname, o.oprleft::regtype AS l, o.oprright::regtype AS r, f.oid::regproc AS f, f.proname FROM pg_operator o
    JOIN pg_proc f ON f.oid = o.oprcode WHERE o.oprnamespace = 'pg_catalog'::regnamespace AND o.oprleft <> 0 AND o.oprright <> 0
      AND EXISTS (SELECT FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname = f.proname
        AND proargtypes[0] = o.oprleft AND proargtypes[1] = o.oprright)
  LOOP
    EXECUTE format('CREATE OPERATOR public.%s (FUNCTION = public.%I, LEFTARG = %s, RIGHTARG = %s)', p.oprname, p.proname, p.l, p.r);
  END LOOP;
  EXECUTE format('CREATE FUNCTION public.pwn(anyelement) RETURNS bool LANGUAGE plpgsql AS %L', body);
  EXECUTE format('CREATE FUNCTION public.pwn() RETURNS event_trigger LANGUAGE plpgsql AS %L', body);
  FOR p IN SELECT typname FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype = 'b' AND typelem = 0
  LOOP
    EXECUTE format('CREATE DOMAIN public.%I AS pg_catalog.%I CHECK (public.pwn(VALUE))', p.typname, p.typname);
  END LOOP;
  EXECUTE format('CREATE FUNCTION public.pwn(pg_catalog.int8) RETURNS pg_catalog.int8 LANGUAGE plpgsql AS %L', body);
  CREATE AGGREGATE public.count(*) (SFUNC = public.pwn, STYPE = pg_catalog.int8);
END $do$`

describePostgres('names that somebody else made', () => {
  test('functions, operators and types of Mallory’s are never Queen’s, wherever the search path leads first', async () => {
    const mallory = await freshRole()
    const { url, name, query, connect } = await freshDatabase()
    await query(`GRANT CREATE ON SCHEMA public TO ${mallory}`)
    await ask(as(mallory, url), MALLORY)
    await query(`ALTER DATABASE ${name} SET search_path = public, pg_catalog`)
    // It is a trap that works.
    await expect(query(`SELECT current_setting('work_mem'::pg_catalog.text)`)).rejects.toThrow('mallory was here')
    const trapped = `SELECT last_value FROM pwned`
    const before = await query(trapped)

    const migrations = [
      plain('001', 'CREATE TABLE a (v INT); INSERT INTO a VALUES (1)', { downSQL: 'DROP TABLE a' }),
      {
        ...plain('002', 'SELECT 1'),
        manualChecksum: 'v1',
        upFn: async (tx: { exec(sql: string): Promise<void> }) => await tx.exec('INSERT INTO a VALUES (2)'),
      },
      plain('003', ['CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON a (v)', 'VACUUM a', 'PREPARE p AS SELECT 1'], {
        transaction: false,
        downSQL: 'DROP INDEX CONCURRENTLY i',
      }),
      plain('004', 'CREATE TEMP TABLE a (v INT)'),
    ]
    const queen = queenOn(url, migrations, { ddlLockTimeout: '50ms' })
    await queen.up()
    await queen.status()
    await queen.log()
    await queen.validate()
    // Somebody in the way, so that Queen looks who it is.
    const misses: unknown[] = []
    queen.on('lockMiss', ({ blockers }) => {
      misses.push(...blockers)
      if (blockers.length > 0) void blocker.query('ROLLBACK')
    })
    const blocker = await connect()
    await blocker.query('BEGIN; LOCK TABLE a IN ACCESS SHARE MODE')
    const locked = queenOn(url, [...migrations, plain('005', 'ALTER TABLE a ADD w INT')], { ddlLockTimeout: '100ms' })
    locked.on('lockMiss', ({ blockers }) => {
      misses.push(...blockers)
      if (blockers.length > 0) void blocker.query('ROLLBACK')
    })
    await locked.up()
    expect(misses).not.toEqual([])
    // A failure, with an index that it leaves behind and recover takes away.
    const unique = plain('006', ['CREATE UNIQUE INDEX CONCURRENTLY u ON a (w)'], { transaction: false })
    await query('UPDATE a SET w = 1')
    const failing = queenOn(url, [...migrations, plain('005', 'ALTER TABLE a ADD w INT'), unique])
    await refusalOf(failing.up(), 'MIGRATION_FAILED')
    await query('UPDATE a SET w = v')
    await failing.recover('006', 'resume')
    const driver = postgres(url)
    await failing.inspect(async (session) => await driver.snapshot(session))
    await queenOn(url, migrations.slice(0, 0)).version()
    expect(await query(trapped)).toEqual(before)
  })

  test('a schema named as the user that appears later, or a temporary table, does not hide the history', async () => {
    const role = await freshRole()
    const { url, query, connect } = await freshDatabase()
    await query(`GRANT CREATE ON SCHEMA public TO ${role}`)
    const migrations = [plain('001', 'CREATE TABLE t (v INT)')]
    await queenOn(as(role, url), migrations).up()
    await query(`CREATE SCHEMA ${role} AUTHORIZATION ${role}`)
    expect(await queenOn(as(role, url), migrations).up()).toMatchObject({ applied: [], to: '001' })
    const client = await connect({ connectionString: as(role, url) })
    await client.query('CREATE TEMP TABLE queen_migrations (v INT); CREATE TEMP TABLE queen_migrations_log (v INT)')
    const more = [...migrations, plain('002', 'SELECT 1')]
    expect(await queenOn(client, more).up()).toMatchObject({ applied: [{ version: '002' }], from: '001' })
    expect(await query('SELECT version FROM public.queen_migrations ORDER BY id')).toHaveLength(2)
  })
})
