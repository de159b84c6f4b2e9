import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { start } from '../examples/quickstart/server.js'
import { rejection } from './support/database.js'
import { temporaryFolder } from './support/folder.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

function queen(...words: readonly string[]): string {
  return execFileSync(process.execPath, [join(ROOT, 'dist/cli/bin.js'), ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
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
