import type { Holder, Session } from './driver.js'
import type { Job } from './job.js'
import { makePlan, type PlanRequest } from './plan.js'
import { reconcile } from './reconcile.js'
import type { MigrationRecord } from './record.js'
import type { Transaction } from './transaction.js'

/** Reads the history and works out a plan. Takes no lock and writes nothing. */
export async function look<Tx extends Transaction>(session: Session<Tx>, job: Job<Tx>, request: PlanRequest) {
  const records = (await session.history()) ?? []
  const unfinished = records.some((record) => record.status !== 'applied')
  const holder = unfinished ? await session.holder() : null
  return { records, ...planFor(records, job, request, holder) }
}

/** What a request means for a history that was read. `holder`: who else has the lock. */
export function planFor<Tx extends Transaction>(
  records: readonly MigrationRecord[],
  job: Job<Tx>,
  request: PlanRequest,
  holder: Holder | null,
) {
  const { registered, environment, dialect, policy } = job
  const rows = reconcile({ registered, records, holder, environment, dialect })
  return { rows, plan: makePlan(rows, request, policy) }
}
