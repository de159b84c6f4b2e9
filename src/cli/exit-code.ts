import type { QueenErrorCode } from '../core/errors.js'
import { isQueenError } from './invalid.js'

/** What the process says when it ends. Stable: scripts branch on it. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 130 | 143

/** The signals that end a run early. */
export type StopSignal = 'SIGINT' | 'SIGTERM'

/**
 * - 1: a migration or the validation failed
 * - 2: wrong use or configuration: running again without a change of words cannot help
 * - 3: migrations are pending
 * - 4: somebody else has the lock
 * - 5: something is half done and needs `queen recover`
 */
const EXIT_CODES: Readonly<Record<QueenErrorCode, ExitCode>> = {
  INVALID_MIGRATION: 1,
  DUPLICATE_VERSION: 1,
  DEPENDENCY_CYCLE: 1,
  UNKNOWN_VERSION: 2,
  CHECKSUM_MISMATCH: 1,
  OUT_OF_ORDER: 1,
  UNKNOWN_APPLIED: 1,
  IRREVERSIBLE: 1,
  PENDING_MIGRATIONS: 3,
  LOCK_TIMEOUT: 4,
  LOCK_LOST: 1,
  POOLED_CONNECTION: 2,
  INTERRUPTED: 5,
  FAILED_MIGRATION: 5,
  MIGRATION_FAILED: 1,
  TIMEOUT: 1,
  ABORTED: 1,
  CONNECTION_FAILED: 1,
  CONFIG_INVALID: 2,
  DRIVER_MISSING: 2,
}

/** The exit code of a signal, as shells know it. */
export function exitCodeOfSignal(signal: StopSignal): ExitCode {
  return signal === 'SIGINT' ? 130 : 143
}

/** The exit code of anything that was thrown. */
export function exitCodeOf(thrown: unknown): ExitCode {
  return isQueenError(thrown) ? (EXIT_CODES[thrown.code] ?? 1) : 1
}
