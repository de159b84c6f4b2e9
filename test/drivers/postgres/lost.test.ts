import { expect, test } from 'vitest'
import type { UpOptions } from '../../../src/core/options.js'
import { refusalOf, states } from '../../support/core.js'
import { ask } from '../../support/postgres-database.mjs'
import { called, plain, proxied, queenOn, until, type Draft } from '../../support/postgres-queen.js'
import { describePostgres, describePrivatePostgres, freshDatabase } from '../../support/postgres.js'
import { startPostgres } from '../../support/servers/postgres.js'

const TABLE = plain('001', 'CREATE TABLE t (v INT)')
const INSERT = 'INSERT INTO t VALUES (2)'
/** Both ways a transaction reaches its COMMIT: in one message with everything, or in one of its own. */
const BOTH: readonly (readonly [string, Draft])[] = [
  ['plain SQL', plain('002', INSERT)],
  ['a function', called('002', async (tx) => await tx.exec(INSERT))],
]
/** In a function the COMMIT stands in the message behind it; `RESET ALL` begins what Queen says there. */
const COMMIT = /RESET ALL[^]*COMMIT/
const SLEEPING = `SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()`
const LAST = plain('003', 'INSERT INTO t VALUES (3)')

describePostgres('a connection that is lost', () => {
  test.each(BOTH)('behind COMMIT, whose reply is missing: %s is committed, and that is said', async (_, migration) => {
    const { database, proxy, url } = await proxied()
    const queen = queenOn(url, [TABLE, migration, LAST])
    await queen.up({ steps: 1 })
    const lost = proxy.once(COMMIT, 'lose reply')
    const error = await refusalOf(queen.up(), 'CONNECTION_FAILED')
    await lost
    expect(error.message).toContain('All the same 002 was committed: its record is there')
    expect(error).toMatchObject({ version: '002', applied: [{ version: '002' }], rolledBack: [] })
    expect(await states(queen as never)).toEqual({ '001': 'applied', '002': 'applied', '003': 'pending' })
    expect((await queen.up()).applied).toMatchObject([{ version: '003' }])
    expect(await database.query('SELECT v FROM t ORDER BY v')).toEqual([{ v: 2 }, { v: 3 }])
  })

  test.each(BOTH)('before COMMIT: %s is not committed, and that is said', async (_, migration) => {
    const { database, proxy, url } = await proxied()
    const queen = queenOn(url, [TABLE, migration, LAST])
    await queen.up({ steps: 1 })
    const lost = proxy.once(COMMIT, 'lose message')
    const error = await refusalOf(queen.up(), 'CONNECTION_FAILED')
    await lost
    expect(error.message).toContain('002 was not committed: its record is not there')
    expect(error).toMatchObject({ version: '002', applied: [], rolledBack: ['002'] })
    expect(await states(queen as never)).toEqual({ '001': 'applied', '002': 'pending', '003': 'pending' })
    expect((await queen.up()).applied).toHaveLength(2)
    expect(await database.query('SELECT v FROM t ORDER BY v')).toEqual([{ v: 2 }, { v: 3 }])
  })

  test('in the middle of a function: nothing is left, and that is said', async () => {
    const { database, proxy, url } = await proxied()
    const cut = called('002', async (tx) => {
      await tx.exec(INSERT)
      proxy.cut()
      await tx.exec(INSERT)
    })
    const error = await refusalOf(queenOn(url, [TABLE, cut]).up(), 'CONNECTION_FAILED')
    expect(error).toMatchObject({ version: '002', applied: [{ version: '001' }], rolledBack: ['002'] })
    expect(error.hint).toContain('nothing of 002 is left in the database')
    expect(await database.query('SELECT v FROM t')).toEqual([])
  })

  test.each([
    ['plain SQL', plain('002', `${INSERT}; SELECT pg_sleep(60)`)],
    [
      'a function',
      called('002', async (tx) => {
        await tx.exec(INSERT)
        await tx.exec('SELECT pg_sleep(60)')
      }),
    ],
  ])('because somebody ended the session, in %s: the server’s reason is told', async (_, migration) => {
    const { url, query } = await freshDatabase()
    const queen = queenOn(url, [TABLE, migration])
    const run = refusalOf(queen.up(), 'CONNECTION_FAILED')
    await until({ query }, SLEEPING)
    await query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()`,
    )
    const error = await run
    expect(error.message).toContain('terminating connection due to administrator command')
    expect(error).toMatchObject({ serverCode: '57P01', rolledBack: ['002'] })
    expect(await query('SELECT v FROM t')).toEqual([])
    expect(await states(queen as never)).toEqual({ '001': 'applied', '002': 'pending' })
  })

  test('while nothing is done: the process lives, and the next call works', async () => {
    const { url, query } = await freshDatabase()
    const queen = queenOn(url, [TABLE, plain('002', INSERT)])
    await queen.up({ steps: 1 })
    const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`
    for (const work of [
      async () => await queen.status(),
      async () => await queen.up(),
      async () => await queen.log(),
    ]) {
      await query(end)
      await until(
        { query },
        `SELECT WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name LIKE 'queen%' AND datname = current_database())`,
      )
      await work()
    }
    expect(await states(queen as never)).toEqual({ '001': 'applied', '002': 'applied' })
  })

  test('to a client that is gone in the middle of a statement: the next runner waits no longer than a moment', async () => {
    const { database, proxy, url } = await proxied()
    const sleeps = queenOn(url, [TABLE, plain('002', `${INSERT}; SELECT pg_sleep(60)`)])
    const controller = new AbortController()
    const first = sleeps.up({ signal: controller.signal }).catch(() => {})
    await until(database, SLEEPING)
    // Its host is switched off: nobody says goodbye, and nobody comes back to look.
    proxy.cut()
    await proxy.close()
    controller.abort()
    const next = queenOn(database.url, [TABLE, plain('002', INSERT)], { lockTimeout: '5s' })
    expect((await next.up()).applied).toMatchObject([{ version: '002' }])
    expect(await database.query('SELECT v FROM t')).toEqual([{ v: 2 }])
    await first
  })
})

