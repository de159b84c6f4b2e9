import type { Driver, Inspector } from '../../core/driver.js'
import type { Transaction } from '../../core/transaction.js'

/** The functions of a test runner: those of Vitest, `node:test`, Jest or Mocha do. */
export interface Runner {
  describe(name: string, body: () => void): unknown
  test: ((name: string, body: () => Promise<void>) => unknown) & {
    skip(name: string, body: () => Promise<void>): unknown
  }
}

/** A new, empty database for one case. */
export interface ConformanceDatabase<Tx extends Transaction = Transaction> {
  /** Each `connect` of it is another connection to the same database. */
  readonly driver: Driver<Tx> & Partial<Inspector<Tx>>
  /** By what the child's module finds the same database: a URL, a path. */
  readonly location?: string
  /** Removes the database; all connections are closed by then. */
  drop(): Promise<void>
}

/** A setting of a session that a migration may leave behind. */
export interface SessionSetting {
  /** The statement that changes it. */
  readonly change: string
  /** The query that reads it. */
  readonly query: string
}

/** What of the SQL differs between databases. Default: by the driver's dialect. */
export interface ConformanceSQL {
  /** The n-th parameter, counted from 1: `?`, `$1`. */
  readonly parameter?: (n: number) => string
  /** A column type that holds bytes: `BLOB`, `BYTEA`. */
  readonly binary?: string
  /** The statement that drops an index of a table. */
  readonly dropIndex?: (index: string, table: string) => string
  /** A statement that takes half a minute, unless it is stopped: `SELECT pg_sleep(30)`. */
  readonly slow?: string
  /** A statement that keeps others from changing a table until its transaction ends: `LOCK TABLE t`. */
  readonly lockTable?: (table: string) => string
  /** A statement the database remarks on, as notice or warning: `DROP TABLE IF EXISTS missing_table`. */
  readonly remarkable?: string
}

/** What `conformance` is told about a driver. */
export interface ConformanceOptions<Tx extends Transaction = Transaction> {
  readonly runner: Runner
  /** The driver's name, for the report. */
  readonly name: string
  open(): Promise<ConformanceDatabase<Tx>>
  /** Whether CREATE TABLE can be rolled back, or commits what is open. */
  readonly ddl: 'transactional' | 'commits'
  /** Cases this driver cannot pass, each with the reason: they are reported as skipped, and the reason with them. */
  readonly deviations?: Readonly<Record<string, string>>
  /**
   * A module, as path or URL, that Node can import: its default export takes the `location` of a database and returns a
   * driver for it. With it locks and crashes are tested across processes.
   */
  readonly child?: { readonly module: string }
  readonly settings?: readonly SessionSetting[]
  readonly sql?: ConformanceSQL
}
