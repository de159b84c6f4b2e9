import { expect, test } from 'vitest'
import { postgres } from '../../../src/drivers/postgres/index.js'
import { refusalOf, states } from '../../support/core.js'
import { plain, queenOn, until } from '../../support/postgres-queen.js'
import { describePostgres, describePrivatePostgres, freshDatabase } from '../../support/postgres.js'
import { ask, onDatabase } from '../../support/postgres-database.mjs'
import { startPostgres } from '../../support/servers/postgres.js'

const MIGRATIONS = [plain('001', 'CREATE TABLE t (v INT)'), plain('002', 'SELECT 1')]

describePostgres('a database that is set to be read-only', () => {
  test('is refused before anything is locked, and can be read', async () => {
    const { url, name, query } = await freshDatabase()
    await queenOn(url, MIGRATIONS).up({ steps: 1 })
    await query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`)
    const queen = queenOn(url, MIGRATIONS)
    const error = await refusalOf(queen.up(), 'CONNECTION_FAILED')
    expect(error).toMatchObject({ serverCode: '25006' })
    expect(error.message).toContain('default_transaction_read_only')
    expect(await states(queen as never)).toEqual({ '001': 'applied', '002': 'pending' })
    expect((await queenOn(url, MIGRATIONS.slice(0, 1)).up()).applied).toEqual([])
    // What the hint advises works.
    const option = /options=(.+)$/.exec(error.hint)![1]!
    await queenOn(`${url}?options=${encodeURIComponent(option)}`, MIGRATIONS).up()
    expect(await states(queen as never)).toEqual({ '001': 'applied', '002': 'applied' })
  })
})

describePrivatePostgres('a replica', () => {
  test('is refused before anything is locked, and can be read', async () => {
    const primary = await startPostgres()
    try {
      const database = await freshDatabase(primary)
      await queenOn(database.url, MIGRATIONS).up({ steps: 1 })
      const standby = await primary.standby()
      try {
        const url = onDatabase(standby.url, database.name)
        await until(
          { query: async <Row>(sql: string) => await ask<Row>(url, sql).catch(() => []) },
          'SELECT FROM queen_migrations',
        )
        const queen = queenOn(url, MIGRATIONS)
        const error = await refusalOf(queen.up(), 'CONNECTION_FAILED')
        expect(error.message).toContain('is a replica')
        expect(error).toMatchObject({ serverCode: '25006', hint: 'connect to the primary' })
        expect(await states(queen as never)).toEqual({ '001': 'applied', '002': 'pending' })
        expect(await queenOn(url, MIGRATIONS.slice(0, 1)).up()).toMatchObject({ applied: [], to: '001' })
        await refusalOf(queen.baseline('002'), 'CONNECTION_FAILED')
        const session = await postgres(url).connect({ name: 'queen_migrations' })
        expect(await session.holder()).toBeNull()
        await session.close()
        await queen.close()
      } finally {
        await standby.remove()
      }
    } finally {
      await primary.remove()
    }
  })
})
