import type { Session } from './driver.js'
import { QueenError } from './errors.js'
import type { Problem } from './problem.js'
import type { PreparedStep } from './script.js'

const DIRECT = 'give Queen the URL of the server itself, or of a pooler in session mode'

/** What is told of every run whose connection lasts one transaction. */
export const POOLED: Problem = {
  severity: 'warning',
  code: 'POOLED_CONNECTION',
  message:
    'A pooler hands out this connection one transaction at a time, so the migration lock keeps nobody out, and what keeps migrations from being applied twice is their record alone',
  hint: DIRECT,
  versions: [],
}

/**
 * Statement by statement a migration is protected by the lock alone, and its settings by the connection it stays on.
 *
 * @throws QueenError `POOLED_CONNECTION` naming the first such step
 */
export function refusePooled(steps: readonly PreparedStep<never>[], { affinity }: Pick<Session, 'affinity'>): void {
  const apart = affinity === 'transaction' ? steps.find((step) => step.mode === 'counted') : undefined
  if (apart === undefined) return
  const { version, name, at } = apart.migration
  throw new QueenError(
    'POOLED_CONNECTION',
    `${apart.direction === 'up' ? '' : 'The down of '}${version} ${name} commits statement by statement, which is not safe through a pooler that hands out a connection for each transaction`,
    { hint: `${DIRECT}; nothing was done`, version, migrationName: name, at: String(at), direction: apart.direction },
  )
}
