import { expect, test } from 'vitest'
import { Queen, type QueenEvents } from '../../../src/core/index.js'
import { postgres } from '../../../src/drivers/postgres/index.js'
import { describePostgres, freshDatabase } from '../../support/postgres.js'

describePostgres('a statement that may wait', () => {
  test('an index that is built concurrently waits for an old transaction, and says for which', async () => {
    const { url, connect, query } = await freshDatabase()
    await query('CREATE TABLE t (id int)')
    const reader = await connect()
    await reader.query('BEGIN; INSERT INTO t VALUES (1)')
    await using db = new Queen(postgres(url), { ddlLockTimeout: '100ms' }).add({
      version: '001',
      name: 'index_t',
      transaction: false,
      upSQL: 'CREATE INDEX CONCURRENTLY t_id ON t (id)',
    })
    const told = new Promise<QueenEvents['tableWait']>((resolve) => void db.on('tableWait', resolve))
    const run = db.up()
    const { version, name, waitedMs, blockers } = await told
    await reader.query('COMMIT')
    await run
    expect({ version, name }).toEqual({ version: '001', name: 'index_t' })
    expect(waitedMs).toBeGreaterThan(1_000)
    expect(blockers).toMatchObject([{ state: 'idle in transaction', query: 'BEGIN; INSERT INTO t VALUES (1)' }])
    expect(await query('SELECT indisvalid FROM pg_index WHERE indrelid = $1::regclass', ['t'])).toEqual([
      { indisvalid: true },
    ])
  })
})