describePostgres('limits', () => {
  test('a statement that takes too long is stopped on the server, and is told which', async () => {
    const { url, query } = await freshDatabase()
    const queen = queenOn(url, [TABLE, plain('002', `${INSERT};\nSELECT pg_sleep(60)`, { statementTimeout: '100ms' })])
    const error = await refusalOf(queen.up(), 'TIMEOUT')
    expect(error).toMatchObject({
      version: '002',
      serverCode: '57014',
      statement: { number: 2, line: 2 },
      rolledBack: ['002'],
    })
    expect(error.message).toContain('a statement took longer than 100')
    expect(
      await query(
        `SELECT FROM pg_stat_activity WHERE state = 'active' AND datname = current_database() AND pid <> pg_backend_pid()`,
      ),
    ).toEqual([])
    // The session is as good as before.
    expect(await states(queen as never)).toEqual({ '001': 'applied', '002': 'pending' })
  })

  test.each<[string, Partial<Draft>, UpOptions]>([
    ['its own', { timeout: '200ms' }, {}],
    ['the run’s', {}, { timeout: '300ms' }],
  ])('a migration that takes longer than %s time is stopped on the server', async (_, own, run) => {
    const { url, query } = await freshDatabase()
    const queen = queenOn(url, [TABLE, plain('002', `${INSERT}; SELECT pg_sleep(60)`, own)])
    const error = await refusalOf(queen.up(run), 'TIMEOUT')
    expect(error).toMatchObject({ version: '002', rolledBack: ['002'] })
    expect(
      await query(
        `SELECT FROM pg_stat_activity WHERE state = 'active' AND datname = current_database() AND pid <> pg_backend_pid()`,
      ),
    ).toEqual([])
  })

  test('somebody who cancels the statement on the server is not taken for a limit', async () => {
    const { url, query } = await freshDatabase()
    const run = refusalOf(queenOn(url, [TABLE, plain('002', 'SELECT pg_sleep(60)')]).up(), 'MIGRATION_FAILED')
    const sleeping = `FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()`
    await until({ query }, `SELECT ${sleeping}`)
    await query(`SELECT pg_cancel_backend(pid) ${sleeping}`)
    const error = await run
    expect(error).toMatchObject({ serverCode: '57014', rolledBack: ['002'] })
    expect(error.hint).toContain('cancelled the statement')
  })

  test('a server that is out of room says so, and what to do', async () => {
    const { url } = await freshDatabase()
    const full = await refusalOf(
      queenOn(url, [plain('001', `COPY (SELECT 1) TO '/dev/full'`)]).up(),
      'MIGRATION_FAILED',
    )
    expect(full).toMatchObject({ serverCode: '53100', rolledBack: ['001'] })
    expect(full.hint).toContain('disk of the server is full')
    const sort = `SET temp_file_limit = '64kB'; SET work_mem = '64kB'; SELECT g FROM generate_series(1, 100000) g ORDER BY g DESC`
    const limited = await refusalOf(queenOn(url, [plain('001', sort)]).up(), 'MIGRATION_FAILED')
    expect(limited).toMatchObject({ serverCode: '53400', rolledBack: ['001'] })
    expect(limited.hint).toContain('temp_file_limit')
  })
})

describePrivatePostgres('a server that crashes', () => {
  test('in the middle of a run: the outcome is told, and the next run does each migration once', async () => {
    const server = await startPostgres()
    const database = await freshDatabase(server)
    try {
      const migrations = (sleep: string): Draft[] => [TABLE, plain('002', `${INSERT}; SELECT ${sleep}`), LAST]
      const queen = queenOn(database.url, migrations('pg_sleep(60)'))
      const run = refusalOf(queen.up(), 'CONNECTION_FAILED')
      await until(database, SLEEPING)
      await server.stop('immediate')
      await server.start()
      const error = await run
      expect(error.message).toContain('002 was not committed: its record is not there')
      expect(error).toMatchObject({ applied: [{ version: '001' }], rolledBack: ['002'] })
      const next = queenOn(database.url, migrations('1'))
      expect((await next.up()).applied).toHaveLength(2)
      expect(await database.query('SELECT v FROM t ORDER BY v')).toEqual([{ v: 2 }, { v: 3 }])
      await queen.close()
      await next.close()
    } finally {
      await server.remove()
    }
  })

  test('and one that is shut down says so', async () => {
    const server = await startPostgres()
    try {
      const queen = queenOn(server.url, [plain('001', 'SELECT pg_sleep(60)')])
      const run = refusalOf(queen.up(), 'CONNECTION_FAILED')
      await until({ query: async (sql) => await ask(server.url, sql) }, SLEEPING)
      await server.stop('fast')
      await server.start()
      const error = await run
      expect(error).toMatchObject({ serverCode: '57P01', rolledBack: ['001'] })
      await queen.close()
    } finally {
      await server.remove()
    }
  })
})
