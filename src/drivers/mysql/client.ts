import type { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'
import type { Duplex } from 'node:stream'
import { QueenError } from '../../core/errors.js'
import { safeCause } from '../../core/redact.js'

/** A connection of `mysql2`, as far as the types of both its interfaces go: promises (`mysql2/promise`) or callbacks. */
export interface MysqlConnection {
  readonly threadId: number | null
  query(...parameters: never[]): unknown
  execute(...parameters: never[]): unknown
}

/** A pool of `mysql2`, of either interface. */
export interface MysqlPool {
  getConnection(...parameters: never[]): unknown
}

/** What mysql2 takes for TLS; an empty object encrypts and verifies the certificate. */
export interface MysqlTls {
  readonly ca?: string | Buffer | readonly (string | Buffer)[] | undefined
  readonly cert?: string | Buffer | undefined
  readonly key?: string | Buffer | undefined
  readonly passphrase?: string | undefined
  readonly rejectUnauthorized?: boolean | undefined
  readonly verifyIdentity?: boolean | undefined
}

/** The options of a `mysql2` connection that Queen passes on. */
export interface MysqlConfig {
  readonly uri?: string | undefined
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly socketPath?: string | undefined
  readonly user?: string | undefined
  readonly password?: string | undefined
  readonly database?: string | undefined
  readonly ssl?: string | MysqlTls | undefined
  readonly connectTimeout?: number | undefined
  readonly enableKeepAlive?: boolean | undefined
  readonly keepAliveInitialDelay?: number | undefined
  readonly enableCleartextPlugin?: boolean | undefined
  readonly authPlugins?: object | undefined
  readonly compress?: boolean | undefined
  readonly timezone?: string | undefined
  readonly stream?: (() => Duplex) | undefined
}

/** What the server says to a statement that gives no rows. */
export interface OkHeader {
  readonly affectedRows: number
  /** Bits; the first: a transaction is open. */
  readonly serverStatus?: number
  readonly warningStatus?: number
}

/** A column as `typeCast` is shown it. */
export interface RawField {
  readonly type: string
  string(): string | null
  buffer(): Buffer | null
}

interface RawQuery {
  readonly sql: string
  readonly values?: readonly unknown[]
  readonly rowsAsArray?: boolean
  readonly nestTables?: false
  readonly typeCast?: (field: RawField) => unknown
}

type Answered = (error: Error | null, rows?: unknown) => void

/** The callback interface of a connection, which both kinds have inside: it alone tells result by result. */
export interface RawConnection extends EventEmitter {
  readonly threadId: number | null
  readonly config: { readonly clientFlags?: number; readonly host?: string; readonly port?: number }
  query(options: RawQuery): EventEmitter
  query(options: RawQuery, answered: Answered): unknown
  execute(options: RawQuery, answered: Answered): unknown
  unprepare(sql: string): unknown
  end(ended: () => void): void
  destroy(): void
  promise(): MysqlConnection
}

/** The callback interface of a pool. */
export interface RawPool {
  readonly config?: {
    readonly connectionLimit?: number
    readonly connectionConfig?: MysqlConfig
  }
  getConnection(lent: (error: Error | null, connection?: RawPoolConnection) => void): void
}

/** A connection that a pool lent. */
export interface RawPoolConnection extends RawConnection {
  release(): void
}

/** What Queen uses of the module. */
export interface Mysql2 {
  createConnection(config: object): RawConnection
}

/** The oldest release of `mysql2` that Queen works with. */
const OLDEST = [3, 9] as const

/**
 * Loads `mysql2`: by require, which for a CommonJS package takes a fraction of the time of an import.
 *
 * @throws QueenError `DRIVER_MISSING` with the command that installs it.
 */
export function loadMysql2(): Mysql2 {
  const load = createRequire(import.meta.url)
  try {
    refuseOld((load('mysql2/package.json') as { version: string }).version)
    return load('mysql2') as Mysql2
  } catch (error) {
    if (error instanceof QueenError) throw error
    throw new QueenError('DRIVER_MISSING', 'MySQL and MariaDB need the package mysql2, which cannot be loaded', {
      hint: 'npm install mysql2',
      cause: safeCause(error),
    })
  }
}

/** @throws QueenError `DRIVER_MISSING` for a release of `mysql2` that is too old */
export function refuseOld(release: string): void {
  const [major = 0, minor = 0] = release.split('.').map(Number)
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return
  throw new QueenError(
    'DRIVER_MISSING',
    `mysql2 ${release} is installed, and Queen needs ${OLDEST.join('.')} or later`,
    { hint: 'npm install mysql2@3' },
  )
}
