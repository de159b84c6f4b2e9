import { expect, test } from 'vitest'
import { Queen } from '../../src/core/index.js'
import { postgres, type PostgresTransaction } from '../../src/drivers/postgres/index.js'
import { describePostgres, freshDatabase } from '../support/postgres.js'
import { word } from '../support/word.js'

const WAITERS = 10

describePostgres('PostgreSQL', () => {
  test('CREATE INDEX CONCURRENTLY with ten runners waiting for the lock: all of them end well', async () => {
    const { url, query } = await freshDatabase()
    const allWaiting = word()
    const queens = Array.from({ length: WAITERS + 1 }, () => {
      const q = new Queen<PostgresTransaction>(postgres(url))
      q.add({
        version: '001',
        name: 'gather',
        manualChecksum: 'v1',
        upFn: async (tx) => {
          await tx.exec('CREATE TABLE t AS SELECT v FROM generate_series(1, 1000) AS v')
          await allWaiting.given
        },
        downSQL: 'DROP TABLE t',
      })
      const upSQL = 'CREATE INDEX CONCURRENTLY t_v ON t (v)'
      return q.add({ version: '002', name: 'index', transaction: false, upSQL, downSQL: 'DROP INDEX t_v' })
    })
    let waiting = 0
    const misses: unknown[] = []
    const taken: unknown[] = []
    for (const q of queens) {
      q.on('lockWait', ({ waitedMs }) => {
        if (waitedMs < 2_000 && ++waiting === WAITERS) allWaiting.give()
      })
      q.on('lockMiss', (miss) => misses.push(miss))
      q.on('migrationTaken', (migration) => taken.push(migration))
    }
    const reports = await Promise.all(queens.map(async (q) => await q.up()))
    expect(reports.map(({ applied }) => applied.length).toSorted((a, b) => a - b)).toEqual([
      ...Array(WAITERS).fill(0),
      2,
    ])
    expect(misses).toEqual([])
    // Who has waited plans anew under the lock, and does not run into what is recorded meanwhile.
    expect(taken).toEqual([])
    expect(await query('SELECT indisvalid FROM pg_index WHERE indrelid = $1::regclass', ['t'])).toEqual([
      { indisvalid: true },
    ])
    for (const q of queens) await q.close()
  })
})
