import { describe, expect, test } from 'vitest'
import type { Migration } from '../../src/core/index.js'
import { sqlite, type SqliteTransaction } from '../../src/drivers/sqlite/index.js'
import { newTest, type Seed, type TestContext } from '../../src/testing/index.js'

type Tx = SqliteTransaction

const users: Migration<Tx> = {
  version: '001',
  name: 'create_users',
  upSQL: 'CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL)',
  downSQL: 'DROP TABLE users',
}
const log = 'CREATE TABLE log (what TEXT)'
const trigger = `CREATE TRIGGER users_log AFTER UPDATE ON users BEGIN INSERT INTO log VALUES ('update'); END`

/** Walks migrations, and gives the message of the failure without the places, which this file's lines would spoil. */
async function problems(t: TestContext, migrations: readonly Migration<Tx>[], seed: Seed<Tx> = {}): Promise<string> {
  const q = newTest<Tx>(t, { driver: sqlite(':memory:') })
  for (const migration of migrations) q.add(migration)
  const failure = await q.testUpDown({ seed }).then(
    () => 'passed',
    (error: Error) => error.message,
  )
  return failure.replaceAll(/ \(round-trip\.test\.ts:\d+\)/g, '')
}

const add = (version: string, name: string, upSQL: string, downSQL: string): Migration<Tx> => ({
  version,
  name,
  upSQL,
  downSQL,
})

describe('a wrong down is found and named', () => {
  test('with the place it was registered at', async (t) => {
    const q = newTest(t, { driver: sqlite(':memory:') }).add(users)
    q.add(
      add(
        '002',
        'add_name',
        'ALTER TABLE users ADD COLUMN name TEXT; CREATE INDEX users_name_idx ON users(email)',
        'ALTER TABLE users DROP COLUMN name',
      ),
    )
    await expect(q.testUpDown()).rejects.toThrow(
      /^002 add_name \(round-trip\.test\.ts:\d+\): down left index users_name_idx$/,
    )
  })

  test('an index that is forgotten, a column that is not, and a view: all in one report', async (t) => {
    const up =
      'ALTER TABLE users ADD COLUMN name TEXT; CREATE INDEX users_name_idx ON users(email); CREATE VIEW v AS SELECT id FROM users'
    expect(await problems(t, [users, add('002', 'more', up, 'SELECT 1')])).toBe(
      [
        '002 more: down left column users.name',
        '002 more: down left index users_name_idx',
        '002 more: down left view v',
      ].join('\n'),
    )
  })

  test('a rebuild that loses a trigger', async (t) => {
    const rebuild = (columns: string, kept: string): string =>
      `CREATE TABLE new_users (${columns}); INSERT INTO new_users (${kept}) SELECT ${kept} FROM users; DROP TABLE users; ALTER TABLE new_users RENAME TO users;`
    const up = `${rebuild('id INTEGER PRIMARY KEY, email TEXT NOT NULL, age INT', 'id, email')} ${trigger}`
    const down = rebuild('id INTEGER PRIMARY KEY, email TEXT NOT NULL', 'id, email')
    expect(
      await problems(t, [
        users,
        add('002', 'log', `${log}; ${trigger}`, 'DROP TRIGGER users_log; DROP TABLE log'),
        add('003', 'age', up, down),
      ]),
    ).toBe('003 age: down lost trigger users_log')
    expect(
      await problems(t, [
        users,
        add('002', 'log', `${log}; ${trigger}`, 'DROP TRIGGER users_log; DROP TABLE log'),
        add('003', 'age', up, `${down} ${trigger}`),
      ]),
    ).toBe('passed')
  })

  test('a column that comes back at the end', async (t) => {
    const q = add(
      '002',
      'drop_email',
      'ALTER TABLE users DROP COLUMN email; ALTER TABLE users ADD COLUMN a INT',
      `ALTER TABLE users DROP COLUMN a; ALTER TABLE users ADD COLUMN email TEXT NOT NULL DEFAULT ''`,
    )
    const three = {
      ...users,
      upSQL: `CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL DEFAULT '', z INT)`,
    }
    expect(await problems(t, [three, q])).toBe(
      '002 drop_email: down changed the order of the columns of users: was id, email, z, is id, z, email',
    )
  })

  test('a down that drops too much', async (t) => {
    expect(
      await problems(t, [
        users,
        add(
          '002',
          'posts',
          'CREATE TABLE posts (id INT, user_id INT REFERENCES users)',
          'DROP TABLE posts; DROP TABLE users',
        ),
      ]),
    ).toBe('002 posts: down lost table users')
  })

  test('a second up that does something else', async (t) => {
    let ups = 0
    const odd: Migration<Tx> = {
      version: '002',
      name: 'odd',
      upFn: async (tx) => await tx.exec(`CREATE TABLE odd (a ${ups++ === 0 ? 'INT' : 'TEXT'})`),
      downSQL: 'DROP TABLE odd',
    }
    expect(await problems(t, [users, odd])).toBe('002 odd: the second up changed column odd.a: was INT, is TEXT')
  })

  test('a down that works alone but not behind the others', async (t) => {
    let downs = 0
    const odd: Migration<Tx> = {
      version: '002',
      name: 'odd',
      upSQL: 'CREATE TABLE odd (a INT)',
      downFn: async (tx) => {
        if (downs++ === 0) await tx.exec('DROP TABLE odd')
      },
    }
    expect(await problems(t, [users, odd])).toBe('all migrations: all downs together left table odd')
  })

  test('a down that fails', async (t) => {
    expect(
      await problems(t, [users, add('002', 'bad', 'CREATE TABLE a (id INT)', 'DROP TABLE a;\nDROP TABLE b')]),
    ).toBe(
      [
        '002 bad: down failed: The down of 002 bad failed: no such table: b',
        '  statement 2 of 2, line 2, column 12: DROP TABLE b',
        '  nothing of 002 is left in the database: correct it and run queen down again',
      ].join('\n'),
    )
  })

  test('an up that fails', async (t) => {
    expect(await problems(t, [add('001', 'bad', 'CREATE TABEL a (id INT)', 'DROP TABLE a')])).toMatch(
      /^001 bad: up failed: 001 bad failed: near "TABEL": syntax error\n {2}statement 1 of 1, line 1, column 8: CREATE TABEL/,
    )
  })
})

