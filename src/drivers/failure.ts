import type { ExecutionError, ExecutionFailure } from '../core/execution.js'

/** How a script went wrong, where in it, and what became of the transaction. */
export interface Failure {
  readonly failure: ExecutionFailure
  readonly operation: number
  readonly outcome: ExecutionError['outcome']
  readonly error: unknown
  /** In place of the error's own message. */
  readonly message?: string
  readonly hint?: string
  readonly offset?: number | undefined
}
