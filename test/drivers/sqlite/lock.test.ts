import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { Holder } from '../../../src/core/index.js'
import { fileDatabase, queenOn, rejection } from '../../support/database.js'

const HOLDER = fileURLToPath(new URL('../../support/lock-holder.mjs', import.meta.url))
const TABLE = {
  version: '001',
  name: 'table',
  upSQL: 'CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)',
  downSQL: 'DROP TABLE t',
}

/** Another process in the middle of a migration: `finish` lets it end, `kill` does not. */
async function otherProcess(file: string) {
  const child = fork(HOLDER, [file], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const gone = new Promise<number | null>((resolve) => child.once('exit', resolve))
  await new Promise((resolve) => child.once('message', resolve))
  return {
    pid: child.pid!,
    finish: async () => {
      child.send('finish')
      return await gone
    },
    kill: async () => {
      child.kill('SIGKILL')
      await gone
    },
  }
}

describe.each(['delete', 'wal'])('journal mode %s', (mode) => {
  test('a run waits for a run of another process, is told who it is, and finds its work done', async () => {
    const { queen, file, connect } = fileDatabase(TABLE)
    connect().pragma(`journal_mode = ${mode}`)
    const other = await otherProcess(file)
    const waits: (Holder | null)[] = []
    queen.add({ version: '002', name: 'slow', upSQL: 'CREATE TABLE slow (id INT)', upFn: async () => {} })
    // The plan is made under the lock: nothing is begun that somebody else has done meanwhile.
    const begun: unknown[] = []
    queen.on('migrationStart', (event) => begun.push(event))
    const finished = new Promise<number | null>((resolve) => {
      queen.on('lockWait', ({ holder }) => {
        waits.push(holder)
        if (waits.length === 1) resolve(other.finish())
      })
    })
    await expect(queen.up()).resolves.toMatchObject({ applied: [] })
    expect(await finished).toBe(0)
    expect(waits[0]).toMatchObject({
      who: expect.stringMatching(new RegExp(`#${other.pid}$`)),
      doing: { direction: 'up', version: '002', name: 'slow' },
    })
    expect(waits[0]!.since).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/)
    expect(await queen.version()).toBe('002')
    expect(begun).toEqual([])
  })

  test('status tells what another process is applying', async () => {
    const { queen, file, connect } = fileDatabase(TABLE)
    connect().pragma(`journal_mode = ${mode}`)
    const other = await otherProcess(file)
    queen.add({ version: '002', name: 'slow', upSQL: 'CREATE TABLE slow (id INT)' })
    expect((await queen.status()).map((row) => row.state)).toEqual(['applied', 'running'])
    expect((await queen.status())[1]!.holder!.who).toContain(`#${other.pid}`)
    await other.kill()
    expect((await queen.status()).map((row) => row.state)).toEqual(['applied', 'pending'])
  })

  test('kill -9 of the holder frees the lock at once, and leaves nothing', async () => {
    const { queen, file, connect } = fileDatabase(TABLE)
    connect().pragma(`journal_mode = ${mode}`)
    const other = await otherProcess(file)
    await other.kill()
    queen.add({ version: '002', name: 'slow', upSQL: 'CREATE TABLE slow (id INT)' })
    const waits: unknown[] = []
    queen.on('lockWait', (event) => waits.push(event))
    await expect(queen.up()).resolves.toMatchObject({ applied: [{ version: '002' }] })
    expect(waits).toEqual([])
  })

  test('waiting ends with lockTimeout and an error that names the holder', async () => {
    const { queen, file, connect } = fileDatabase(TABLE)
    connect().pragma(`journal_mode = ${mode}`)
    const other = await otherProcess(file)
    queen.add({ version: '002', name: 'slow', upSQL: 'CREATE TABLE slow (id INT)' })
    const error = await rejection(queen.up({ lockTimeout: '100ms' }))
    expect(error).toMatchObject({ code: 'LOCK_TIMEOUT' })
    expect(error.message).toMatch(new RegExp(`held by .*#${other.pid} since .*Z, applying 002 slow$`))
    await other.kill()
  })
})

test('waiting does not hold the program up: timers fire, and an abort ends it', async () => {
  const { queen } = fileDatabase(TABLE)
  const lock = await queen.inspect((session) => session.tryLock('somebody'))
  const { queen: second } = { queen: queenOn(queen.target.slice('sqlite:'.length), TABLE) }
  const abort = new AbortController()
  second.on('lockWait', () => setTimeout(() => abort.abort(), 1))
  expect(await rejection(second.up({ signal: abort.signal }))).toMatchObject({ code: 'ABORTED' })
  await lock!.release()
})

test('a writer that keeps the database busy is waited for, between and inside of transactions', async () => {
  const { queen, connect, values } = fileDatabase(TABLE)
  await queen.up()
  const other = connect()
  other.exec(`BEGIN IMMEDIATE; INSERT INTO t VALUES (1, 'other')`)
  queen.add({ version: '002', name: 'more', upSQL: `INSERT INTO t VALUES (2, 'mine')` })
  // The migration can only begin once the other transaction has ended, which happens while Queen waits for it.
  queen.on('migrationStart', () => setTimeout(() => other.exec('COMMIT'), 1))
  await queen.up()
  expect(values('SELECT v FROM t ORDER BY id')).toEqual(['other', 'mine'])
})

test('a reader that holds up COMMIT is waited for', async () => {
  const { queen, connect, values } = fileDatabase(TABLE, {
    version: '002',
    name: 'rows',
    upSQL: `INSERT INTO t (v) VALUES ('a'), ('b')`,
  })
  await queen.up()
  const reader = connect().prepare('SELECT v FROM t').iterate()
  reader.next()
  queen.add({
    version: '003',
    name: 'more',
    manualChecksum: 'v1',
    upFn: async (tx) => {
      await tx.exec(`INSERT INTO t (v) VALUES ('c')`)
      setTimeout(() => reader.return!(), 1)
    },
  })
  await queen.up()
  expect(values('SELECT count(*) FROM t')).toEqual([3])
})

test("a database that stays busy: SQLite's own error never comes through, and nothing is changed", async () => {
  const { queen, connect, values } = fileDatabase(TABLE)
  await queen.up()
  const other = connect()
  other.exec('BEGIN IMMEDIATE')
  queen.add({ version: '002', name: 'more', upSQL: 'CREATE TABLE u (id INT)' })
  const error = await rejection(queen.up({ lockTimeout: 50 }))
  expect(error).toMatchObject({ code: 'LOCK_TIMEOUT', version: '002' })
  expect(error.message).toBe('002 more: another connection kept the database busy')
  other.exec('ROLLBACK')
  expect(values('SELECT version FROM queen_migrations')).toEqual(['001'])
  await queen.up()
})

test('a lock file that is something else is named, and not touched', async () => {
  const { queen, file } = fileDatabase(TABLE)
  const { readFileSync, writeFileSync } = await import('node:fs')
  writeFileSync(
    `${file}-queen-lock`,
    'a letter to my aunt, much longer than a header of a hundred bytes would be: '.repeat(9),
  )
  const error = await rejection(queen.up())
  expect(error).toMatchObject({ code: 'CONNECTION_FAILED' })
  expect(error.message).toContain(`${file}-queen-lock`)
  expect(readFileSync(`${file}-queen-lock`, 'utf8')).toContain('aunt')
})