describe('migrations without a down', () => {
  test('fail together when they are not marked', async (t) => {
    const { downSQL: _, ...oneWay } = users
    const why = `has no down: write downSQL or downFn, or mark it as irreversible: 'why'`
    expect(await problems(t, [oneWay, { ...oneWay, version: '002', name: 'other' }])).toBe(
      `001 create_users: ${why}\n002 other: ${why}`,
    )
  })

  test('are applied only when they are marked, and the report says so', async (t) => {
    const notes: string[] = []
    const q = newTest(
      { onTestFinished: (end) => void t.onTestFinished(end), diagnostic: (note) => void notes.push(note) },
      { driver: sqlite(':memory:') },
    )
    q.add(users).add({
      version: '002',
      name: 'forget',
      upSQL: 'ALTER TABLE users DROP COLUMN email',
      irreversible: 'the addresses are gone',
    })
    q.add(add('003', 'posts', 'CREATE TABLE posts (id INT)', 'DROP TABLE posts'))
    const result = await q.testUpDown()
    expect(result.migrations.map(({ walked }) => walked)).toEqual(['both ways', 'up only', 'both ways'])
    expect(notes).toEqual(result.notes)
    expect(notes.join().replace(/\.ts:\d+/, '.ts')).toBe(
      '002 forget (round-trip.test.ts) is irreversible (the addresses are gone): only its up was run, and nothing before it is taken back from here on',
    )
    expect(await q.version()).toBe('003')
  })

  test('what comes after them is still walked', async (t) => {
    const forget = {
      version: '002',
      name: 'forget',
      upSQL: 'ALTER TABLE users DROP COLUMN email',
      irreversible: 'gone',
    }
    expect(await problems(t, [users, forget, add('003', 'posts', 'CREATE TABLE posts (id INT)', 'SELECT 1')])).toBe(
      '003 posts: down left table posts',
    )
  })
})

