import type { Session } from './driver.js'
import type { FinishedMigration } from './errors.js'
import type { Emitter } from './events.js'
import type { Isolation, RegisteredMigration } from './migration.js'
import type { Policy } from './plan.js'
import type { Direction } from './record.js'
import type { Dialect } from './sql/dialect.js'
import type { Transaction } from './transaction.js'

/** Everything a run works with. */
export interface Job<Tx extends Transaction> {
  readonly registered: readonly RegisteredMigration<Tx>[]
  readonly dialect: Dialect
  readonly target: string
  readonly events: Emitter
  readonly policy: Policy
  readonly environment: string
  readonly atomic: boolean
  readonly onFailure: 'stop' | 'rollback'
  readonly signal: AbortSignal | undefined
  readonly stop: AbortSignal | undefined
  readonly timeout: number | undefined
  readonly lockTimeout: number
  readonly ddlLockTimeout: number
  readonly statementTimeout: number | undefined
  readonly isolation: Isolation | undefined
  readonly context: unknown
  /** Another session of the same database and history, which its caller closes. */
  readonly reconnect: () => Promise<Session<Tx>>
}

/** What a run did. */
export interface RunResult {
  readonly direction: Direction
  /** The migrations that were taken, in order, each with the way it went. */
  readonly applied: readonly Done[]
  /** The last applied version before and after. */
  readonly from: string | null
  readonly to: string | null
}

/** A migration that was taken, with the way it went. */
export type Done = FinishedMigration & { readonly direction: Direction }
