import { expect, test } from 'vitest'
import { refusalOf } from '../../support/core.js'
import { plain, queenOn } from '../../support/postgres-queen.js'
import { describePostgres, freshDatabase } from '../../support/postgres.js'

describePostgres('a server that only speaks the protocol', () => {
  test.each([
    ['CockroachDB', 'CockroachDB CCL v24.1.0 (x86_64-pc-linux-gnu)'],
    ['Yugabyte', 'PostgreSQL 11.2-YB-2.20.0.0-b0 on x86_64-pc-linux-gnu, compiled by clang, YugabyteDB'],
    ['Redshift', 'PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC, Redshift 1.0.12103'],
  ])('%s is refused by name before anything is done', async (product, version) => {
    const { url, query } = await freshDatabase()
    await query(`ALTER FUNCTION pg_catalog.version() RENAME TO real_version`)
    await query(`CREATE FUNCTION pg_catalog.version() RETURNS text LANGUAGE sql RETURN '${version}'`)
    const error = await refusalOf(queenOn(url, [plain('001', 'SELECT 1')]).up(), 'CONFIG_INVALID')
    expect(error.message).toContain(`is ${product}`)
    expect(error.hint).toContain('PostgreSQL 13 and later')
    expect(await query(`SELECT FROM pg_class WHERE relname LIKE 'queen%'`)).toEqual([])
  })
})
