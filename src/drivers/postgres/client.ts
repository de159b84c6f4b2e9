import { createRequire } from 'node:module'
import type { Duplex } from 'node:stream'
import type { ConnectionOptions } from 'node:tls'
import { QueenError } from '../../core/errors.js'
import { safeCause } from '../../core/redact.js'

/** What `pg` answers to a query. A message of several statements has one of these for each. */
interface PgResult {
  /** The first word of the tag: `SELECT`, `INSERT`, `COMMIT`. */
  readonly command: string
  readonly rowCount: number | null
  readonly rows: Record<string, unknown>[]
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[]
}

/** A query as an object, as far as Queen uses one. */
interface PgQueryConfig {
  readonly text: string
  readonly values?: unknown[]
}

/** A query that speaks the protocol itself, as `pg-cursor` does. */
export interface PgSubmittable {
  submit(connection: unknown): void
}

/** What the server remarks beside its answer. */
export interface PgNotice {
  readonly message: string | undefined
  readonly severity?: string | undefined
}

/** A `pg` client, as far as Queen uses one. Typed here so that the package stays optional. */
export interface PgClient {
  query<T extends PgSubmittable>(query: T): T
  query(query: PgQueryConfig): Promise<PgResult>
  query(text: string, values?: unknown[]): Promise<PgResult>
  connect(): Promise<unknown>
  end(): Promise<void>
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'notice', listener: (notice: PgNotice) => void): unknown
  on(event: 'end', listener: () => void): unknown
  removeListener(event: 'error', listener: (error: Error) => void): unknown
  removeListener(event: 'notice', listener: (notice: PgNotice) => void): unknown
  removeListener(event: 'end', listener: () => void): unknown
  /** Tells a client from a pool, which has none of its own. */
  escapeIdentifier(text: string): string
  /** The server process, as it was told at the start; behind a pooler not the one that answers. */
  readonly processID?: number | null
  readonly host?: string
  readonly port?: number
  readonly user?: string | undefined
  readonly database?: string | undefined
}

/** A client that a pool lent. */
export interface PgPoolClient extends PgClient {
  /** Gives it back; with an error or true it is closed instead of being lent again. */
  release(error?: Error | boolean): void
}

/** A `pg` pool, as far as Queen uses one. */
export interface PgPool {
  connect(): Promise<PgPoolClient>
  readonly totalCount: number
  readonly idleCount: number
  readonly options?: object
}

/**
 * The options of a `pg` client. Its four timeouts of statements are not among them: Queen has its own, which also work
 * behind a pooler and do not leave the client unusable.
 */
export interface PgConfig {
  readonly connectionString?: string | undefined
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly user?: string | undefined
  readonly password?: string | (() => string | Promise<string>) | undefined
  readonly database?: string | undefined
  readonly ssl?: boolean | ConnectionOptions | undefined
  readonly sslnegotiation?: 'postgres' | 'direct' | undefined
  readonly enableChannelBinding?: boolean | undefined
  readonly options?: string | undefined
  readonly application_name?: string | undefined
  readonly fallback_application_name?: string | undefined
  readonly client_encoding?: string | undefined
  readonly connectionTimeoutMillis?: number | undefined
  readonly keepAlive?: boolean | undefined
  readonly keepAliveInitialDelayMillis?: number | undefined
  readonly stream?: (() => Duplex | undefined) | undefined
  readonly types?: object | undefined
}

/** Makes a client; `pg.Client` is one of these. */
export type PgClientConstructor = new (config: PgConfig) => PgClient

/** The oldest release of `pg` that Queen works with. */
const OLDEST = [8, 11] as const

/**
 * Loads `pg`: by require, which for a CommonJS package takes a fraction of the time of an import.
 *
 * @throws QueenError `DRIVER_MISSING` with the command that installs it.
 */
export function loadPg(): PgClientConstructor {
  const load = createRequire(import.meta.url)
  try {
    refuseOld((load('pg/package.json') as { version: string }).version)
    return (load('pg') as { Client: PgClientConstructor }).Client
  } catch (error) {
    if (error instanceof QueenError) throw error
    throw new QueenError('DRIVER_MISSING', 'PostgreSQL needs the package pg, which cannot be loaded', {
      hint: 'npm install pg',
      cause: safeCause(error),
    })
  }
}

/** @throws QueenError `DRIVER_MISSING` for a release of `pg` that is too old */
export function refuseOld(release: string): void {
  const [major = 0, minor = 0] = release.split('.').map(Number)
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return
  throw new QueenError('DRIVER_MISSING', `pg ${release} is installed, and Queen needs ${OLDEST.join('.')} or later`, {
    hint: 'npm install pg@8',
  })
}
