import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { expect, test } from 'vitest'
import { Queen, type QueenEvents } from '../../src/core/index.js'
import { postgres } from '../../src/drivers/postgres/index.js'
import { describePostgres, freshDatabase } from '../support/postgres.js'

const THREADS = 20
const DDL_LOCK_TIMEOUT = 200
/** What a busy machine may add. It is less than a reader holds the table: without a timeout all would wait for him. */
const MARGIN = 800
const READS_MS = 1_500

describePostgres('PostgreSQL under traffic', () => {
  test(
    'an ALTER TABLE behind long readers succeeds in the end, and nobody waits much longer than ddlLockTimeout',
    { timeout: 120_000 },
    async () => {
      const database = await freshDatabase()
      await database.query('CREATE TABLE accounts AS SELECT id, 0 AS balance FROM generate_series(1, 100) AS id')
      await database.query('CREATE UNIQUE INDEX ON accounts (id)')
      const over = new AbortController()
      const waits: number[] = []
      const threads = await Promise.all(Array.from({ length: THREADS }, async () => await database.connect()))
      const reader = await database.connect({ application_name: 'report' })
      const application = threads.map(async (client) => await transact(client, waits, over.signal))

      const db = new Queen(postgres(database.url))
      const misses: QueenEvents['lockMiss'][] = []
      db.on('lockMiss', (miss) => misses.push(miss))
      db.add({
        version: '001',
        name: 'add_owner',
        upSQL: `ALTER TABLE accounts ADD COLUMN owner text; COMMENT ON COLUMN accounts.owner IS 'who'`,
        downSQL: 'ALTER TABLE accounts DROP COLUMN owner',
      })
      await reader.query('BEGIN; SELECT count(*) FROM accounts')
      waits.length = 0
      const [report] = await Promise.all([
        db.up({ ddlLockTimeout: DDL_LOCK_TIMEOUT }),
        sleep(READS_MS).then(async () => await reader.query('COMMIT')),
      ])
      // The transactions that were under way are counted as well.
      over.abort()
      await Promise.all(application)
      await db.close()

      expect(report.applied).toMatchObject([{ version: '001' }])
      expect(misses.length).toBeGreaterThan(0)
      expect(misses[0]).toMatchObject({ version: '001', attempt: 1, tries: 30 })
      expect(misses.flatMap(({ blockers }) => blockers.map(({ who }) => who))).toContainEqual(
        expect.stringContaining('(report)'),
      )
      expect(waits.length).toBeGreaterThan(THREADS)
      expect(Math.max(...waits)).toBeLessThan(DDL_LOCK_TIMEOUT + MARGIN)
    },
  )
})

/** Runs short transactions, each with a millisecond of thought, and notes how long they took. */
async function transact(client: pg.Client, waits: number[], over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    const begun = performance.now()
    const id = 1 + Math.floor(Math.random() * 100)
    await client.query(`BEGIN; UPDATE accounts SET balance = balance + 1 WHERE id = ${id}; COMMIT`)
    waits.push(performance.now() - begun)
    await sleep(5)
  }
}
