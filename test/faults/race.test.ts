import { fork } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { MARKS } from '../support/fault-migrations.mjs'
import { temporaryFolder } from '../support/folder.js'

const CHILD = fileURLToPath(new URL('../support/fault-child.mjs', import.meta.url))
const ROUNDS = 10
const PROCESSES = 6

test.each(['delete', 'wal'])(
  'six processes start at once on an empty database, journal mode %s: nobody fails, each migration once',
  { timeout: 180_000 },
  async (mode) => {
    for (let round = 0; round < ROUNDS; round++) {
      const file = join(temporaryFolder(), 'app.db')
      const db = new Database(file)
      db.pragma(`journal_mode = ${mode}`)
      const runs = await Promise.all(Array.from({ length: PROCESSES }, () => loaded(file)))
      const results = await Promise.all(runs.map((go) => go()))
      expect(results.map((result) => result.code)).toEqual(Array(PROCESSES).fill(0))
      expect(results.reduce((sum, result) => sum + result.applied, 0)).toBe(6)
      expect(db.prepare('SELECT mark FROM audit ORDER BY mark').pluck().all()).toEqual(MARKS)
      db.close()
    }
  },
)

/** A process that is loaded and waits for the word. */
async function loaded(file: string) {
  const child = fork(CHILD, [file], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  let output = ''
  child.stdout!.on('data', (chunk) => (output += chunk))
  const gone = new Promise<number | null>((resolve) => child.once('close', resolve))
  await new Promise((resolve) => child.once('message', resolve))
  return async () => {
    child.send('go', () => {})
    const code = await gone
    return { code, applied: output === '' ? -1 : (JSON.parse(output) as { applied: number }).applied }
  }
}
