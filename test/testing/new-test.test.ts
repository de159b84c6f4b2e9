import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext as NodeTestContext } from 'node:test'
import { describe, expect, test } from 'vitest'
import { Queen } from '../../src/core/index.js'
import { sqlite, type SqliteTransaction } from '../../src/drivers/sqlite/index.js'
import { newTest, type TestContext, type TestDriver } from '../../src/testing/index.js'

const users = {
  version: '001',
  name: 'create_users',
  upSQL: 'CREATE TABLE users (id INTEGER PRIMARY KEY)',
  downSQL: 'DROP TABLE users',
}
const posts = {
  version: '002',
  name: 'create_posts',
  upSQL: 'CREATE TABLE posts (id INTEGER PRIMARY KEY)',
  downSQL: 'DROP TABLE posts',
}
const memory = (): TestDriver<SqliteTransaction> => sqlite(':memory:')

/** A driver whose scratch databases are files, and which tells what became of them. */
function inFiles() {
  const log: string[] = []
  const folders: string[] = []
  const driver: TestDriver<SqliteTransaction> = {
    ...memory(),
    scratch: () => {
      const folder = mkdtempSync(join(tmpdir(), 'queen-'))
      folders.push(folder)
      log.push('made')
      return Promise.resolve({
        driver: sqlite(join(folder, 'a.db')),
        drop: () => {
          rmSync(folder, { recursive: true })
          log.push('dropped')
          return Promise.resolve()
        },
      })
    },
  }
  return { driver, log, folders }
}

/** A test that is over when `end` is called. */
function fakeTest() {
  const ends: (() => Promise<void>)[] = []
  return {
    t: { after: (end: () => Promise<void>) => void ends.push(end) },
    end: async () => {
      for (const end of ends) await end()
    },
  }
}

describe('a queen in a test', () => {
  test('is a queen like any other, and adding to it chains', async (t) => {
    const q = newTest(t, { driver: memory() }).add(users).add(posts)
    expect(q).toBeInstanceOf(Queen)
    expect((await q.mustUp({ steps: 1 })).applied.map(({ version }) => version)).toEqual(['001'])
    expect((await q.pending()).map(({ version }) => version)).toEqual(['002'])
    expect((await q.schema()).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'table users',
      'columns users',
      'column users.id',
      'primary key users',
    ])
    await q.mustUp()
    expect((await q.mustDown({ steps: 2 })).to).toBe(null)
    expect(await q.schema()).toEqual([])
  })

  test('takes the migrations of another, with its options', async (t) => {
    const migrations = new Queen(undefined, { table: 'history' }).add(users)
    const q = newTest(t, { migrations, driver: memory() }).add(posts)
    await q.mustUp()
    const tables = await q.inspect(async (session) =>
      (session as unknown as { database: { prepare(sql: string): { all(): unknown[] } } }).database
        .prepare(`SELECT name FROM sqlite_schema WHERE name LIKE 'history%'`)
        .all(),
    )
    expect(tables).toContainEqual({ name: 'history' })
  })

  test('makes no database before it is needed, and drops it at the end of the test', async () => {
    const { driver, log, folders } = inFiles()
    const { t, end } = fakeTest()
    const q = newTest(t, { driver }).add(users)
    expect(log).toEqual([])
    await q.mustUp()
    expect(existsSync(folders[0]!)).toBe(true)
    await end()
    expect(log).toEqual(['made', 'dropped'])
    expect(existsSync(folders[0]!)).toBe(false)
    await expect(q.status()).rejects.toThrow('The test is over and its database is gone')
  })

  test('drops nothing when nothing was made', async () => {
    const { driver, log } = inFiles()
    const { t, end } = fakeTest()
    newTest(t, { driver }).add(users)
    await end()
    expect(log).toEqual([])
  })

  test('drops its database after a failure', async () => {
    const { driver, log } = inFiles()
    const { t, end } = fakeTest()
    await expect(
      newTest(t, { driver })
        .add({ ...users, downSQL: 'SELECT 1' })
        .testUpDown(),
    ).rejects.toThrow('down left table users')
    await end()
    expect(log).toEqual(['made', 'dropped'])
  })

  test('tells when the scratch database cannot be made, and cleans up all the same', async () => {
    const { t, end } = fakeTest()
    const q = newTest(t, {
      driver: { ...memory(), scratch: () => Promise.reject(new Error('no right to create a database')) },
    }).add(users)
    await expect(q.mustUp()).rejects.toThrow('mustUp: no right to create a database')
    await end()
  })

  test('needs a test, and says so', () => {
    for (const t of [undefined, null, {}, { skip: () => {} }])
      expect(() => newTest(t as never)).toThrow('newTest() needs the context of a test')
  })

  test('refuses an option it does not know', (t) => {
    expect(() => newTest(t, { migration: new Queen() } as never)).toThrow('there is no option "migration"')
  })
})

