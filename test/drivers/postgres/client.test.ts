import pg from 'pg'
import { expect, expectTypeOf, test } from 'vitest'
import {
  loadPg,
  refuseOld,
  type PgClient,
  type PgConfig,
  type PgPool,
  type PgPoolClient,
} from '../../../src/drivers/postgres/client.js'
import { sourceFrom, type PostgresSource, type PostgresTarget } from '../../../src/drivers/postgres/source.js'

test('the real types of pg fit without a cast', () => {
  expectTypeOf<pg.Client>().toExtend<PgClient>()
  expectTypeOf<pg.PoolClient>().toExtend<PgPoolClient>()
  expectTypeOf<pg.Pool>().toExtend<PgPool>()
  expectTypeOf<pg.ClientConfig>().toExtend<PgConfig>()
  expectTypeOf<pg.PoolConfig>().toExtend<PgConfig>()
  expectTypeOf<pg.Client | pg.Pool | pg.PoolClient | pg.ClientConfig | string>().toExtend<PostgresTarget>()
  // A pool is no client, or a migration would be promised one as its native client.
  expectTypeOf<pg.Pool>().not.toExtend<PgClient>()
  expectTypeOf(sourceFrom<pg.Client>).returns.toEqualTypeOf<PostgresSource<pg.Client>>()
})

test('what a target is of decides the type of the client', () => {
  expectTypeOf(() => sourceFrom(new pg.Client())).returns.toEqualTypeOf<PostgresSource<pg.Client>>()
  expectTypeOf(() => sourceFrom(new pg.Pool())).returns.toEqualTypeOf<PostgresSource>()
  expectTypeOf(() => sourceFrom('postgres://db/app')).returns.toEqualTypeOf<PostgresSource>()
  expectTypeOf(() =>
    sourceFrom({ host: 'db', ssl: { rejectUnauthorized: false } }),
  ).returns.toEqualTypeOf<PostgresSource>()
  // @ts-expect-error -- Queen has an option of its own
  expect(() => sourceFrom({ host: 'db', statement_timeout: 1000 })).toThrow('statement_timeout')
})

test('pg is loaded when it is needed', () => {
  expect(loadPg()).toBe(pg.Client)
})

test.each(['8.11.0', '8.23.1', '9.0.0'])('pg %s is new enough', (release) => {
  expect(() => refuseOld(release)).not.toThrow()
})

test.each(['8.10.9', '7.18.2'])('pg %s is refused by name', (release) => {
  expect(() => refuseOld(release)).toThrow(
    expect.objectContaining({
      code: 'DRIVER_MISSING',
      message: `pg ${release} is installed, and Queen needs 8.11 or later`,
      hint: 'npm install pg@8',
    }),
  )
})
