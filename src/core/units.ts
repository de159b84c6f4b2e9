import type { Session } from './driver.js'
import { QueenError } from './errors.js'
import { itemsOf, modeOf } from './items.js'
import type { Job } from './job.js'
import type { Plan, PlanStep } from './plan.js'
import { refusePooled } from './pooled.js'
import { refusal } from './problem.js'
import type { PreparedStep } from './script.js'
import type { Transaction } from './transaction.js'

/** Splits a step's SQL and decides how it is carried out. @throws QueenError `INVALID_MIGRATION`. */
export function prepare<Tx extends Transaction>(
  step: PlanStep<Tx>,
  session: Pick<Session<Tx>, 'rules'>,
): PreparedStep<Tx> {
  const items = itemsOf(step.migration, step.direction, session.rules)
  return { ...step, items, mode: modeOf(step.migration, items) }
}

/** What is committed together: each step alone, or all of them. Everything is split before anything is run. */
export function unitsOf<Tx extends Transaction>(
  plan: Plan<Tx>,
  session: Pick<Session<Tx>, 'rules' | 'affinity'>,
  { atomic }: Pick<Job<Tx>, 'atomic'>,
): PreparedStep<Tx>[][] {
  if (plan.problems.length > 0) throw refusal(plan.problems)
  const steps = plan.steps.map((step) => prepare(step, session))
  refusePooled(steps, session)
  if (!atomic || steps.length === 0) return steps.map((step) => [step])
  const apart = steps.find((step) => step.mode === 'counted')
  if (apart === undefined) return [steps]
  throw new QueenError(
    'CONFIG_INVALID',
    `The whole run in one transaction is not possible: ${apart.migration.version} ${apart.migration.name} commits by itself`,
    {
      hint: 'run it without --atomic (atomic: true)',
      version: apart.migration.version,
    },
  )
}
