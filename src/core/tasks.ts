import type { Session } from './driver.js'
import { QueenError } from './errors.js'
import { diagnose } from './health.js'
import { itemsOf, modeOf } from './items.js'
import type { Job } from './job.js'
import { look } from './look.js'
import type { RegisteredMigration } from './migration.js'
import type { PlanRequest } from './plan.js'
import { plannedStep, type PlannedStep } from './planned.js'
import { labels, problem, refusal, type Problem } from './problem.js'
import type { LexicalRules } from './sql/dialect.js'
import { currentRows } from './status.js'
import type { Transaction } from './transaction.js'
import { unitsOf } from './units.js'

export { baseline, recover, repair } from './maintenance.js'
export { run } from './runner.js'

/** What a request would do, ready to be shown. Writes nothing. @throws QueenError what would refuse the run */
export async function planned<Tx extends Transaction>(
  session: Session<Tx>,
  job: Job<Tx>,
  request: PlanRequest,
): Promise<readonly PlannedStep[]> {
  const { plan } = await look(session, job, request)
  if (plan.problems.length > 0) throw refusal(plan.problems)
  for (const warning of plan.warnings) job.events.emit('warning', warning)
  return unitsOf(plan, session, job).flat().map(plannedStep)
}

/** @throws QueenError `PENDING_MIGRATIONS` naming what is not applied yet, or what would refuse a run */
export async function assertCurrent<Tx extends Transaction>(session: Session<Tx>, job: Job<Tx>): Promise<void> {
  const { plan, rows } = await look(session, job, { action: 'up' })
  if (plan.problems.length > 0) throw refusal(plan.problems)
  const left = [...rows.filter((row) => row.state === 'running'), ...plan.steps.map(({ migration }) => migration)]
  if (left.length === 0) return
  throw new QueenError('PENDING_MIGRATIONS', `Not applied yet: ${labels(left)}`, {
    hint: 'run queen up before this program starts',
    versions: left.map((migration) => migration.version),
  })
}

/** Everything wrong or doubtful about what is registered and what is recorded. */
export async function validate<Tx extends Transaction>(
  session: Session<Tx>,
  job: Job<Tx>,
): Promise<readonly Problem[]> {
  return [...unsound(job.registered, session.rules), ...diagnose(await currentRows(session, job), job.dialect)]
}

/** The migrations whose SQL cannot run the way it is meant to. */
function unsound(migrations: readonly RegisteredMigration<never>[], rules: LexicalRules): Problem[] {
  return migrations.flatMap((migration) => {
    try {
      for (const direction of ['up', 'down'] as const) modeOf(migration, itemsOf(migration, direction, rules))
      return []
    } catch (error) {
      if (!(error instanceof QueenError)) throw error
      const { version, name } = migration
      const row = { version, name, migration, state: 'pending', downChanged: false } as const
      return [problem('error', error.code, [row], error.message, error.hint)]
    }
  })
}
