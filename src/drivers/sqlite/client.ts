import { createRequire } from 'node:module'
import { QueenError } from '../../core/errors.js'
import { messageOf, safeCause } from '../../core/redact.js'
import { neededRelease } from './support.js'

/** A prepared statement, as far as Queen uses one. */
export interface SqliteStatement {
  readonly reader: boolean
  run(...parameters: unknown[]): { changes: number }
  all(...parameters: unknown[]): unknown[]
  get(...parameters: unknown[]): unknown
  raw(toggle?: boolean): this
}

/** A `better-sqlite3` database, as far as Queen uses one. Typed here so that the package stays optional. */
export interface SqliteClient {
  readonly name: string
  readonly memory: boolean
  readonly readonly: boolean
  readonly open: boolean
  readonly inTransaction: boolean
  prepare(sql: string): SqliteStatement
  exec(sql: string): unknown
  pragma(source: string, options?: { simple?: boolean }): unknown
  close(): unknown
}

/** Options of `better-sqlite3`'s constructor that make sense for migrating. */
export interface SqliteFileOptions {
  readonly readonly?: boolean
  readonly fileMustExist?: boolean
  readonly nativeBinding?: string
}

type Constructor = new (filename: string, options?: SqliteFileOptions & { timeout?: number }) => SqliteClient

/** How long SQLite itself waits for a busy file before Queen gets to decide: short, because meanwhile nothing else runs. */
const BUSY_WAIT = 20

/**
 * Loads `better-sqlite3`: by require, which for a CommonJS package takes a fraction of the time of an import.
 *
 * @throws QueenError `DRIVER_MISSING` with the command that installs it.
 */
export function loadClient(): Constructor {
  const load = createRequire(import.meta.url)
  let release: string
  try {
    release = (load('better-sqlite3/package.json') as { version: string }).version
  } catch (error) {
    throw new QueenError('DRIVER_MISSING', 'SQLite needs the package better-sqlite3, which cannot be loaded', {
      hint: 'npm install better-sqlite3',
      cause: safeCause(error),
    })
  }
  const needed = neededRelease(process.versions.node, release)
  if (needed !== undefined)
    throw new QueenError('DRIVER_MISSING', `better-sqlite3 ${release} brings Node ${process.versions.node} down`, {
      hint: `npm install better-sqlite3@${needed}`,
    })
  return load('better-sqlite3') as Constructor
}

/** Opens a database. @throws QueenError `DRIVER_MISSING`, `CONNECTION_FAILED` naming the file */
export function openClient(Client: Constructor, filename: string, options: SqliteFileOptions): SqliteClient {
  try {
    return new Client(filename, { timeout: BUSY_WAIT, ...options })
  } catch (error) {
    if (/bindings file|NODE_MODULE_VERSION|\.node['"]?$|invalid ELF/i.test(messageOf(error)))
      throw new QueenError(
        'DRIVER_MISSING',
        `better-sqlite3 is installed, but its compiled part cannot be loaded: ${firstLine(error)}`,
        {
          hint: 'npm rebuild better-sqlite3 (npm 12 runs its install script only after: npm install-scripts approve better-sqlite3)',
          cause: safeCause(error),
        },
      )
    throw new QueenError('CONNECTION_FAILED', `Cannot open ${filename}: ${messageOf(error)}`, {
      hint: 'check that the folder exists and may be written to, and that the path is a file',
      cause: safeCause(error),
    })
  }
}

function firstLine(error: unknown): string {
  return messageOf(error).split('\n')[0]!
}
