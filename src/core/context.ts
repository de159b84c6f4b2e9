import type { Job } from './job.js'
import type { PlanStep } from './plan.js'
import { redact } from './redact.js'
import type { MigrationContext } from './transaction.js'

/** What a step's functions are told in this run. */
export function contextOf(
  { migration, direction }: PlanStep<never>,
  { events, environment, dialect, context: app }: Pick<Job<never>, 'events' | 'environment' | 'dialect' | 'context'>,
  signal: AbortSignal,
): MigrationContext {
  const { version, name } = migration
  const about = { version, name, direction }
  return {
    version,
    name,
    environment,
    dialect,
    signal,
    app,
    log: (message) => events.emit('log', { ...about, message: redact(String(message)) }),
    progress: (done, total) => events.emit('progress', { ...about, done, ...(total !== undefined && { total }) }),
  }
}
