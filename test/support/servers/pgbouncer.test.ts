import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { describePgBouncer, describePrivatePgBouncer, pgbouncer } from '../pgbouncer.js'
import { describePrivatePostgres, freshDatabase, postgres } from '../postgres.js'
import { ask, onDatabase } from '../postgres-database.mjs'
import { startPgBouncer, type PgBouncerOptions } from './pgbouncer.js'
import { startPostgres } from './postgres.js'

const server = { url: 'url' in postgres ? postgres.url : '' }

async function started(options: Omit<PgBouncerOptions, 'server'> & Partial<PgBouncerOptions>): Promise<string> {
  const pooler = await startPgBouncer({ server, ...options })
  onTestFinished(() => pooler.remove())
  return pooler.url
}

/** Whether two clients are on the same session of the server while both are connected. */
async function share(url: string): Promise<boolean> {
  const pids = []
  const clients = [new pg.Client(url), new pg.Client(url)]
  for (const client of clients) {
    await client.connect()
    pids.push((await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]!.pid)
  }
  for (const client of clients) await client.end()
  return pids[0] === pids[1]
}

describePgBouncer(`the run's PgBouncer`, () => {
  test(`is in transaction mode before the run's PostgreSQL`, async () => {
    const database = await freshDatabase()
    await database.query('CREATE TABLE t AS SELECT 1 AS v')
    const url = onDatabase('url' in pgbouncer ? pgbouncer.url : '', database.name)
    expect(await ask(url, 'SELECT v FROM t')).toEqual([{ v: 1 }])
    expect(await share(url)).toBe(true)
  })
})

describePrivatePgBouncer('a private PgBouncer', () => {
  test.each([
    ['session', false],
    ['transaction', true],
  ] as const)('in %s mode', async (mode, shared) => {
    expect(await share(await started({ mode }))).toBe(shared)
  })

  test('in statement mode there are no transactions', async () => {
    await expect(ask(await started({ mode: 'statement' }), 'BEGIN; SELECT 1')).rejects.toThrow(/transaction/)
  })

  describePrivatePostgres('before a private PostgreSQL', () => {
    test('lets the users it knows in as themselves, and nobody else', async () => {
      const own = await startPostgres()
      onTestFinished(() => own.remove())
      await ask(own.url, 'CREATE ROLE app LOGIN')
      const url = await started({ server: own, users: ['app'] })
      expect(await ask(url, 'SELECT current_user AS name')).toEqual([{ name: 'app' }])
      await expect(ask(url.replace('app@', 'postgres@'), 'SELECT')).rejects.toThrow('authentication failed')
    })
  })
})
