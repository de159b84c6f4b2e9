import { expect, onTestFinished, test } from 'vitest'
import { Queen } from '../../src/core/index.js'
import { postgres } from '../../src/drivers/postgres/index.js'
import { describePostgres, freshDatabase } from '../support/postgres.js'
import { startProxy, type Proxy } from '../support/proxy.mjs'

/** A database behind a line that loses what a test asks it to. */
async function behindProxy() {
  const database = await freshDatabase()
  const { hostname, port } = new URL(database.url)
  const proxy: Proxy = await startProxy({ host: hostname, port: Number(port) })
  const db = new Queen(postgres(proxy.through(database.url)))
  onTestFinished(async () => {
    await db.close()
    await proxy.close()
  })
  return { db, proxy, query: database.query }
}

describePostgres('PostgreSQL, a lost connection', () => {
  test('between two queries of a function says who ended it, and that nothing is left', async () => {
    const { url, query } = await freshDatabase()
    const db = new Queen(postgres(url))
    let times = 0
    db.add({
      version: '001',
      name: 'function',
      manualChecksum: 'v1',
      upFn: async (tx) => {
        await tx.exec('CREATE TABLE t (id bigint)')
        if (times++ > 0) return
        const [row] = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
        const gone = new Promise<void>((resolve) => tx.client.on('end', resolve))
        await query('SELECT pg_terminate_backend($1)', [row!.pid])
        await gone
        await tx.exec('CREATE TABLE t2 (id bigint)')
      },
      downSQL: 'DROP TABLE t',
    })
    await expect(db.up()).rejects.toMatchObject({
      code: 'CONNECTION_FAILED',
      message:
        'The connection was lost while 001 function was at work: terminating connection due to administrator command',
      hint: 'run queen up again: nothing of 001 is left in the database',
      rolledBack: ['001'],
    })
    expect(await db.up()).toMatchObject({ applied: [{ version: '001' }] })
    await db.close()
  })

  test.each([
    ['SQL', { upSQL: `CREATE TABLE t (); DO $$ BEGIN RAISE 'no other server' USING ERRCODE = '08006'; END $$` }],
    [
      'a function',
      {
        manualChecksum: 'v1',
        upFn: async (tx: { exec: (sql: string) => Promise<void> }) => {
          await tx.exec('CREATE TABLE t ()')
          await tx.exec(`DO $$ BEGIN RAISE 'no other server' USING ERRCODE = '08006'; END $$`)
        },
      },
    ],
  ])('is not what %s fails by when another server cannot be reached, whose code is the same', async (_, up) => {
    const { connect } = await freshDatabase()
    const client = await connect()
    const db = new Queen(postgres(client))
    db.add({ version: '001', name: 'foreign', ...up, downSQL: 'DROP TABLE t' })
    await expect(db.up()).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      message: '001 foreign failed: no other server',
      serverCode: '08006',
      rolledBack: ['001'],
    })
    await db.close()
    expect((await client.query(`SELECT to_regclass('t') AS t, now() = statement_timestamp() AS fresh`)).rows).toEqual([
      { t: null, fresh: true },
    ])
  })

  test('at the end of a migration that commits statement by statement: it is looked up', async () => {
    const { db, proxy } = await behindProxy()
    db.add({ version: '001', name: 'first', upSQL: 'CREATE TABLE t (id bigint)', downSQL: 'DROP TABLE t' })
    db.add({
      version: '002',
      name: 'counted',
      transaction: false,
      upSQL: ['CREATE INDEX CONCURRENTLY t_id ON t (id)', `COMMENT ON TABLE t IS 'done'`],
      downSQL: 'DROP INDEX t_id',
    })
    void proxy.once(/COMMENT ON TABLE/, 'lose reply')
    await expect(db.up()).rejects.toMatchObject({
      code: 'CONNECTION_FAILED',
      message: expect.stringContaining('All the same 002 was committed: its record is there'),
      hint: 'run queen up again to go on',
      applied: [{ version: '001' }, { version: '002' }],
    })
    expect(await db.up()).toMatchObject({ applied: [], to: '002' })
  })

  test.each([
    ['lose message', 'no record'],
    ['lose reply', 'INTERRUPTED'],
  ] as const)('at its beginning (%s): running again shows whether it was begun', async (kind, found) => {
    const { db, proxy } = await behindProxy()
    db.add({ version: '001', name: 'first', upSQL: 'CREATE TABLE t (id bigint)', downSQL: 'DROP TABLE t' })
    db.add({
      version: '002',
      name: 'counted',
      transaction: false,
      upSQL: 'CREATE INDEX CONCURRENTLY t_id ON t (id)',
      downSQL: 'DROP INDEX t_id',
    })
    await db.up({ to: '001' })
    void proxy.once(/INSERT INTO .*'002'/s, kind)
    await expect(db.up()).rejects.toMatchObject({
      code: 'CONNECTION_FAILED',
      hint: 'run queen up again: the history tells whether it was begun',
    })
    if (found === 'INTERRUPTED') {
      await expect(db.up()).rejects.toMatchObject({ code: 'INTERRUPTED', version: '002' })
      await db.recover('002', 'resume')
    }
    expect(await db.up()).toMatchObject({ applied: found === 'INTERRUPTED' ? [] : [{ version: '002' }], to: '002' })
  })
})
