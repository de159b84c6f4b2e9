import { expect, test } from 'vitest'
import { refusalOf, states } from '../../support/core.js'
import { called, plain, proxied, queenOn, until } from '../../support/postgres-queen.js'
import { describePostgres } from '../../support/postgres.js'

const TABLE = plain('001', 'CREATE TABLE t (v INT)')
const SESSIONS = `FROM pg_stat_activity WHERE datname = current_database()`
const SLEEPING = `SELECT ${SESSIONS} AND wait_event = 'PgSleep'`
const GONE = `SELECT WHERE NOT EXISTS (SELECT ${SESSIONS} AND pid <> pg_backend_pid())`

describePostgres('a network that has gone silent', () => {
  test.each([
    ['plain SQL', plain('002', 'SELECT pg_sleep(60)')],
    ['a function', called('002', async (tx) => await tx.exec('SELECT pg_sleep(60)'))],
  ])('a run that is limited ends, in %s, and says what is known', { timeout: 60_000 }, async (_, migration) => {
    const { database, proxy, url } = await proxied()
    const queen = queenOn(url, [TABLE, migration])
    await queen.up({ steps: 1 })
    const run = refusalOf(queen.up({ timeout: '500ms' }), 'TIMEOUT')
    await until(database, SLEEPING)
    proxy.pause()
    const error = await run
    expect(error).toMatchObject({ version: '002' })
    proxy.cut()
    proxy.resume()
    await until(database, GONE)
    expect(await states(queen as never)).toEqual({ '001': 'applied', '002': 'pending' })
  })

  test('a statement that is limited ends as well', { timeout: 60_000 }, async () => {
    const { database, proxy, url } = await proxied()
    const queen = queenOn(url, [TABLE, plain('002', 'SELECT pg_sleep(60)')], {
      statementTimeout: '1s',
      lockTimeout: '100ms',
    })
    await queen.up({ steps: 1 })
    const run = refusalOf(queen.up(), 'CONNECTION_FAILED')
    await until(database, SLEEPING)
    proxy.pause('toClient')
    // The server's word that it has stopped does not arrive either; then the line is cut, and another one asked.
    await until(database, GONE)
    proxy.resume()
    const error = await run
    expect(error.message).toContain('002 was not committed: its record is not there')
    expect(await states(queen as never)).toEqual({ '001': 'applied', '002': 'pending' })
  })
})
