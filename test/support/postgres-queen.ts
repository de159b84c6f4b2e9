import { randomBytes } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { Queen, type Migration } from '../../src/core/index.js'
import type { QueenOptions } from '../../src/core/options.js'
import type { PgClient } from '../../src/drivers/postgres/client.js'
import { postgres, type PostgresOptions } from '../../src/drivers/postgres/driver.js'
import type { PostgresTarget } from '../../src/drivers/postgres/source.js'
import type { PostgresTransaction } from '../../src/drivers/postgres/transaction.js'
import { ask } from './postgres-database.mjs'
import { freshDatabase, postgres as server, type FreshDatabase } from './postgres.js'
import { startProxy, type Proxy } from './proxy.mjs'

export type PostgresQueen = Queen<PostgresTransaction>
export type Draft = Migration<PostgresTransaction>

/** A queen with these migrations, bound to anything the driver takes; it is closed when the test ends. */
export function queenOn<Client extends PgClient = PgClient>(
  target: PostgresTarget<Client>,
  migrations: readonly Migration<PostgresTransaction<Client>>[],
  options: QueenOptions & PostgresOptions = {},
): Queen<PostgresTransaction<Client>> {
  const { role, pooler, ...others } = options
  const driver = { ...(role !== undefined && { role }), ...(pooler !== undefined && { pooler }) }
  const queen = new Queen<PostgresTransaction<Client>>(postgres<Client>(target, driver), others)
  for (const migration of migrations) queen.add(migration)
  onTestFinished(async () => await queen.close())
  return queen
}

/** A migration of plain SQL, named after its version. */
export function plain(version: string, upSQL: string | string[], more: Partial<Draft> = {}): Draft {
  return { version, name: `m${version}`, upSQL, ...more }
}

/** A migration that is a function. */
export function called(version: string, upFn: NonNullable<Draft['upFn']>, more: Partial<Draft> = {}): Draft {
  return { version, name: `m${version}`, manualChecksum: 'v1', upFn, ...more }
}

/** A database behind a proxy, with nothing counted yet. */
export async function proxied(): Promise<{ database: FreshDatabase; proxy: Proxy; url: string }> {
  const database = await freshDatabase()
  const { hostname, port } = new URL(database.url)
  const proxy = await startProxy({ host: hostname, port: Number(port) })
  onTestFinished(async () => await proxy.close())
  return { database, proxy, url: proxy.through(database.url) }
}

/**
 * A role with a name that nobody else has, dropped when the test ends: to be made before the database it gets rights in,
 * which is then dropped before it.
 */
export async function freshRole(attributes = 'LOGIN'): Promise<string> {
  const name = `queen_role_${randomBytes(8).toString('hex')}`
  if (!('url' in server)) throw new Error('outside of describePostgres')
  const { url } = server
  await ask(url, `CREATE ROLE ${name} ${attributes}`)
  onTestFinished(async () => void (await ask(url, `DROP ROLE IF EXISTS ${name}`)))
  return name
}

/** The URL of a database for another role. */
export function as(role: string, url: string): string {
  const other = new URL(url)
  other.username = role
  other.password = ''
  return other.href
}

/** Waits until a query has an answer. */
export async function until(database: Pick<FreshDatabase, 'query'>, sql: string, values?: unknown[]): Promise<void> {
  while ((await database.query(sql, values)).length === 0);
}
