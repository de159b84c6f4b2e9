import type { Blocker } from './blocker.js'
import type { Isolation } from './migration.js'
import type { Direction, RecordWrite } from './record.js'
import type { Transaction } from './transaction.js'

export type { Blocker } from './blocker.js'

/**
 * One move of a script. Core writes scripts, drivers play them in order and as fast as their database lets them: what
 * lies between two `call`s may travel in one message.
 */
export type Operation<Tx extends Transaction = Transaction> =
  | { readonly kind: 'begin'; readonly isolation?: Isolation | undefined }
  | { readonly kind: 'commit' }
  /** A change to Queen's own tables. */
  | { readonly kind: 'write'; readonly write: RecordWrite }
  /** One statement of the user's. */
  | { readonly kind: 'statement'; readonly text: string }
  /** A function of the user's. */
  | { readonly kind: 'call'; readonly call: (tx: Tx) => Promise<void> }

/** What is being done, for whoever waits for the lock or looks at the server. */
export interface Activity {
  readonly direction: Direction
  readonly version: string
  readonly name: string
}

/** The circumstances a script is played in. */
export interface Execution {
  readonly activity: Activity
  /** How long to wait, in milliseconds, where other connections keep the database busy. */
  readonly busyTimeout: number
  /** Milliseconds one statement may take; undefined for no limit. */
  readonly statementTimeout?: number | undefined
  /** Milliseconds a statement may wait for a lock on a table; undefined for the driver's default. */
  readonly ddlLockTimeout?: number | undefined
  /** The server is to refuse what would copy a table or lock it, where it can be told so. */
  readonly online?: boolean | undefined
  /** Aborts when the run is cancelled or out of time: the driver stops at once, and rolls back what is open. */
  readonly signal: AbortSignal
  /** Told before an operation is played, as far as the driver can tell: those it sends together count as one. */
  readonly reached?: (operation: number) => void
  /** Told what the database remarks while it works: PostgreSQL's notices, MySQL's warnings. */
  readonly notice?: (notice: Notice) => void
  /** Told now and then while a statement that may wait for its locks as long as it takes does wait, and for whom. */
  readonly waiting?: (blockers: readonly Blocker[], waitedMs: number) => void
}

/** A remark of the database's that stops nothing. */
export interface Notice {
  /** The database's own word: `NOTICE`, `WARNING`. */
  readonly severity: string
  readonly message: string
}

/**
 * How a script went wrong:
 * - `failed`: the database or the function refused
 * - `escaped`: the migration ended, or left open, a transaction by itself
 * - `violation`: it left rows that break a constraint which the database does not check by itself
 * - `cancelled`: the signal aborted
 * - `timeout`: a statement took longer than `statementTimeout`
 * - `busy`: others kept the database busy for longer than `busyTimeout`
 * - `locked`: a lock on a table was not to be had within `ddlLockTimeout`, or the database chose this transaction to end
 *   a deadlock: the same may succeed a moment later
 * - `taken`: another process has recorded this version
 * - `unlocked`: this session does not hold the migration lock any more
 * - `lost`: the connection is gone
 */
export type ExecutionFailure =
  | 'failed'
  | 'escaped'
  | 'violation'
  | 'cancelled'
  | 'timeout'
  | 'busy'
  | 'locked'
  | 'taken'
  | 'unlocked'
  | 'lost'

interface ExecutionErrorOptions {
  readonly failure: ExecutionFailure
  /** Index into the script. */
  readonly operation: number
  /** What became of the transaction that was open, if one was. */
  readonly outcome: 'rolledBack' | 'committed' | 'unknown' | 'none'
  /** Offset of the fault in the statement's text, in UTF-16 units, where the server tells. */
  readonly offset?: number | undefined
  readonly serverCode?: string | undefined
  readonly hint?: string | undefined
  /** Who held the lock, where the failure is `locked` and the database tells. */
  readonly blockers?: readonly Blocker[] | undefined
  readonly cause?: unknown
}

/** What a driver throws from `execute`. When it is thrown no transaction is open any more. */
export class ExecutionError extends Error {
  override readonly name = 'ExecutionError'
  readonly failure: ExecutionFailure
  readonly operation: number
  readonly outcome: 'rolledBack' | 'committed' | 'unknown' | 'none'
  readonly offset: number | undefined
  readonly serverCode: string | undefined
  readonly hint: string | undefined
  readonly blockers: readonly Blocker[]

  constructor(message: string, options: ExecutionErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.failure = options.failure
    this.operation = options.operation
    this.outcome = options.outcome
    this.offset = options.offset
    this.serverCode = options.serverCode
    this.hint = options.hint
    this.blockers = options.blockers ?? []
  }
}
