import { expect, test } from 'vitest'
import { refusalOf } from '../../support/core.js'
import { plain, proxied, queenOn, until, type Draft } from '../../support/postgres-queen.js'
import { describePostgres, freshDatabase, type FreshDatabase } from '../../support/postgres.js'

const TABLE = plain('001', 'CREATE TABLE t (v INT); INSERT INTO t VALUES (1), (1)')

function index(sql: string): Draft {
  return plain('002', sql, { transaction: false })
}

/** Every index of the table, and whether it can be used. */
async function indexes({ query }: FreshDatabase): Promise<unknown> {
  const rows = await query<{ name: string; valid: boolean }>(
    `SELECT indexrelid::regclass::text AS name, indisvalid AS valid FROM pg_index WHERE indrelid = 't'::regclass ORDER BY 1`,
  )
  return Object.fromEntries(rows.map(({ name, valid }) => [name, valid]))
}

describePostgres('CREATE INDEX CONCURRENTLY', () => {
  test.each([
    ['i', 'CREATE UNIQUE INDEX CONCURRENTLY i ON t (v)', 'i'],
    ['IF NOT EXISTS', 'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON public.t (v)', 'i'],
    ['an odd name', 'create unique index concurrently "I x" on "t" using btree (v)', '"I x"'],
    ['a name of the server’s', 'CREATE UNIQUE INDEX CONCURRENTLY ON t (v)', 't_v_idx'],
  ])(
    'that fails leaves an INVALID index, which is named; recover drops it and builds it anew (%s)',
    async (_, sql, name) => {
      const database = await freshDatabase()
      const queen = queenOn(database.url, [TABLE, index(sql)])
      const error = await refusalOf(queen.up(), 'MIGRATION_FAILED')
      expect(error.message).toContain('could not create unique index')
      expect(error.hint).toContain(`it left the INVALID index public.${name} behind`)
      expect(error.hint).toContain('queen recover 002 --resume')
      expect(await indexes(database)).toEqual({ [name]: false })
      expect((await queen.status())[1]).toMatchObject({ state: 'failed', statementsDone: 0, statementsTotal: 1 })
      // Nothing is done meanwhile, and what nobody has corrected fails again.
      await refusalOf(queen.up(), 'FAILED_MIGRATION')
      await refusalOf(queen.recover('002', 'resume'), 'MIGRATION_FAILED')
      await database.query('DELETE FROM t')
      const warnings: string[] = []
      queen.on('warning', ({ message }) => void warnings.push(message))
      await queen.recover('002', 'resume')
      expect(warnings.join()).toContain(`had left the INVALID index public.${name}, which was removed`)
      expect(await indexes(database)).toEqual({ [name]: true })
      expect((await queen.status())[1]).toMatchObject({ state: 'applied', statementsDone: 1 })
    },
  )

  test('IF NOT EXISTS does not pass over an INVALID index that somebody else has left', async () => {
    const database = await freshDatabase()
    const queen = queenOn(database.url, [TABLE, index('CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (v)')])
    await queen.up({ steps: 1 })
    await expect(database.query('CREATE UNIQUE INDEX CONCURRENTLY i ON t (v)')).rejects.toThrow('could not create')
    await database.query('DELETE FROM t')
    const error = await refusalOf(queen.up(), 'MIGRATION_FAILED')
    expect(error.message).toContain('the index public.i is INVALID')
    expect((await queen.status())[1]).toMatchObject({ state: 'failed' })
    await queen.recover('002', 'resume')
    expect(await indexes(database)).toEqual({ i: true })
  })

  test('IF NOT EXISTS does pass over one that is fine', async () => {
    const database = await freshDatabase()
    const queen = queenOn(database.url, [TABLE, index('CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (v)')])
    await queen.up({ steps: 1 })
    await database.query('CREATE INDEX i ON t (v)')
    await queen.up()
    expect(await indexes(database)).toEqual({ i: true })
  })

  test('that another session is building right now is not taken for one that was left', async () => {
    const database = await freshDatabase()
    const { url, connect, query } = database
    const queen = queenOn(url, [TABLE, index('CREATE UNIQUE INDEX CONCURRENTLY u ON t (v)')])
    await queen.up({ steps: 1 })
    const writer = await connect()
    await writer.query('BEGIN; INSERT INTO t VALUES (9)')
    const builder = await connect()
    const built = builder.query('CREATE INDEX CONCURRENTLY i ON t (v)')
    await until({ query }, `SELECT FROM pg_stat_progress_create_index WHERE relid = 't'::regclass`)
    const run = refusalOf(queen.up(), 'MIGRATION_FAILED')
    await until(
      { query },
      `SELECT FROM pg_stat_activity WHERE query LIKE '%INDEX CONCURRENTLY u%' AND pid <> pg_backend_pid()`,
    )
    await writer.query('COMMIT')
    await built
    const error = await run
    expect(error.hint).toContain('public.u')
    expect(error.hint).not.toContain('public.i')
  })

  test.each(['REINDEX INDEX CONCURRENTLY i', 'REINDEX TABLE CONCURRENTLY t', 'REINDEX (CONCURRENTLY) TABLE t'])(
    '%s that fails: what it left is named, and removed',
    async (sql) => {
      const database = await freshDatabase()
      const make = plain('001', 'CREATE TABLE t (v INT); INSERT INTO t VALUES (1); CREATE UNIQUE INDEX i ON t (v)')
      const queen = queenOn(database.url, [make, index(sql)], { statementTimeout: '500ms' })
      await queen.up({ steps: 1 })
      // It waits for whoever might still see the old one, and is stopped while it does.
      const writer = await database.connect()
      await writer.query('BEGIN; INSERT INTO t VALUES (9)')
      const error = await refusalOf(queen.up(), 'TIMEOUT')
      await writer.query('ROLLBACK')
      const left = Object.entries((await indexes(database)) as Record<string, boolean>).filter(([, valid]) => !valid)
      expect(left).toHaveLength(1)
      expect(error.hint).toContain(`public.${left[0]![0]}`)
      await queen.recover('002', 'resume')
      expect(await indexes(database)).toEqual({ i: true })
    },
  )

  test('whose client goes away is finished by nobody: the next run settles it by the advice of its own error', async () => {
    const { database, proxy, url } = await proxied()
    const unique = index('CREATE INDEX CONCURRENTLY i ON t (v)')
    const first = queenOn(url, [TABLE, unique])
    await first.up({ steps: 1 })
    const writer = await database.connect()
    await writer.query('BEGIN; INSERT INTO t VALUES (9)')
    const run = refusalOf(first.up(), 'CONNECTION_FAILED')
    await until(
      database,
      `SELECT FROM pg_stat_progress_create_index WHERE relid = 't'::regclass AND phase = 'waiting for writers before build'`,
    )
    proxy.cut()
    const error = await run
    expect(error.hint).toContain('queen recover 002 --resume')
    await writer.query('ROLLBACK')
    const next = queenOn(database.url, [TABLE, unique], { lockTimeout: '20s' })
    const refused = await refusalOf(next.up())
    expect(refused.code).toMatch(/INTERRUPTED|FAILED_MIGRATION/)
    await next.recover('002', 'resume')
    expect(await indexes(database)).toEqual({ i: true })
    expect((await next.status())[1]).toMatchObject({ state: 'applied' })
  })
})
