import type { Lock, Session } from './driver.js'
import { QueenError } from './errors.js'
import { identity } from './identity.js'
import type { Done, Job, RunResult } from './job.js'
import { limited } from './limits.js'
import { acquire } from './lock.js'
import { look, planFor } from './look.js'
import type { PlanRequest } from './plan.js'
import { POOLED } from './pooled.js'
import { refusal, type Problem } from './problem.js'
import { inOrderOfApplication, type MigrationRecord } from './record.js'
import { Run } from './run.js'
import { takeBack } from './take-back.js'
import type { Transaction } from './transaction.js'

/**
 * Carries a request out: looks; when there is anything to do takes the lock, looks again, because the plan is only
 * worth what the history under the lock says, and plays one script after the other.
 *
 * @throws QueenError what the plan forbids, `LOCK_TIMEOUT`, `MIGRATION_FAILED`, `TIMEOUT`, `ABORTED`, ...
 */
export async function run<Tx extends Transaction>(
  session: Session<Tx>,
  job: Job<Tx>,
  request: PlanRequest,
): Promise<RunResult> {
  const first = await look(session, job, request)
  const atWork = first.rows.some((row) => row.state === 'running')
  if (first.plan.steps.length === 0 && first.plan.problems.length === 0 && !atWork) {
    warn(job, first.plan.warnings)
    return result(request, first.records, [])
  }
  // Against an empty history nothing but the request can be wrong: that needs no lock, nor a database to be created.
  if (first.records.length === 0 && first.plan.problems.length > 0) throw refusal(first.plan.problems)
  return await locked(session, job, async (records, signal) => {
    const { plan } = planFor(records, job, request, null)
    if (plan.problems.length > 0) throw refusal(plan.problems)
    warn(job, plan.warnings)
    const run = new Run(session, job, signal)
    try {
      await run.carryOut(plan)
    } catch (error) {
      if (job.onFailure === 'rollback' && error instanceof QueenError)
        throw await takeBack(session, job, run.done, error)
      throw error
    }
    return result(request, records, run.done)
  })
}

/**
 * Does work under the lock, with Queen's tables in place and the history as it is now, which nobody else changes until
 * the work is done. Whatever happens, the lock is released.
 */
export async function locked<Tx extends Transaction, T>(
  session: Session<Tx>,
  job: Job<Tx>,
  work: (records: readonly MigrationRecord[], signal: AbortSignal) => Promise<T>,
): Promise<T> {
  using limit = limited(job.signal, job.timeout, 'The run')
  const { signal } = limit
  const { lockTimeout: timeoutMs, events, stop } = job
  const lock: Lock = await acquire(session, { who: identity(), timeoutMs, signal, stop, events })
  let done: T
  try {
    if (session.affinity === 'transaction') warn(job, [POOLED])
    const records = await session.history()
    if (records === null) await session.prepare()
    done = await work(records ?? [], signal)
  } catch (error) {
    // What went wrong first is what must be told: a lock that is lost as well adds nothing to it.
    await lock.release().catch(() => {})
    events.emit('lockReleased', {})
    throw error
  }
  await lock.release()
  events.emit('lockReleased', {})
  return done
}

function warn(job: Job<never>, warnings: readonly Problem[]): void {
  for (const warning of warnings) job.events.emit('warning', warning)
}

function result(request: PlanRequest, before: readonly MigrationRecord[], applied: readonly Done[]): RunResult {
  const direction =
    applied.at(-1)?.direction ?? (request.action === 'down' || request.action === 'reset' ? 'down' : 'up')
  const order = inOrderOfApplication(before)
  const from = order.at(-1) ?? null
  const after = new Set(order)
  for (const { version, direction: way } of applied) {
    after.delete(version)
    if (way === 'up') after.add(version)
  }
  return { direction, applied, from, to: [...after].at(-1) ?? null }
}
