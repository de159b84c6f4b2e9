import type { Execution, Operation } from './execution.js'
import type { JournalEntry, MigrationRecord } from './record.js'
import type { Dialect, LexicalRules } from './sql/dialect.js'
import type { Transaction } from './transaction.js'

/** Where Queen keeps its history; the journal is the same name with `_log` behind it. */
export interface HistoryTable {
  readonly name: string
  /** undefined: where the database puts unqualified names. */
  readonly schema?: string | undefined
}

/** Who is migrating, as others see it while they wait. */
export interface Holder {
  /** `user@host#pid`. */
  readonly who: string
  /** ISO 8601, UTC. */
  readonly since?: string | undefined
  /** What is being applied: present while a migration is at work. */
  readonly doing?: { readonly direction: 'up' | 'down'; readonly version: string; readonly name: string } | undefined
  /** What else the database tells, ready to print. */
  readonly details?: string | undefined
}

/** A lock that is held. It dies with the process or the connection, whichever goes first. */
export interface Lock {
  /** @throws QueenError `LOCK_LOST` when it was not held any more. */
  release(): Promise<void>
}

/**
 * A database, not yet connected. This is the whole port; to write a driver:
 *
 * 1. `connect` opens ONE connection. Lock, history and migrations all go through it, so that they live and die
 *    together. It creates nothing: a missing database file or table is an empty history.
 * 2. `history` and `journal` read, in one round trip, without a lock and with no right but SELECT; `null` where the
 *    table does not exist.
 * 3. `tryLock` tries once and never waits: null means somebody has it. Waiting is core's business.
 * 4. `prepare` creates Queen's two tables where they are missing. Core calls it only while it holds the lock.
 * 5. `execute` plays a script in order. `begin` opens a transaction whose end only `commit` may be: a migration that
 *    ends it by other means is found out and reported as `escaped`. Every error is an ExecutionError, and when it is
 *    thrown nothing is open. Settings a migration leaves behind are put back.
 * 6. The exported conformance suite says when it is right.
 */
export interface Driver<Tx extends Transaction = Transaction> {
  readonly dialect: Dialect
  /** Which database this is, for people: no password in it. */
  readonly target: string
  /** @throws QueenError `CONNECTION_FAILED`, `DRIVER_MISSING` or `CONFIG_INVALID`. */
  connect(table: HistoryTable): Promise<Session<Tx>>
}

/** An open connection. */
export interface Session<Tx extends Transaction = Transaction> {
  /** How SQL is read on this connection. */
  readonly rules: LexicalRules
  history(): Promise<readonly MigrationRecord[] | null>
  /** Newest first. */
  journal(limit?: number): Promise<readonly JournalEntry[]>
  tryLock(who: string): Promise<Lock | null>
  /** Who has the lock now, null when nobody does. */
  holder(): Promise<Holder | null>
  prepare(): Promise<void>
  execute(script: readonly Operation<Tx>[], execution: Execution): Promise<void>
  /**
   * A value that changes when the schema does: it decides about a statement whose outcome is in doubt. One that was
   * recorded for a statement may have looked only at what that can change; `like` it, the same is looked at again.
   */
  fingerprint(like?: string): Promise<string>
  /**
   * What this connection is bound to, known once `tryLock` has answered. `transaction`: a pooler hands out a server
   * connection for each transaction, so that no lock outlasts one and nothing may be done outside of one. Default
   * `session`.
   */
  readonly affinity?: 'session' | 'transaction'
  /**
   * Removes what a statement that broke off left behind and that is neither its work nor nothing (PostgreSQL's INVALID
   * index), and tells what that was. Optional: most databases leave nothing.
   */
  removeRemains?(statement: string): Promise<readonly string[]>
  close(): Promise<void>
}

/**
 * A second power, for tests: a driver that can describe a schema and make a database to throw away. Optional, because
 * migrating needs neither.
 */
export interface Inspector<Tx extends Transaction = Transaction> {
  /** A new, empty database of the same kind, which nobody else uses. */
  scratch(): Promise<Scratch<Tx>>
  /** Every object of the schema but Queen's own tables, in a stable order. */
  snapshot(session: Session<Tx>): Promise<readonly SchemaObject[]>
  /** The rows of every table but Queen's own, each row as JSON text, sorted. */
  rows(session: Session<Tx>): Promise<ReadonlyMap<string, readonly string[]>>
}

/** A database made for one test. */
export interface Scratch<Tx extends Transaction = Transaction> {
  readonly driver: Driver<Tx> & Inspector<Tx>
  /** Removes it, also when it is still in use. */
  drop(): Promise<void>
}

/** An object of a schema as a snapshot holds it: two are the same when both texts are. */
export interface SchemaObject {
  /** `table`, `column`, `index`, `view`, `trigger`, ... */
  readonly kind: string
  /** Its full name: `users`, `users.email`. */
  readonly name: string
  /** Its definition, normalised. */
  readonly definition: string
}