describe('rows', () => {
  const seed = { '001': `INSERT INTO users VALUES (1, 'ada@example.org'), (2, 'bob@example.org')` }

  test('survive an up and down', async (t) => {
    const name = add('002', 'name', 'ALTER TABLE users ADD COLUMN name TEXT', 'ALTER TABLE users DROP COLUMN name')
    expect(await problems(t, [users, name], seed)).toBe('passed')
  })

  test('that a rebuild loses are named', async (t) => {
    const up = `CREATE TABLE new_users (id INTEGER PRIMARY KEY, email TEXT NOT NULL, age INT); INSERT INTO new_users (id, email) SELECT id, email FROM users WHERE id < 2; DROP TABLE users; ALTER TABLE new_users RENAME TO users`
    expect(await problems(t, [users, add('002', 'age', up, 'ALTER TABLE users DROP COLUMN age')], seed)).toBe(
      '002 age: down changed the rows of users: 2 before, 1 after, lost {"email":"bob@example.org","id":2}',
    )
    expect(await problems(t, [users, add('002', 'age', up, 'ALTER TABLE users DROP COLUMN age')])).toBe('passed')
  })

  test('of the migration itself are nobody’s before it', async (t) => {
    const posts = add('002', 'posts', 'CREATE TABLE posts (id INT)', 'DROP TABLE posts')
    const upper = add('003', 'upper', 'UPDATE users SET email = upper(email)', 'UPDATE users SET email = lower(email)')
    const planted: string[] = []
    const both = {
      ...seed,
      '002': async (tx: Tx) => {
        planted.push('002')
        await tx.query('INSERT INTO posts VALUES (?)', [7])
      },
    }
    expect(await problems(t, [users, posts, upper], both)).toBe('passed')
    expect(planted).toEqual(['002'])
  })

  test('that cannot be put in are told', async (t) => {
    expect(await problems(t, [users], { '001': 'INSERT INTO userz VALUES (1)' })).toBe(
      'the seed of 001 failed: no such table: userz',
    )
    expect(await problems(t, [users], { '007': 'SELECT 1' })).toBe(
      'There is a seed for 007, which is no migration of this test',
    )
  })
})

test('nothing to walk, and a database where something is applied already, are no silent pass', async (t) => {
  expect(await problems(t, [])).toBe(
    'testUpDown has no migrations to walk: register some with add(), or pass { migrations }',
  )
  const q = newTest(t, { driver: sqlite(':memory:') }).add(users)
  await q.mustUp()
  await expect(q.testUpDown()).rejects.toThrow(
    'testUpDown begins with nothing applied, but 001 create_users is applied',
  )
})

test('migrations of other environments are left out, and the report says so', async (t) => {
  const q = newTest(t, { driver: sqlite(':memory:'), environment: 'test' }).add(users)
  q.add({ ...add('002', 'demo', 'CREATE TABLE demo (id INT)', 'SELECT 1'), environments: ['demo'] })
  expect((await q.testUpDown()).notes).toEqual(['002 was not walked: it belongs to other environments'])
})

test('migrations that commit statement by statement are walked, too', async (t) => {
  const counted = {
    ...add('002', 'counted', 'CREATE TABLE a (id INT); CREATE TABLE b (id INT)', 'DROP TABLE a; DROP TABLE b'),
    transaction: false,
  }
  expect(await problems(t, [users, counted])).toBe('passed')
  expect(await problems(t, [users, { ...counted, downSQL: 'DROP TABLE a' }])).toBe('002 counted: down left table b')
})
