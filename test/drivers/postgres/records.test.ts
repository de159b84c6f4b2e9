import fc from 'fast-check'
import { expect, test } from 'vitest'
import { postgres } from '../../../src/drivers/postgres/index.js'
import { refusalOf, states } from '../../support/core.js'
import { as, called, freshRole, plain, queenOn, until } from '../../support/postgres-queen.js'
import { describePostgres, freshDatabase } from '../../support/postgres.js'

const MIGRATIONS = [plain('001', 'CREATE TABLE t (v INT)', { downSQL: 'DROP TABLE t' })]

describePostgres('Queen’s tables', () => {
  test('are created in a schema of their own, which is created too, and found there again', async () => {
    const { url, query } = await freshDatabase()
    const queen = queenOn(url, MIGRATIONS, { schema: 'Ops "1"', table: '"Hist.ory"' })
    await queen.up()
    await queen.down()
    await queen.up()
    expect(await query(`SELECT schemaname, tablename FROM pg_tables WHERE schemaname = 'Ops "1"' ORDER BY 2`)).toEqual([
      { schemaname: 'Ops "1"', tablename: 'Hist.ory' },
      { schemaname: 'Ops "1"', tablename: 'Hist.ory_log' },
    ])
    expect(await queen.log()).toHaveLength(3)
  })

  test('are the same, and their lock is the same, however they are written', async () => {
    const { url, query } = await freshDatabase()
    const holder = queenOn(url, [called('001', async () => await held), plain('002', 'SELECT 1')])
    let release = (): void => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    const run = holder.up()
    const locks = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
    await until({ query }, locks)
    const ways = [
      { table: '"queen_migrations"' },
      { table: 'public.queen_migrations' },
      { table: '"public"."queen_migrations"', schema: 'public' },
      { schema: 'public' },
    ]
    for (const way of ways) {
      const queen = queenOn(url, [plain('001', 'SELECT 1'), plain('002', 'SELECT 1')], { ...way, lockTimeout: '1ms' })
      await refusalOf(queen.up(), 'LOCK_TIMEOUT')
    }
    release()
    await run
    for (const way of ways) expect(await queenOn(url, [], way).version()).toBe('002')
    expect(await query(`SELECT FROM pg_tables WHERE tablename = 'queen_migrations'`)).toHaveLength(1)
  })

  test('need the right to create a schema only where there is none', async () => {
    const role = await freshRole()
    const { url, query } = await freshDatabase()
    await query(`CREATE SCHEMA ops AUTHORIZATION ${role}`)
    const queen = queenOn(as(role, url), [plain('001', 'CREATE TABLE ops.t (v INT)')], { schema: 'ops' })
    await queen.up()
    const other = queenOn(as(role, url), [plain('001', 'SELECT 1')], { schema: 'other' })
    expect((await refusalOf(other.up(), 'CONNECTION_FAILED')).hint).toContain('GRANT CREATE ON DATABASE')
  })

  test('without a schema to be in are refused with the option that names one', async () => {
    const { url, name, query } = await freshDatabase()
    await query(`ALTER DATABASE ${name} SET search_path = nowhere`)
    const error = await refusalOf(queenOn(url, MIGRATIONS).up(), 'CONFIG_INVALID')
    expect(error.message).toContain('search_path (nowhere) leads to no schema that exists')
    expect(error.hint).toContain('--schema')
  })

  test('with names as long as the server takes, and not one byte longer', async () => {
    const { url, query } = await freshDatabase()
    for (const letter of ['a', 'é']) {
      const size = Buffer.byteLength(letter)
      const longest = letter
        .repeat(Math.floor(59 / size))
        .padEnd(letter.repeat(Math.floor(59 / size)).length + (59 % size), 'x')
      const schema = letter
        .repeat(Math.floor(63 / size))
        .padEnd(letter.repeat(Math.floor(63 / size)).length + (63 % size), 'x')
      expect([Buffer.byteLength(longest), Buffer.byteLength(schema)]).toEqual([59, 63])
      const queen = queenOn(url, [plain('001', 'SELECT 1')], { table: longest, schema })
      await queen.up()
      expect(await states(queen as never)).toEqual({ '001': 'applied' })
      expect(
        await query('SELECT FROM pg_tables WHERE schemaname = $1 AND tablename = $2', [schema, `${longest}_log`]),
      ).toHaveLength(1)
      expect(() => queenOn(url, [], { table: `${longest}x` })).toThrow('60 bytes long')
      expect(() => queenOn(url, [], { schema: `${schema}x` })).toThrow('64 bytes long')
      expect(() => queenOn(url, [], { role: `${schema}x` })).toThrow('64 bytes')
    }
  })

  test('whatever they are called', async () => {
    const { url, query } = await freshDatabase()
    const name = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .filter((text) => text.trim() === text && text !== '' && !/\p{Cc}/u.test(text) && Buffer.byteLength(text) <= 50)
    const odd = fc.constantFrom(
      'x"y',
      '"; DROP TABLE t; --',
      `'`,
      '\\',
      '$$',
      '$1',
      'a.b',
      '%',
      '%I',
      '/*',
      '--',
      'é',
      '用户',
      'pg',
      '_',
    )
    let round = 0
    await fc.assert(
      fc.asyncProperty(fc.oneof(name, odd), fc.oneof(name, odd), async (schema, table) => {
        const unique = `${schema}${round++}`
        const session = await postgres(url).connect({ name: table, schema: unique })
        try {
          expect(await session.history()).toBeNull()
          const lock = await session.tryLock('test')
          await session.prepare()
          expect(await session.history()).toEqual([])
          expect(await session.journal()).toEqual([])
          await session.fingerprint()
          await lock!.release()
          const found = await query('SELECT FROM pg_tables WHERE schemaname = $1 AND tablename = ANY ($2)', [
            unique,
            [table, `${table}_log`],
          ])
          expect(found).toHaveLength(2)
        } finally {
          await session.close()
        }
      }),
      { numRuns: 40 },
    )
  })

  test('of another layout are refused, naming what is missing', async () => {
    const { url, query } = await freshDatabase()
    await query('CREATE TABLE queen_migrations (version TEXT, name TEXT, applied_at TIMESTAMP)')
    for (const work of ['up', 'status', 'down'] as const) {
      const error = await refusalOf(queenOn(url, MIGRATIONS)[work]() as Promise<unknown>, 'CONFIG_INVALID')
      expect(error.message).toContain(`"public"."queen_migrations" is not a history of Queen's: it has no column id, `)
      expect(error.message).toContain('statements_done')
      expect(error.message).not.toContain('applied_at')
      expect(error.hint).toContain('--table')
    }
  })

  test('hold versions by their bytes, also in a database that sorts and compares by a language', async () => {
    const server = await freshDatabase()
    const collations = await server.query(`SELECT FROM pg_collation WHERE collprovider = 'i' LIMIT 1`)
    const icu = `${server.name}_icu`
    // A server may be built without ICU; then its languages come from the system.
    const locale =
      collations.length > 0 ? `LOCALE_PROVIDER icu ICU_LOCALE 'en-US-u-ka-shifted' LOCALE 'C'` : `LOCALE 'C'`
    await server.query(`CREATE DATABASE ${icu} TEMPLATE template0 ENCODING 'UTF8' ${locale}`)
    try {
      const url = server.url.replace(server.name, icu)
      const versions = ['1', '2', '10', 'A1', 'a2', 'B1', 'z_1', 'z-1']
      const queen = queenOn(
        url,
        versions.map((version) => plain(version, 'SELECT 1', { downSQL: 'SELECT 1' })),
      )
      expect((await queen.up()).applied.map(({ version }) => version)).toHaveLength(versions.length)
      const order = (await queen.status()).map(({ version }) => version)
      expect(Object.values(await states(queen as never))).toEqual(versions.map(() => 'applied'))
      const down = await queen.down({ steps: versions.length })
      expect(down.applied.map(({ version }) => version)).toEqual(order.toReversed())
      await queen.close()
    } finally {
      await server.query(`DROP DATABASE ${icu} WITH (FORCE)`)
    }
  })
})
