import { existsSync, statSync } from 'node:fs'
import type { Driver, Inspector, Scratch, Session } from '../../core/driver.js'
import { QueenError } from '../../core/errors.js'
import { loadClient, openClient, type SqliteClient } from './client.js'
import { FileLock, MemoryLock, type LockPlace } from './lock.js'
import { SqliteSession, type SqliteAccess } from './session.js'
import { sourceFrom, type SqliteOptions, type SqliteSource } from './source.js'
import type { SqliteTransaction } from './transaction.js'

/** The driver `sqlite` makes. */
export type SqliteDriver<Client extends SqliteClient = SqliteClient> = Driver<SqliteTransaction<Client>> &
  Inspector<SqliteTransaction<Client>>

/**
 * SQLite through `better-sqlite3`, which is installed beside Queen. Takes a path, `:memory:`, a URL (`sqlite:app.db`,
 * `sqlite:app.db?mode=rw` for a file that must exist, `mode=ro`), `better-sqlite3`'s options with the `filename`, or an
 * open database.
 *
 * Migrations run on a connection of their own, with foreign keys off and checked before every COMMIT. Only a database
 * in memory is used as it is; while a migration's function is at work there, other use of it is refused.
 *
 * @throws QueenError `CONFIG_INVALID` for a target it cannot read
 *
 * @example
 * ```ts
 * import { Queen } from 'queen-migrate'
 * import { sqlite } from 'queen-migrate/sqlite'
 * const db = new Queen(sqlite('app.db'))
 * await db.status()
 * ```
 */
export function sqlite<Client extends SqliteClient = SqliteClient>(
  target: string | SqliteOptions | Client,
): SqliteDriver<Client> {
  return driverFor(sourceFrom<Client>(target))
}

function driverFor<Client extends SqliteClient>(source: SqliteSource<Client>): SqliteDriver<Client> {
  return {
    dialect: 'sqlite',
    target: targetOf(source),
    // oxlint-disable-next-line require-await -- a fault must reject, never throw
    connect: async (table) => {
      if (table.schema !== undefined && table.schema !== 'main')
        throw new QueenError('CONFIG_INVALID', `SQLite has no schema ${JSON.stringify(table.schema)}`, {
          hint: 'leave --schema (schema) out',
        })
      return new SqliteSession(accessTo(source), table)
    },
    scratch: () => Promise.resolve(scratchInMemory<Client>()),
    snapshot: async (session) => {
      const { snapshot } = await import('./snapshot.js')
      return inspect(session, (client, own) => snapshot(client, own), [])
    },
    rows: async (session) => {
      const { rows } = await import('./snapshot.js')
      return inspect(session, (client, own) => rows(client, own), new Map())
    },
  }
}

function scratchInMemory<Client extends SqliteClient>(): Scratch<SqliteTransaction<Client>> {
  return { driver: driverFor<Client>({ kind: 'memory' }), drop: () => Promise.resolve() }
}

function inspect<Client extends SqliteClient, T>(
  session: Session<SqliteTransaction<Client>>,
  work: (client: Client, own: ReadonlySet<string>) => T,
  empty: T,
): T {
  const { database, ownTables } = session as SqliteSession<Client>
  return database === null ? empty : work(database, ownTables)
}

/** A source as a URL, for people. */
function targetOf(source: SqliteSource): string {
  return source.kind === 'file' ? `sqlite:${source.path}` : 'sqlite::memory:'
}

function accessTo<Client extends SqliteClient>(source: SqliteSource<Client>): SqliteAccess<Client> {
  if (source.kind === 'client') {
    const { client } = source
    return {
      open: () => open(client),
      use: 'shared',
      target: targetOf(source),
      lockOn: (opened) => new MemoryLock(opened),
      close: () => {},
    }
  }
  const Constructor = loadClient()
  const close = (client: Client): void => void client.close()
  if (source.kind === 'memory')
    return {
      open: () => openClient(Constructor, ':memory:', {}) as Client,
      use: 'own',
      target: targetOf(source),
      lockOn: (client) => new MemoryLock(client),
      close,
    }
  const { path, options } = source
  const lockFile = (file: string): SqliteClient => openClient(Constructor, file, {})
  return {
    open: (missing) => {
      if (missing === 'leave' && !existsSync(path) && options.fileMustExist !== true) return null
      if (existsSync(path) && statSync(path).isDirectory())
        throw new QueenError('CONNECTION_FAILED', `Cannot open ${path}: it is a folder`, { hint: 'name a file in it' })
      return openClient(Constructor, path, options) as Client
    },
    use: 'own',
    target: targetOf(source),
    lockOn: (): LockPlace => new FileLock(path, lockFile),
    close,
  }
}

function open<Client extends SqliteClient>(client: Client): Client {
  if (client.open) return client
  throw new QueenError('CONNECTION_FAILED', 'The database in memory that was handed in is closed', {
    hint: 'open it before the run',
  })
}
