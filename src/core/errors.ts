import type { Blocker } from './blocker.js'

/**
 * Every way Queen can refuse or fail, as a stable word. Branch on these, never on a message.
 * What each one means and what to do about it is listed in the documentation's table of errors.
 */
export type QueenErrorCode =
  | 'INVALID_MIGRATION'
  | 'DUPLICATE_VERSION'
  | 'DEPENDENCY_CYCLE'
  | 'UNKNOWN_VERSION'
  | 'CHECKSUM_MISMATCH'
  | 'OUT_OF_ORDER'
  | 'UNKNOWN_APPLIED'
  | 'IRREVERSIBLE'
  | 'PENDING_MIGRATIONS'
  | 'LOCK_TIMEOUT'
  | 'LOCK_LOST'
  | 'POOLED_CONNECTION'
  | 'INTERRUPTED'
  | 'FAILED_MIGRATION'
  | 'MIGRATION_FAILED'
  | 'TIMEOUT'
  | 'ABORTED'
  | 'CONNECTION_FAILED'
  | 'CONFIG_INVALID'
  | 'DRIVER_MISSING'

/** The statement a failure happened in. Line and column are 1-based and count from the start of the migration's SQL. */
export interface FailedStatement {
  readonly number: number
  readonly total: number
  readonly text: string
  readonly line: number
  readonly column: number
  /** The whole SQL the line and column point into, for a code frame. */
  readonly source: string
}

/** A migration that a run finished, in the order of the run. */
export interface FinishedMigration {
  readonly version: string
  readonly name: string
  readonly durationMs: number
}

/** What an error knows beside its message. Every fact is optional: an error carries those that apply. */
export interface QueenErrorFacts {
  /** The version the error is about. */
  readonly version?: string
  /** The migration's name. (`name` itself stays the class name, as every logger expects of an Error.) */
  readonly migrationName?: string
  /** Where the migration was registered: `migrations.ts:12`. */
  readonly at?: string
  readonly direction?: 'up' | 'down'
  readonly statement?: FailedStatement
  /** The database's own code: `SQLITE_CONSTRAINT_UNIQUE`, `42P07`, `1050`. */
  readonly serverCode?: string
  /** What this run had finished, and kept, before it failed. */
  readonly applied?: readonly FinishedMigration[]
  /** What of this run was undone again: the failing transaction, or the migrations taken back after it. */
  readonly rolledBack?: readonly string[]
  /** The versions concerned, where there are several. */
  readonly versions?: readonly string[]
  /** Who holds the migration lock that was waited for. */
  readonly holder?: string
  /** The sessions that kept a statement from its lock on a table, as far as the database tells. */
  readonly blockers?: readonly Blocker[]
}

interface QueenErrorOptions extends QueenErrorFacts {
  /** The next step, as a sentence or a command. */
  readonly hint?: string
  readonly cause?: unknown
}

/** Merged into the class, so that each fact is a typed property of the error. */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- every fact is optional, so none can be missing
export interface QueenError extends QueenErrorFacts {}

/**
 * The one class of error Queen throws. `code` is for programs, `message` says what happened, `hint` what to do next,
 * and the facts are plain properties.
 *
 * @example
 * ```ts
 * import { Queen, QueenError } from 'queen-migrate'
 * const q = new Queen()
 * try {
 *   await q.up()
 * } catch (error) {
 *   if (error instanceof QueenError && error.code === 'MIGRATION_FAILED') console.error(error.version, error.hint)
 *   else throw error
 * }
 * ```
 */
export class QueenError extends Error {
  override readonly name = 'QueenError'
  readonly code: QueenErrorCode
  readonly hint: string

  constructor(code: QueenErrorCode, message: string, options: QueenErrorOptions = {}) {
    const { hint = '', cause, ...facts } = options
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.hint = hint
    Object.assign(this, facts)
  }
}
