import { QueenError } from '../../core/errors.js'
import { labels } from '../../core/problem.js'
import type { MigrationStatus } from '../../core/status.js'

/** Rows that `up` still has to do, those another process is just doing among them. */
export function pendingOf(rows: readonly MigrationStatus[]): readonly MigrationStatus[] {
  return rows.filter(({ state }) => state === 'pending' || state === 'outOfOrder' || state === 'running')
}

/** What a command answers that was asked whether anything is pending. */
export function pendingError(rows: readonly MigrationStatus[]): QueenError {
  return new QueenError('PENDING_MIGRATIONS', `Not applied yet: ${labels(rows)}`, {
    hint: 'queen up applies them',
    versions: rows.map((row) => row.version),
  })
}
