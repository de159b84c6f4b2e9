import type { Driver, Inspector, Session } from '../../core/driver.js'
import type { MysqlConfig, MysqlConnection, MysqlPool } from './client.js'
import { scratchDatabase } from './scratch.js'
import { MysqlSession } from './session.js'
import { sourceFrom, type MysqlSource } from './source.js'
import { targetOf } from './target.js'
import type { MysqlTransaction } from './transaction.js'

/** The driver `mysql` makes. */
export type MysqlDriver<Client = MysqlConnection> = Driver<MysqlTransaction<Client>> &
  Inspector<MysqlTransaction<Client>>

/**
 * MySQL 8.0 and later and MariaDB 10.5 and later through `mysql2`, which is installed beside Queen. Takes a URL, the
 * options of a connection, a connection that is open, or a pool, from which one connection is taken for as long as the
 * queen is open; connections and pools of both interfaces, with promises and with callbacks. Neither is ever closed, and
 * a connection comes back in the state it had.
 *
 * Lock, history and migrations share one connection. What changes the schema commits by itself on these servers, so that
 * such a migration is counted statement by statement; one of data alone is one transaction.
 *
 * @throws QueenError `CONFIG_INVALID` for a target it cannot read
 *
 * @example
 * ```ts
 * import { Queen } from 'queen-migrate'
 * import { mysql } from 'queen-migrate/mysql'
 * const db = new Queen(mysql('mysql://app@localhost/app'))
 * await db.status()
 * ```
 */
export function mysql<Client extends MysqlConnection = MysqlConnection>(
  target: string | MysqlConfig | Client | MysqlPool,
): MysqlDriver<Client> {
  return driverFor(sourceFrom<Client>(target))
}

/** A driver for a source that has been read. */
function driverFor<Client>(source: MysqlSource<Client>): MysqlDriver<Client> {
  const target = targetOf(source)
  return {
    dialect: 'mysql',
    target,
    connect: async (table) => await MysqlSession.open<Client>({ source, target, table }),
    scratch: async () => {
      const { source: place, drop } = await scratchDatabase(source)
      return { driver: driverFor<Client>(place as MysqlSource<Client>), drop }
    },
    snapshot: async (session) => {
      const { snapshot } = await import('./snapshot.js')
      const objects = await inspect(session, async (query, own) => await snapshot(query, own))
      return objects
    },
    rows: async (session) => {
      const { rows } = await import('./snapshot.js')
      return await inspect(session, async (query, own) => await rows(query, own))
    },
  }
}

type Own = { readonly database: string; readonly history: string; readonly journal: string; readonly lock: string }

async function inspect<Client, T>(
  session: Session<MysqlTransaction<Client>>,
  work: (query: (sql: string) => Promise<(string | null)[][]>, own: Own) => Promise<T>,
): Promise<T> {
  return await (session as MysqlSession<Client>).inspect(
    async (query, { records }) => await work(query, { database: records.database, ...records.names }),
  )
}
