import { beforeAll, expect, test } from 'vitest'
import type { Migration } from '../../src/core/index.js'
import { postgres, type PostgresTransaction } from '../../src/drivers/postgres/index.js'
import { newTest, type Seed, type TestContext } from '../../src/testing/index.js'
import { describePostgres, freshDatabase, type FreshDatabase } from '../support/postgres.js'
import { as, freshRole } from '../support/postgres-queen.js'

type Tx = PostgresTransaction

const users: Migration<Tx> = {
  version: '001',
  name: 'create_users',
  upSQL: `CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, mood mood)`,
  downSQL: 'DROP TABLE users; DROP TYPE mood',
}
const index: Migration<Tx> = {
  version: '002',
  name: 'add_index',
  transaction: false,
  upSQL: 'CREATE INDEX CONCURRENTLY users_email_idx ON users (email)',
  downSQL: 'DROP INDEX CONCURRENTLY users_email_idx',
}
const names: Migration<Tx> = {
  version: '003',
  name: 'add_name',
  upSQL: 'ALTER TABLE users ADD COLUMN name text; CREATE VIEW named AS SELECT id FROM users WHERE name IS NOT NULL',
  downSQL: 'DROP VIEW named; ALTER TABLE users DROP COLUMN name',
}

/** A test that is over when `end` is called. */
function fakeTest() {
  const ends: (() => Promise<void>)[] = []
  const t: TestContext = { onTestFinished: (end) => void ends.push(end) }
  return {
    t,
    end: async () => {
      for (const end of ends.toReversed()) await end()
    },
  }
}

describePostgres('newTest on PostgreSQL', () => {
  let home: FreshDatabase

  beforeAll(async () => {
    home = await freshDatabase()
  })

  /** Walks migrations, and gives the message of the failure without the lines of this file. */
  async function problems(t: TestContext, list: readonly Migration<Tx>[], seed: Seed<Tx> = {}): Promise<string> {
    const q = newTest<Tx>(t, { driver: postgres(home.url) })
    for (const migration of list) q.add(migration)
    const failure = await q.testUpDown({ seed }).then(
      () => 'passed',
      (error: Error) => error.message,
    )
    return failure.replaceAll(/ \(postgres\.test\.ts:\d+\)/g, '')
  }

  const exists = async (name: string): Promise<boolean> =>
    (await home.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])).length > 0

  test('walks every migration up, down and up again, on a database of its own', async (t) => {
    const q = newTest<Tx>(t, { driver: postgres(home.url) })
      .add(users)
      .add(index)
      .add(names)
    const { migrations } = await q.testUpDown()
    expect(migrations.map(({ walked }) => walked)).toEqual(['both ways', 'both ways', 'both ways'])
    expect((await q.schema()).map(({ name }) => name)).toContain('users_email_idx')
    expect(await home.query(`SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace`)).toEqual([])
  })

  test.each([
    ['002 add_index: down left index users_email_idx', { ...index, downSQL: 'SELECT 1' }],
    ['003 add_name: down left column users.name', { ...names, downSQL: 'DROP VIEW named' }],
    [
      '003 add_name: down lost index users_email_idx',
      { ...names, downSQL: `${String(names.downSQL)}; DROP INDEX users_email_idx` },
    ],
    [
      '003 add_name: down failed: The down of 003 add_name failed: cannot drop column name',
      { ...names, downSQL: 'ALTER TABLE users DROP COLUMN name' },
    ],
  ])('%s', async (problem, wrong) => {
    const list = [users, index, names].map((right) => (right.version === wrong.version ? wrong : right))
    // A test of its own, which may fail.
    const { t, end } = fakeTest()
    expect(await problems(t, list)).toContain(problem)
    await end()
  })

  test('a grant that outlives the down is found, too', async (t) => {
    const granted = { version: '002', name: 'grant', upSQL: 'GRANT SELECT ON users TO PUBLIC', downSQL: 'SELECT 1' }
    expect(await problems(t, [users, granted])).toBe('002 grant: down left grant on table users to PUBLIC')
  })

  test('seeds are put in, and rows that a down loses are named', async (t) => {
    const seed: Seed<Tx> = {
      '001': `INSERT INTO users VALUES (1, 'ada@example.org', 'glad')`,
      '002': async (tx) => void (await tx.query('INSERT INTO users VALUES ($1, $2)', [2, 'bob@example.org'])),
    }
    expect(await problems(t, [users, index, names], seed)).toBe('passed')
    const forgetful = { ...names, downSQL: `${String(names.downSQL)}; DELETE FROM users WHERE id = 2` }
    const { t: failing, end } = fakeTest()
    expect(await problems(failing, [users, index, forgetful], seed)).toMatch(
      /^003 add_name: down changed the rows of users: 2 before, 1 after, lost .*bob@example\.org/,
    )
    await end()
  })

  test('runs at once apply each migration once, an index built concurrently among them', async (t) => {
    const q = newTest<Tx>(t, { driver: postgres(home.url) })
      .add(users)
      .add(index)
      .add(names)
    const reports = await q.testConcurrent(5)
    expect(reports.flatMap(({ applied }) => applied.map(({ version }) => version)).sort()).toEqual([
      '001',
      '002',
      '003',
    ])
  })

  test('its database is dropped at the end, also after a failure and while somebody is connected', async () => {
    const made: string[] = []
    const spy: Migration<Tx> = {
      version: '001',
      name: 'spy',
      upFn: async (tx) => {
        const [row] = await tx.query<{ name: string }>('SELECT current_database() AS name')
        made.push(row!.name)
        await tx.exec('CREATE TABLE left_behind (id int)')
      },
      downSQL: 'SELECT 1',
    }
    const { t, end } = fakeTest()
    const q = newTest<Tx>(t, { driver: postgres(home.url) }).add(spy)
    await expect(q.testUpDown()).rejects.toThrow('down left table left_behind')
    const [name] = made
    expect(await exists(name!)).toBe(true)
    const url = new URL(home.url)
    url.pathname = `/${name}`
    const busy = await home.connect({ connectionString: url.href })
    await busy.query('BEGIN; LOCK TABLE left_behind')
    await end()
    expect(await exists(name!)).toBe(false)
  })

  test('a role that may not create databases is told what it lacks', async () => {
    const role = await freshRole()
    const { t, end } = fakeTest()
    const q = newTest<Tx>(t, { driver: postgres(as(role, home.url)) }).add(users)
    await expect(q.mustUp()).rejects.toThrow(`permission denied to create database\n  ALTER ROLE "${role}" CREATEDB`)
    await end()
  })
})
