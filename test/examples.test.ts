import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { postgres } from 'queen-migrate/postgres'
import { newTest } from 'queen-migrate/testing'
import { expect, test } from 'vitest'
import { start } from '../examples/quickstart/server.js'
import orders from '../examples/postgres/migrations.js'
import { rejection } from './support/database.js'
import { temporaryFolder } from './support/folder.js'
import { describePostgres, freshDatabase } from './support/postgres.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

function queen(...words: readonly string[]): string {
  return execFileSync(process.execPath, [join(ROOT, 'dist/cli/bin.js'), ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}

/** The same, and what it tells while it is at work. */
function told(...words: readonly string[]): string {
  return spawnSync(process.execPath, [join(ROOT, 'dist/cli/bin.js'), ...words], { encoding: 'utf8' }).stderr
}

test('quickstart: the server refuses to start on a database that is behind, and starts on a current one', async () => {
  const file = join(temporaryFolder(), 'app.db')
  expect(await rejection(start(file))).toMatchObject({ code: 'PENDING_MIGRATIONS', versions: ['001', '002'] })
  queen('up', '--to', '001', '--url', `sqlite:${file}`, '--migrations', join(ROOT, 'examples/quickstart/migrations.ts'))
  const db = new Database(file)
  db.exec(`INSERT INTO users (email) VALUES ('Ann@Example.com')`)
  queen('up', '--url', `sqlite:${file}`, '--migrations', join(ROOT, 'examples/quickstart/migrations.ts'))
  expect(db.prepare('SELECT email FROM users').pluck().all()).toEqual(['ann@example.com'])
  expect(await start(file)).toBe('ready at version 002')
})

test('modular: what posts need of users comes first, though posts are registered before them', () => {
  const url = `sqlite:${join(temporaryFolder(), 'app.db')}`
  queen('up', '--url', url, '--migrations', join(ROOT, 'examples/modular/migrations.ts'))
  const log = JSON.parse(
    queen('log', '--json', '--url', url, '--migrations', join(ROOT, 'examples/modular/migrations.ts')),
  ) as { entries: { version: string }[] }
  expect(log.entries.map((entry) => entry.version).toReversed()).toEqual(['users_001', 'posts_001', 'users_002'])
})

describePostgres('postgres', () => {
  test('a column is added, filled in batches and indexed, while rows are there', async () => {
    const { url, query } = await freshDatabase()
    const where = ['--url', url, '--migrations', join(ROOT, 'examples/postgres/migrations.ts')]
    queen('up', '--to', '001', ...where)
    await query(`INSERT INTO orders (customer) SELECT 'Customer ' || n FROM generate_series(1, 2500) n`)
    const lines = told('up', ...where)
    for (const done of ['1000 of 2500 (40 %)', '2000 of 2500 (80 %)', '2500 of 2500 (100 %)'])
      expect(lines).toContain(`003 fill_search_name: ${done}\n`)
    expect(lines).toContain('done   004 index_search_name')
    expect(await query('SELECT count(*)::int AS n FROM orders WHERE search_name = lower(customer)')).toEqual([
      { n: 2500 },
    ])
    const valid = `SELECT indisvalid FROM pg_index WHERE indexrelid = 'orders_search_name_idx'::regclass`
    expect(await query(valid)).toEqual([{ indisvalid: true }])
    queen('reset', '--yes', ...where)
    expect(await query(`SELECT to_regclass('orders') AS gone`)).toEqual([{ gone: null }])
  })

  test('a fill that broke off goes on behind the batches it had committed', async () => {
    const { url, query } = await freshDatabase()
    const where = ['--url', url, '--migrations', join(ROOT, 'examples/postgres/migrations.ts')]
    queen('up', '--to', '002', ...where)
    await query(`INSERT INTO orders (customer) SELECT 'Customer ' || n FROM generate_series(1, 2500) n`)
    await query('ALTER TABLE orders ADD CONSTRAINT obstacle CHECK (id <> 2200 OR search_name IS NULL)')
    expect(told('up', ...where)).toContain('violates check constraint "obstacle"')
    const filled = 'SELECT count(search_name)::int AS n FROM orders'
    expect(await query(filled)).toEqual([{ n: 2000 }])
    await query('ALTER TABLE orders DROP CONSTRAINT obstacle')
    expect(told('recover', '003', '--resume', ...where)).toContain('500 of 500 (100 %)')
    expect(await query(filled)).toEqual([{ n: 2500 }])
  })

  test('every down of it takes back what its up did', async (t) => {
    const { url } = await freshDatabase()
    const seed = { '001': `INSERT INTO orders (customer) VALUES ('Ann'), ('Bob')` }
    await newTest(t, { migrations: orders, driver: postgres(url) }).testUpDown({ seed })
  })
})
