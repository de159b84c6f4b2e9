import { expect, onTestFinished, test } from 'vitest'
import { library } from '../support/cli-built.js'
import { masked, moduleOf, Project, WAITING, withOwnCopy, type Running } from '../support/cli.js'
import { describePgBouncer, pgbouncer } from '../support/pgbouncer.js'
import { describePostgres, describePrivatePostgres, freshDatabase, type FreshDatabase } from '../support/postgres.js'
import { ask, onDatabase } from '../support/postgres-database.mjs'
import { as, freshRole } from '../support/postgres-queen.js'
import { startPostgres } from '../support/servers/postgres.js'

const TABLES = `
q.add({ version: '001', name: 'create_users', upSQL: 'CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL)', downSQL: 'DROP TABLE users' })
q.add({ version: '002', name: 'add_name', upSQL: 'ALTER TABLE users ADD COLUMN name text', downSQL: 'ALTER TABLE users DROP COLUMN name' })
`
const INDEX = `
q.add({ version: '014', name: 'add_index', transaction: false, upSQL: 'CREATE UNIQUE INDEX CONCURRENTLY users_name_idx ON users (name)', downSQL: 'DROP INDEX CONCURRENTLY users_name_idx' })
`
const SLEEPING = moduleOf(
  `${TABLES}q.add({ version: '014', name: 'add_index', upSQL: 'CREATE INDEX ON users (name); SELECT pg_sleep(60)' })`,
)

/** A project on a database of its own. */
async function projectOn(migrations: string): Promise<{ project: Project; database: FreshDatabase }> {
  const database = await freshDatabase()
  return { project: new Project({ 'migrations.mjs': migrations, '.env': `DATABASE_URL=${database.url}` }), database }
}

/** Runs commands, and shows them as a terminal would have: each with its output and its exit code. */
async function session(project: Project, lines: readonly string[], { url }: { url: string }): Promise<string> {
  const shown = []
  for (const line of lines) {
    const { code, stdout, stderr } = await project.run(line.split(' '))
    shown.push(`$ queen ${line}\n${stderr}${stdout}${code === 0 ? '' : `[exit ${code}]\n`}`)
  }
  return masked(shown.join('').replaceAll(url.replace(/:[^:@/]*@/, '@'), '<url>'), project).replace(/ +/g, ' ')
}

/** Starts a run that sleeps inside migration 014, and waits until the server sleeps. */
async function asleep(project: Project, { query }: FreshDatabase): Promise<Running> {
  const run = project.start(['up', '--json'])
  await run.shows('done   002 add_name')
  await expect.poll(async () => await sleepers(query), { timeout: 10_000 }).toBe(1)
  return run
}

async function sleepers(query: FreshDatabase['query']): Promise<number> {
  const rows = await query(
    `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`,
  )
  return rows.length
}

