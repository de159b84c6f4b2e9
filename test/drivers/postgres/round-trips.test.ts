import { expect, onTestFinished, test } from 'vitest'
import { postgres } from '../../../src/drivers/postgres/index.js'
import { as, called, freshRole, plain, proxied, queenOn, type Draft } from '../../support/postgres-queen.js'
import { describePostgres, freshDatabase } from '../../support/postgres.js'

/** How many more round trips a run takes for these migrations than for the one before them. */
async function tripsFor(...migrations: readonly Draft[]): Promise<number> {
  const { proxy, url } = await proxied()
  const queen = queenOn(url, [plain('001', 'CREATE SEQUENCE s'), plain('002', 'CREATE TABLE t (v INT)'), ...migrations])
  await queen.up({ steps: 1 })
  proxy.reset()
  await queen.up({ steps: 1 })
  const one = proxy.roundTrips
  // An empty run and one with a single migration differ by the migration.
  proxy.reset()
  await queen.up()
  return proxy.roundTrips - one + 1
}

describePostgres('round trips', () => {
  test('a migration of plain SQL is one, however many statements it has', async () => {
    expect(await tripsFor(plain('003', 'CREATE TABLE a (v INT)'))).toBe(1)
    const many = Array.from({ length: 20 }, (_, i) => `INSERT INTO t VALUES (${i})`).join(';\n')
    expect(await tripsFor(plain('003', many), plain('004', 'DROP TABLE t'), plain('005', 'SELECT 1'))).toBe(3)
  })

  test('a function adds one to its own queries', async () => {
    const two = called('003', async (tx) => {
      await tx.query('INSERT INTO t VALUES ($1)', [1])
      await tx.exec('INSERT INTO t VALUES (2); INSERT INTO t VALUES (3)')
    })
    expect(await tripsFor(two)).toBe(2 + 2)
  })

  test('what runs outside of a transaction takes one message before and one behind it', async () => {
    const index = plain('003', 'CREATE INDEX CONCURRENTLY i ON t (v)', { transaction: false })
    // The record with the beginning of the statement and its settings; itself; its end.
    expect(await tripsFor(index)).toBe(3)
  })

  test('nothing is executed twice', async () => {
    const { database, url } = await proxied()
    const next = `SELECT nextval('s')`
    const queen = queenOn(url, [
      plain('001', 'CREATE SEQUENCE s'),
      plain('002', next),
      called('003', async (tx) => void (await tx.query(next))),
      plain('004', [next, next], { transaction: false }),
      { ...plain('005', next), manualChecksum: 'v1', upFn: async (tx) => await tx.exec(next) },
    ])
    await queen.up()
    await queen.up()
    expect(await database.query('SELECT last_value::int AS n FROM s')).toEqual([{ n: 6 }])
  })

  test('up with nothing to do takes two after connecting, no lock, no write, and no right but SELECT', async () => {
    const reader = await freshRole()
    const { database, proxy, url } = await proxied()
    const migrations = [plain('001', 'CREATE TABLE t (v INT)'), plain('002', 'SELECT 1')]
    await queenOn(url, migrations).up()
    await database.query(`GRANT SELECT ON queen_migrations TO ${reader}`)
    // Somebody has the lock all the while.
    const holder = await postgres(database.url).connect({ name: 'queen_migrations' })
    onTestFinished(async () => await holder.close())
    expect(await holder.tryLock('somebody')).not.toBeNull()
    proxy.reset()
    const queen = queenOn(as(reader, url), migrations)
    expect(await queen.up()).toMatchObject({ applied: [], to: '002' })
    expect([proxy.connections, proxy.roundTrips]).toEqual([1, 1 + 2])
    await queen.up()
    expect(proxy.roundTrips).toBe(1 + 3)
  })

  test('up without any migration, on an empty database, creates nothing', async () => {
    const { url, query } = await freshDatabase()
    expect(await queenOn(url, []).up()).toMatchObject({ applied: [] })
    expect(await query(`SELECT relname FROM pg_class WHERE relname LIKE 'queen%'`)).toEqual([])
  })
})
