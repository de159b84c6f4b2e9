import { QueenError } from '../../core/errors.js'
import { labels } from '../../core/problem.js'
import type { MigrationStatus } from '../../core/status.js'
import type { CommandContext, Outcome } from '../context.js'
import { defined } from '../defined.js'
import { pendingError, pendingOf } from './pending.js'

/** Shows the state of every migration; with `--check` the exit code tells of it too. */
export async function status({ flags, run, settings, database }: CommandContext): Promise<Outcome> {
  const queen = await database()
  const migrations = await queen.status(defined({ environment: run.environment }))
  const pending = pendingOf(migrations)
  const { environment } = settings
  const result = { command: 'status', target: queen.target, environment, pending: pending.length, migrations } as const
  if (flags.check !== true) return { result }
  const stuck = migrations.filter(({ state }) => state === 'failed' || state === 'interrupted')
  if (stuck.length > 0) return { result, error: stuckError(stuck) }
  return pending.length > 0 ? { result, error: pendingError(pending) } : { result }
}

function stuckError(rows: readonly MigrationStatus[]): QueenError {
  const code = rows[0]!.state === 'failed' ? 'FAILED_MIGRATION' : 'INTERRUPTED'
  const { version } = rows[0]!
  return new QueenError(code, `Half done: ${labels(rows)}`, {
    hint: `queen recover ${version} --resume, --applied or --pending settles it; queen help recover explains`,
    version,
    versions: rows.map((row) => row.version),
  })
}
