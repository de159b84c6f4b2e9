import { fork, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MARKS } from '../support/fault-migrations.mjs'

const CHILD = fileURLToPath(new URL('../support/fault-child.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'queen-kill-'))
let reference: Truth

afterAll(() => rmSync(folder, { recursive: true, force: true }))
beforeAll(() => {
  const file = join(folder, 'reference.db')
  expect(run(file)).toMatchObject({ status: 0 })
  reference = truth(file)
  expect(reference.marks).toEqual(MARKS)
})

/** What a database says about itself: its objects, the marks of executed statements, its history, its health. */
interface Truth {
  readonly schema: unknown[]
  readonly marks: string[]
  readonly history: unknown[]
  readonly journal: string[]
  readonly integrity: unknown
}

function truth(file: string): Truth {
  const db = new Database(file, { readonly: true })
  try {
    return {
      schema: db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name').all(),
      marks: db.prepare('SELECT mark FROM audit ORDER BY mark').pluck().all() as string[],
      history: db
        .prepare('SELECT version, status, statements_done, statements_total FROM queen_migrations ORDER BY id')
        .all(),
      journal: db
        .prepare(`SELECT version FROM queen_migrations_log WHERE action = 'up' AND outcome = 'done' ORDER BY version`)
        .pluck()
        .all() as string[],
      integrity: db.pragma('integrity_check'),
    }
  } finally {
    db.close()
  }
}

function run(file: string, env: Record<string, string> = {}) {
  return spawnSync(process.execPath, [CHILD, file], { env: { ...process.env, ...env }, encoding: 'utf8' })
}

describe.each(['delete', 'wal'])('kill -9, journal mode %s', (journalMode) => {
  test('before every operation of a run: the next run ends as if nothing had happened', { timeout: 240_000 }, () => {
    const empty = join(folder, `empty-${journalMode}.db`)
    const db = new Database(empty)
    db.pragma(`journal_mode = ${journalMode}`)
    db.close()
    const whole = join(folder, `whole-${journalMode}.db`)
    cpSync(empty, whole)
    const { played } = JSON.parse(run(whole).stdout) as { played: number }
    expect(played).toBeGreaterThan(40)
    // In WAL mode the protocol is the same; every third moment shows it.
    for (let at = 1; at <= played; at += journalMode === 'wal' ? 3 : 1) {
      const file = join(folder, `${journalMode}-${at}.db`)
      cpSync(empty, file)
      expect(run(file, { KILL_AT: String(at) }).signal, `operation ${at}`).toBe('SIGKILL')
      const second = run(file)
      expect(second, `after operation ${at}`).toMatchObject({ status: 0, stderr: '' })
      expect(truth(file), `after operation ${at}`).toEqual(reference)
    }
  })
})

test(
  'kill -9 of two to six racing processes at 200 random moments: each migration exactly once',
  { timeout: 400_000 },
  async () => {
    let kills = 0
    for (let round = 0; kills < 200; round++) {
      const file = join(folder, `race-${round}.db`)
      const processes = 2 + (round % 5)
      kills += (await Promise.all(Array.from({ length: processes }, () => killedAtRandom(file)))).filter(Boolean).length
      const last = run(file)
      expect(last, `round ${round}`).toMatchObject({ status: 0, stderr: '' })
      expect(truth(file), `round ${round}`).toEqual(reference)
    }
  },
)

/** Starts a process, lets it begin, and kills it somewhere; false when it was done before. */
async function killedAtRandom(file: string): Promise<boolean> {
  const child = fork(CHILD, [file], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const gone = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_, signal) => resolve(signal)))
  await new Promise((resolve) => child.once('message', resolve))
  child.send('go', () => {})
  await sleep(Math.random() * 120)
  child.kill('SIGKILL')
  return (await gone) === 'SIGKILL'
}
