import type { Session } from './driver.js'
import { QueenError } from './errors.js'
import type { Done, Job } from './job.js'
import { limited } from './limits.js'
import { planFor } from './look.js'
import { makePlan } from './plan.js'
import { messageOf } from './redact.js'
import { Run } from './run.js'
import type { Transaction } from './transaction.js'

/** After a failure: takes back what a run applied, newest first, under the same lock, with time of its own. */
export async function takeBack<Tx extends Transaction>(
  session: Session<Tx>,
  job: Job<Tx>,
  done: readonly Done[],
  cause: QueenError,
): Promise<QueenError> {
  const mine = new Set(done.filter((one) => one.direction === 'up').map((one) => one.version))
  if (mine.size === 0) return cause
  // The lock is gone, and on another connection it may be somebody else's: nothing is done without it.
  if (cause.code === 'LOCK_LOST' || cause.code === 'CONNECTION_FAILED')
    return amended(cause, done, [], '; without the lock nothing was taken back')
  const { rolledBack, trouble } = await back(session, job, mine)
  return amended(cause, done, rolledBack, trouble)
}

async function back<Tx extends Transaction>(session: Session<Tx>, given: Job<Tx>, mine: ReadonlySet<string>) {
  const job = { ...given, onFailure: 'stop' as const, signal: undefined, stop: undefined, atomic: false }
  using limit = limited(undefined, job.timeout, 'Taking back')
  const run = new Run(session, job, limit.signal)
  let trouble = ''
  try {
    const records = ((await session.history()) ?? []).filter((record) => mine.has(record.version))
    const { rows } = planFor(records, job, { action: 'reset' }, null)
    await run.carryOut(
      makePlan(
        rows.filter((row) => mine.has(row.version)),
        { action: 'reset' },
        job.policy,
      ),
    )
  } catch (error) {
    trouble = `; taking back stopped: ${messageOf(error)}`
  }
  return { rolledBack: run.done.map((one) => one.version), trouble }
}

function amended(cause: QueenError, done: readonly Done[], rolledBack: readonly string[], trouble: string): QueenError {
  const { code, message, hint, ...facts } = { ...cause, message: cause.message }
  return new QueenError(code, `${message}${trouble}`, {
    ...facts,
    hint,
    cause: cause.cause,
    applied: done.filter((one) => !rolledBack.includes(one.version)),
    rolledBack: [...(cause.rolledBack ?? []), ...rolledBack],
  })
}