describePostgres('the command line on PostgreSQL', () => {
  test('a life in commands', async () => {
    const { project, database } = await projectOn(moduleOf(TABLES + INDEX))
    const lines = [
      ...['status', 'up --to 002', 'plan', 'up', 'up', 'status', 'version', 'validate', 'down', 'goto 001'],
      ...['redo', 'reset --yes', 'baseline 002', 'status', 'log --last 2'],
    ]
    expect(await session(project, lines, database)).toBe(`$ queen status
001 pending create_users - - migrations.mjs:5
002 pending add_name - - migrations.mjs:6
014 pending add_index - - migrations.mjs:8
$ queen up --to 002
<url>
done 001 create_users (<took>)
done 002 add_name (<took>)
2 migrations applied in <took>: at 002.
$ queen plan
-- up 014 add_index (migrations.mjs:8, statement by statement)
CREATE UNIQUE INDEX CONCURRENTLY users_name_idx ON users (name);
$ queen up
<url>
done 014 add_index (<took>)
1 migration applied in <took>: at 014.
$ queen up
Nothing to do: at 014.
$ queen status
001 applied create_users <time> <took> migrations.mjs:5
002 applied add_name <time> <took> migrations.mjs:6
014 applied add_index <time> <took> migrations.mjs:8
$ queen version
014
$ queen validate
No problems found.
$ queen down
<url>
done down 014 add_index (<took>)
1 migration taken back in <took>: at 002.
$ queen goto 001
<url>
done down 002 add_name (<took>)
1 migration taken back in <took>: at 001.
$ queen redo
<url>
done down 001 create_users (<took>)
done 001 create_users (<took>)
1 migration taken back, 1 migration applied in <took>: at 001.
$ queen reset --yes
<url>
done down 001 create_users (<took>)
1 migration taken back in <took>: nothing is applied.
$ queen baseline 002
001, 002 recorded as applied, without running.
$ queen status
001 applied create_users <time> <took> migrations.mjs:5
002 applied add_name <time> <took> migrations.mjs:6
014 pending add_index - - migrations.mjs:8
$ queen log --last 2
<time> baseline 002 add_name done <took> <who> -
<time> baseline 001 create_users done <took> <who> -
`)
  })

  test('an index that could not be built: named, refused, dropped and built anew', async () => {
    const { project, database } = await projectOn(moduleOf(TABLES + INDEX))
    await project.run(['up', '--to', '002'])
    await database.query(`INSERT INTO users VALUES (1, 'a', 'ann'), (2, 'b', 'ann')`)
    expect(await session(project, ['up', 'up', 'status'], database)).toBe(`$ queen up
<url>
failed 014 add_index
✖ 014 add_index failed: could not create unique index "users_name_idx"
 Key (name)=(ann) is duplicated.

 migrations.mjs:8, statement 1 of 1

 > 1 | CREATE UNIQUE INDEX CONCURRENTLY users_name_idx ON users (name)
 | ^

 code MIGRATION_FAILED (23505)
 next it left the INVALID index public.users_name_idx behind: correct the cause, then queen recover 014 --resume, which drops it before the statement is repeated
[exit 1]
$ queen up
✖ 014 add_index (0 of 1 statements are committed, statement 1 was begun) failed: could not create unique index "users_name_idx"
 Key (name)=(ann) is duplicated.

 migrations.mjs:8

 code FAILED_MIGRATION
 next queen recover 014 --resume goes on behind what is committed (correct the failing statement first)
 queen recover 014 --applied records it as applied, once you have finished it by hand
 queen recover 014 --pending forgets it, once you have undone it by hand
[exit 5]
$ queen status
001 applied create_users <time> <took> migrations.mjs:5
002 applied add_name <time> <took> migrations.mjs:6
014 failed (0 of 1 statements) add_index - - migrations.mjs:8
`)
    await database.query(`UPDATE users SET name = 'bob' WHERE id = 2`)
    expect(await session(project, ['recover 014 --resume', 'validate'], database)).toBe(`$ queen recover 014 --resume
warning Statement 1 of 014 add_index had been broken off and had left the INVALID index public.users_name_idx, which was removed
done 014 add_index (<took>)
014 was finished
$ queen validate
No problems found.
`)
    const indexes = await database.query(
      `SELECT indisvalid FROM pg_index WHERE indexrelid = 'users_name_idx'::regclass`,
    )
    expect(indexes).toEqual([{ indisvalid: true }])
  })

  test('status says who is at work on what, since when; who has to wait is told the same, and gives up', async () => {
    const role = await freshRole()
    const { project, database } = await projectOn(SLEEPING)
    const run = await asleep(project, database)
    const running = /^running 014 add_index since \d\d:\d\d:\d\d by (\S+@\S+#\d+) \(pid \d+,[^\n]* active\)$/m
    const status = await project.run(['status'])
    expect(status.stdout).toMatch(/^014 {2}running {2}add_index {5}-/m)
    expect(status.stdout).toMatch(running)
    expect((await project.startInTerminal(['status'], [], { NO_COLOR: '1' }).done).stdout.replaceAll('\r', '')).toMatch(
      running,
    )
    const who = running.exec(status.stdout)![1]!
    const { document } = await project.json(['status'])
    expect(document.migrations[2]).toMatchObject({
      state: 'running',
      holder: {
        who,
        since: expect.stringMatching(/^\d{4}-.*Z$/),
        doing: { direction: 'up', version: '014', name: 'add_index' },
        details: expect.stringMatching(/^pid \d+/),
      },
    })
    const late = await project.run(['up', '--lock-timeout', '50ms'])
    expect(late.code).toBe(4)
    expect(late.stderr).toContain(`waiting for the lock, held by ${who} since `)
    expect(late.stderr).toMatch(/for the migration lock, which is held by \S+ since \S+, applying 014 add_index \(pid /)
    expect((await project.json(['up', '--lock-timeout', '1ms'])).document.error).toMatchObject({
      code: 'LOCK_TIMEOUT',
      holder: expect.stringContaining(who),
    })
    await database.query(`GRANT SELECT ON queen_migrations TO ${role}`)
    const stranger = await project.run(['status', '--url', as(role, database.url)])
    expect(stranger.stdout, stranger.stderr).toMatch(
      /^running 014 add_index since \d\d:\d\d:\d\d by \S+@\S+#\d+ \(pid \d+\)$/m,
    )
    run.child.kill('SIGKILL')
    await run.done
    await expect.poll(async () => await sleepers(database.query), { timeout: 20_000 }).toBe(0)
    expect((await project.run(['status'])).stdout).toMatch(/^014 {2}pending/m)
  })

  test('a table that is in use: each miss is told with who is in the way, and the migration succeeds in the end', async () => {
    const { project, database } = await projectOn(moduleOf(TABLES))
    await project.run(['up', '--to', '001'])
    project.write('queen.config.json', '{"ddlLockTimeout":"200ms"}')
    const other = await database.connect({ application_name: 'reports' })
    await other.query('BEGIN; SELECT count(*) FROM users')
    const run = project.start(['up'])
    await run.shows('try 2 of 30')
    await other.query('COMMIT')
    const { code, stderr } = await run.done
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(
      /^waiting for a lock on a table: 002 add_name, try 1 of 30, blocked by \d+ \S+.*\(reports\), idle in transaction since \S+Z: BEGIN; SELECT count\(\*\) FROM users$/m,
    )
  })

  test('what the server remarks is shown with --verbose', async () => {
    const { project } = await projectOn(
      moduleOf(
        `q.add({ version: '001', name: 'remark', upSQL: "DROP TABLE IF EXISTS nowhere", downSQL: 'DROP VIEW IF EXISTS v' })`,
      ),
    )
    const remark = 'NOTICE table "nowhere" does not exist, skipping'
    expect((await project.run(['up'])).stderr).not.toContain('NOTICE')
    await project.run(['down'])
    expect((await project.run(['up', '--verbose'])).stderr).toContain(`001 remark: ${remark}`)
  })
})

describePostgres('signals on PostgreSQL', () => {
  const SIGNALS = [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const

  test.each(SIGNALS)('the first %s lets the migration at work finish', async (signal, exit) => {
    const { project } = await projectOn(WAITING)
    const run = project.start(['up', '--json', '--verbose'])
    await run.shows('at work')
    run.child.kill(signal)
    await run.shows(`${signal}: finishing 002 slow, then stopping. Once more cancels it.`)
    project.write('finish', '')
    const { code, stdout, stderr } = await run.done
    expect(code, stderr).toBe(exit)
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'ABORTED', versions: ['003'] })
    expect((await project.run(['version'])).stdout).toBe('002\n')
    expect((await project.run(['up', '--lock-timeout', '1ms'])).code).toBe(0)
  })

  test.each(SIGNALS)(
    'the second %s cancels the statement on the server, rolls back and unlocks',
    async (signal, exit) => {
      const { project, database } = await projectOn(SLEEPING)
      const run = await asleep(project, database)
      run.child.kill(signal)
      await run.shows('Once more cancels it.')
      run.child.kill(signal)
      const { code, stdout, stderr } = await run.done
      expect(code, stderr).toBe(exit)
      expect(JSON.parse(stdout).error).toMatchObject({ code: 'ABORTED', version: '014', rolledBack: ['014'] })
      expect(await sleepers(database.query)).toBe(0)
      const left = `SELECT 1 FROM pg_locks WHERE locktype = 'advisory'
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
      expect(await database.query(left)).toEqual([])
      expect(await database.query(`SELECT 1 FROM pg_indexes WHERE indexname = 'users_name_idx'`)).toEqual([])
      expect((await project.run(['version'])).stdout).toBe('002\n')
    },
  )

  test('between two tries for a lock on a table the first signal is enough', async () => {
    const { project, database } = await projectOn(moduleOf(TABLES))
    await project.run(['up', '--to', '001'])
    project.write('queen.config.json', '{"ddlLockTimeout":"100ms"}')
    const other = await database.connect()
    await other.query('BEGIN; LOCK TABLE users')
    const run = project.start(['up'])
    await run.shows('try 1 of 30')
    run.child.kill('SIGINT')
    const { code, stderr } = await run.done
    expect(code, stderr).toBe(130)
    await other.query('COMMIT')
    expect((await project.run(['version'])).stdout).toBe('001\n')
  })
})

describePostgres('settings of PostgreSQL', () => {
  test('both schemes, the table and its schema', async () => {
    const { url, query } = await freshDatabase()
    const project = new Project({ 'migrations.mjs': moduleOf(TABLES) })
    const where = ['--schema', 'Odd "schema', '--table', `it's`]
    expect((await project.run(['up', '--url', url.replace(/^postgres:/, 'postgresql:'), ...where])).code).toBe(0)
    expect((await project.json(['status', '--url', url, ...where])).document.pending).toBe(0)
    expect(
      await query(
        `SELECT relname FROM pg_class WHERE relnamespace = '"Odd ""schema"'::regnamespace AND relkind = 'r' ORDER BY 1`,
      ),
    ).toEqual([{ relname: "it's" }, { relname: "it's_log" }])
    expect((await project.json(['status', '--url', url])).document.pending).toBe(2)
  })

  test('the role of the environment owns what is created', async () => {
    const role = await freshRole('NOLOGIN')
    const { project, database } = await projectOn(moduleOf(TABLES))
    await database.query(`GRANT CREATE ON SCHEMA public TO ${role}`)
    project.write('queen.config.json', JSON.stringify({ environments: { owned: { role: '$OWNER' } } }))
    const owned = await project.run(['up', '--env', 'owned'], { env: { OWNER: role, DATABASE_URL: database.url } })
    expect(owned.code, owned.stderr).toBe(0)
    const owners = await database.query(
      `SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public' AND tablename IN ('users', 'queen_migrations', 'queen_migrations_log')`,
    )
    expect(owners).toEqual([{ tableowner: role }])
  })

  test('a role is not passed over when the migrations come with a database of their own', async () => {
    const { url } = await freshDatabase()
    const project = new Project({ 'queen.config.json': '{"role":"somebody"}' })
    const queen = new library.Queen(library.postgres(url))
    onTestFinished(() => queen.close())
    const { code, stderr } = await project.run(['status'], { queen })
    expect(code).toBe(2)
    expect(stderr).toContain('role is set, but the migrations come with a database of their own')
  })
})

describePostgres('a project with a copy of the library of its own', () => {
  test('gets the driver of that copy, whose failures are understood', async () => {
    const { url } = await freshDatabase()
    const project = withOwnCopy({ 'migrations.mjs': moduleOf(TABLES.replace('TABLE users ADD', 'TABLE nobody ADD')) })
    const { code, document } = await project.json(['up', '--url', url])
    expect(code).toBe(1)
    expect(document.error).toMatchObject({
      code: 'MIGRATION_FAILED',
      version: '002',
      serverCode: '42P01',
      statement: { number: 1, line: 1 },
    })
    expect((await project.run(['version', '--url', url])).stdout).toBe('001\n')
  })
})

describePgBouncer('behind PgBouncer in transaction mode', () => {
  async function pooled(config: object): Promise<Project> {
    const database = await freshDatabase()
    const url = onDatabase('url' in pgbouncer ? pgbouncer.url : '', database.name)
    return new Project({
      'migrations.mjs': moduleOf(TABLES + INDEX),
      'queen.config.json': JSON.stringify({ url, ...config }),
    })
  }

  test('what runs in a transaction is applied, with a warning; what does not is refused before anything is done', async () => {
    const project = await pooled({})
    const refused = await project.json(['up'])
    expect(refused.code).toBe(2)
    expect(refused.document.error).toMatchObject({
      code: 'POOLED_CONNECTION',
      version: '014',
      hint: expect.stringContaining('nothing was done'),
    })
    expect((await project.run(['version'])).stdout).toBe('')
    const applied = await project.run(['up', '--to', '002'])
    expect(applied.code, applied.stderr).toBe(0)
    expect(applied.stderr).toContain('warning A pooler hands out this connection one transaction at a time')
  })

  test('pooler in the configuration is believed', async () => {
    const project = await pooled({ pooler: 'session' })
    const { code, stderr } = await project.run(['up', '--to', '002'])
    expect(code, stderr).toBe(0)
    expect(stderr).not.toContain('warning')
  })
})

describePostgres('what is in the way', () => {
  test('of a role without rights is named with its GRANT', async () => {
    const role = await freshRole()
    const { project, database } = await projectOn(moduleOf(TABLES))
    await database.query(`REVOKE CREATE ON SCHEMA public FROM PUBLIC`)
    const url = as(role, database.url)
    const config = (more: object): void => project.write('queen.config.json', JSON.stringify({ url, ...more }))
    const hint = async (): Promise<string> =>
      (await project.json(['up'], { env: { DATABASE_URL: url } })).document.error.hint
    expect(await hint()).toContain(`GRANT USAGE, CREATE ON SCHEMA "public" TO "${role}"`)
    config({ role: 'pg_monitor' })
    expect(await hint()).toBe(`GRANT "pg_monitor" TO "${role}"`)
    config({ role: 'no_such_role' })
    expect(await hint()).toBe(`CREATE ROLE "no_such_role" and GRANT "no_such_role" TO "${role}", or correct role`)
  })
})

describePrivatePostgres('a server that wants a password', () => {
  test('and gets the wrong one, or none', async () => {
    const server = await startPostgres()
    onTestFinished(() => server.remove())
    await ask(server.url, `SET password_encryption = 'scram-sha-256'; CREATE ROLE ann LOGIN PASSWORD 'right'`)
    const file = String((await ask(server.url, `SELECT current_setting($1) AS file`, ['hba_file']))[0]!['file'])
    await ask(
      server.url,
      `COPY (SELECT unnest(ARRAY['host all ann all scram-sha-256', 'host all all all trust'])) TO '${file}'`,
    )
    await ask(server.url, 'SELECT pg_reload_conf()')
    const project = new Project({ 'migrations.mjs': moduleOf(TABLES) })
    const as = async (user: string) => {
      const url = new URL(server.url)
      url.username = user.split(':')[0]!
      url.password = user.split(':')[1] ?? ''
      const { code, stdout, stderr } = await project.run(['status', '--json', '--url', url.href])
      expect(stdout + stderr).not.toContain('s3cr3t')
      return { code, error: JSON.parse(stdout).error }
    }
    await expect
      .poll(async () => await as('ann:s3cr3t'))
      .toMatchObject({
        code: 1,
        error: { code: 'CONNECTION_FAILED', serverCode: '28P01', hint: 'check the user name and the password' },
      })
    expect((await as('ann')).error.hint).toContain('the server wants a password, and none was given')
    expect(await as('ann:right')).toEqual({ code: 0, error: undefined })
  })
})