describe('mustUp and mustDown', () => {
  test('fail the test with what went wrong', async (t) => {
    const q = newTest(t, { driver: memory() })
      .add(users)
      .add({ ...posts, upSQL: 'CREATE TABLE posts (id INT);\nCREATE TABLE users (id INT);' })
    await expect(q.mustUp()).rejects.toThrow(
      /^mustUp: 002 create_posts failed: table users already exists\n {2}statement 2 of 2, line 2, column \d+: CREATE TABLE users \(id INT\)\n/,
    )
  })

  test('fail when nothing happened that should have', async (t) => {
    const q = newTest(t, { driver: memory() })
    await expect(q.mustUp()).rejects.toThrow('mustUp: there was nothing to apply')
    q.add(users)
    await expect(q.mustDown()).rejects.toThrow('mustDown: nothing was taken back')
    await expect(q.mustUp({ dryRun: true })).rejects.toThrow(
      'mustUp: nothing was applied, and 001 create_users is still to be',
    )
    await q.mustUp()
    expect((await q.mustUp()).applied).toEqual([])
  })
})

describe('testConcurrent', () => {
  test('applies each migration exactly once', async (t) => {
    const { driver, log } = inFiles()
    const q = newTest(t, { driver }).add(users).add(posts)
    const reports = await q.testConcurrent(5)
    expect(reports).toHaveLength(5)
    expect(reports.flatMap(({ applied }) => applied.map(({ version }) => version)).sort()).toEqual(['001', '002'])
    expect(log).toEqual(['made', 'dropped'])
    await q.testUpDown()
  })

  test('goes red when nothing excludes anybody', async (t) => {
    const { driver } = inFiles()
    const broken: TestDriver<SqliteTransaction> = {
      ...driver,
      scratch: async () => {
        const scratch = await driver.scratch()
        // The probe for a shared database comes first: two sessions.
        let probes = 2
        return {
          ...scratch,
          driver: {
            ...scratch.driver,
            connect: async (table) => {
              const session = await scratch.driver.connect(table)
              if (probes-- > 0) return session
              // Everybody sees an empty history and writes none.
              session.history = () => Promise.resolve(null)
              session.tryLock = () => Promise.resolve({ release: () => Promise.resolve() })
              const execute = session.execute.bind(session)
              session.execute = async (script, execution) =>
                await execute(
                  script.filter(({ kind }) => kind !== 'write'),
                  execution,
                )
              return session
            },
          },
        }
      },
    }
    const anytime = {
      version: '001',
      name: 'anytime',
      upSQL: 'CREATE TABLE IF NOT EXISTS a (id INT)',
      downSQL: 'DROP TABLE a',
    }
    const q = newTest(t, { driver: broken, lockTimeout: '5s' }).add(anytime)
    await expect(q.testConcurrent(3)).rejects.toThrow(
      '001 anytime was applied 3 times\n001 anytime is pending at the end, not applied',
    )
  })

  test('names who failed', async (t) => {
    const { driver } = inFiles()
    const q = newTest(t, { driver }).add({ ...users, upSQL: 'CREATE TABLE users (id INT) garbage' })
    await expect(q.testConcurrent(2)).rejects.toThrow(
      /^queen 1 of 2 failed: 001 create_users failed: [\s\S]*\nqueen 2 of 2 failed: [\s\S]*\n001 create_users was applied by nobody\n/,
    )
  })

  test('refuses to mean nothing', async (t) => {
    const q = newTest(t, { driver: inFiles().driver })
    await expect(q.testConcurrent(1)).rejects.toThrow('testConcurrent(1) is not possible')
    await expect(q.testConcurrent()).rejects.toThrow('testConcurrent has no migrations to apply')
  })
})

describe('without a driver, from the built package', () => {
  test('it is SQLite in memory', async (t) => {
    const q = newTest(t).add(users).add(posts)
    expect((await q.testUpDown()).migrations.map(({ walked }) => walked)).toEqual(['both ways', 'both ways'])
    expect(q.target).toBe('a test database in memory')
  })

  test('runs at once share a file, since a database in memory lives in one connection', async (t) => {
    for (const driver of [undefined, memory()]) {
      const q = newTest(t, driver === undefined ? {} : { driver }).add(users)
      expect((await q.testConcurrent(3)).flatMap(({ applied }) => applied)).toHaveLength(1)
    }
  })
})

test('the contexts of both runners are contexts', (t) => {
  const contexts = (vitest: typeof t, node: NodeTestContext): readonly TestContext[] => [vitest, node]
  expect(contexts).toBeTypeOf('function')
})

test('the types of driver and migrations go through', async (t) => {
  const migrations = new Queen()
  const q: Queen<SqliteTransaction> = newTest(t, { migrations, driver: memory() }).add({
    version: '003',
    name: 'typed',
    upFn: (tx) => Promise.resolve(void tx.client.exec('CREATE TABLE typed (id INT)')),
    downSQL: 'DROP TABLE typed',
  })
  await q.up()
  expect(migrations.migrations()).toHaveLength(1)
})
