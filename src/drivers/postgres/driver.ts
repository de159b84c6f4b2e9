import type { Driver, Inspector, Session } from '../../core/driver.js'
import { QueenError } from '../../core/errors.js'
import type { PoolerOption } from './affinity.js'
import type { PgClient } from './client.js'
import { scratchDatabase } from './scratch.js'
import { PostgresSession } from './session.js'
import { sourceFrom, type PostgresSource, type PostgresTarget } from './source.js'
import { targetOf } from './target.js'
import type { PostgresTransaction } from './transaction.js'

/** The driver `postgres` makes. */
export type PostgresDriver<Client extends PgClient = PgClient> = Driver<PostgresTransaction<Client>> &
  Inspector<PostgresTransaction<Client>>

/** What may be said beside the target. */
export interface PostgresOptions {
  /**
   * The role that runs migrations and owns what they create (`SET ROLE`); the one that logs in must be a member of it.
   * Default: the one that logs in.
   */
  readonly role?: string
  /**
   * What stands between Queen and the server. Default `detect`: it is found out, and a pooler counts as `session` only
   * when it kept its connection through every probe.
   */
  readonly pooler?: PoolerOption
}

/**
 * PostgreSQL 13 and later through `pg`, which is installed beside Queen. Takes a URL, the options of a `pg` client, a
 * connected client, or a pool, from which one client is taken for as long as the queen is open. Neither is ever closed,
 * and a client comes back in the state it had.
 *
 * Lock, history and migrations share one connection. A migration of plain SQL is one message to the server.
 *
 * @throws QueenError `CONFIG_INVALID` for a target it cannot read
 *
 * @example
 * ```ts
 * import { Queen } from 'queen-migrate'
 * import { postgres } from 'queen-migrate/postgres'
 * const db = new Queen(postgres('postgres://app@localhost/app', { role: 'app_owner' }))
 * await db.status()
 * ```
 */
export function postgres<Client extends PgClient = PgClient>(
  target: PostgresTarget<Client>,
  options: PostgresOptions = {},
): PostgresDriver<Client> {
  checkOptions(options)
  return driverFor(sourceFrom<Client>(target), options)
}

/** A driver for a source that has been read. */
function driverFor<Client extends PgClient>(
  source: PostgresSource<Client>,
  options: PostgresOptions,
): PostgresDriver<Client> {
  const { role, pooler = 'detect' } = options
  const target = targetOf(source)
  return {
    dialect: 'postgres',
    target,
    connect: (table) => Promise.resolve(new PostgresSession<Client>({ source, target, table, role, pooler })),
    scratch: async () => {
      const { source: place, drop } = await scratchDatabase(source, role)
      return { driver: driverFor<Client>(place as PostgresSource<Client>, options), drop }
    },
    snapshot: async (session) => {
      const { snapshot } = await import('./snapshot.js')
      return await inspect(session, async (query, own) => await snapshot(query, own))
    },
    rows: async (session) => {
      const { rows } = await import('./snapshot.js')
      return await inspect(session, async (query, own) => await rows(query, own))
    },
  }
}

type Own = { readonly schema: string; readonly history: string; readonly journal: string }

async function inspect<Client extends PgClient, T>(
  session: Session<PostgresTransaction<Client>>,
  work: (query: (sql: string) => Promise<(string | null)[][]>, own: Own) => Promise<T>,
): Promise<T> {
  return await (session as PostgresSession<Client>).inspect(
    async (query, { records }) => await work(query, { schema: records.schema, ...records.names }),
  )
}

const POOLERS: ReadonlySet<string> = new Set(['detect', 'session', 'transaction'])
/** Longer names are cut by the server without a word. */
const LONGEST_NAME = 63

function checkOptions({ role, pooler, ...others }: PostgresOptions): void {
  const refuse = (what: string, hint: string): never => {
    throw new QueenError('CONFIG_INVALID', `postgres(): ${what}`, { hint })
  }
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) refuse(`there is no option "${unknown}"`, 'known are role and pooler')
  if (pooler !== undefined && !POOLERS.has(pooler))
    refuse(`pooler is ${JSON.stringify(pooler)}`, `write 'detect', 'session' or 'transaction'`)
  if (role === undefined) return
  if (typeof role !== 'string' || role === '' || role.includes('\0'))
    refuse('role is no name', `write role: 'app_owner'`)
  if (Buffer.byteLength(role) > LONGEST_NAME)
    refuse(`the role has ${Buffer.byteLength(role)} bytes`, `PostgreSQL's names have ${LONGEST_NAME} at most`)
}
