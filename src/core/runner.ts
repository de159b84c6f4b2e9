import { randomUUID } from 'node:crypto'
import type { Lock, Session } from './driver.js'
import { milliseconds } from './duration.js'
import { QueenError } from './errors.js'
import { ExecutionError, type Operation } from './execution.js'
import { explain } from './failure.js'
import { blockers } from './health.js'
import { identity } from './identity.js'
import { itemsOf, modeOf } from './items.js'
import type { Done, Job, RunResult } from './job.js'
import { limited } from './limits.js'
import { acquire } from './lock.js'
import { makePlan, type Plan, type PlanRequest, type PlanStep } from './plan.js'
import { refusal, type Problem } from './problem.js'
import { reconcile, type Reconciled } from './reconcile.js'
import { inOrderOfApplication, type MigrationRecord } from './record.js'
import { messageOf, redact } from './redact.js'
import {
  countedScript,
  journal,
  transactionScript,
  updated,
  write,
  type PreparedStep,
  type Script,
  type Signature,
} from './script.js'
import type { MigrationContext, Transaction } from './transaction.js'
import { Watch } from './watch.js'

/** Reads the history and works out a plan. Takes no lock and writes nothing. */
export async function look<Tx extends Transaction>(session: Session<Tx>, job: Job<Tx>, request: PlanRequest) {
  const records = (await session.history()) ?? []
  const unfinished = records.some((record) => record.status !== 'applied')
  const holder = unfinished ? await session.holder() : null
  return { records, ...planFor(records, job, request, holder) }
}

function planFor<Tx extends Transaction>(
  records: readonly MigrationRecord[],
  job: Job<Tx>,
  request: PlanRequest,
  holder: Reconciled['holder'] | null,
) {
  const { registered, environment, dialect, policy } = job
  const rows = reconcile({ registered, records, holder: holder ?? null, environment, dialect })
  return { rows, plan: makePlan(rows, request, policy) }
}

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
    return result(request, records, await new Run(session, job, signal).carryOut(plan))
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
  session: Pick<Session<Tx>, 'rules'>,
  { atomic }: Pick<Job<Tx>, 'atomic'>,
): PreparedStep<Tx>[][] {
  if (plan.problems.length > 0) throw refusal(plan.problems)
  const steps = plan.steps.map((step) => prepare(step, session))
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

/** One run under the lock. */
export class Run<Tx extends Transaction> {
  readonly #session: Session<Tx>
  readonly #job: Job<Tx>
  readonly #signal: AbortSignal
  readonly #signature: Signature
  readonly #done: Done[] = []
  #total = 0

  constructor(session: Session<Tx>, job: Job<Tx>, signal: AbortSignal) {
    this.#session = session
    this.#job = job
    this.#signal = signal
    this.#signature = { runId: randomUUID(), who: identity(), dialect: job.dialect }
  }

  /** Plays a plan to its end, or to the first failure. */
  async carryOut(plan: Plan<Tx>): Promise<readonly Done[]> {
    const begun = performance.now()
    const { events, target } = this.#job
    const direction = plan.steps[0]?.direction ?? 'up'
    const runId = this.#signature.runId
    this.#total = plan.steps.length
    events.emit('runStart', { runId, direction, total: this.#total, target })
    try {
      for (const units = unitsOf(plan, this.#session, this.#job).toReversed(); units.length > 0;) {
        this.#throwIfStopped(units)
        const unit = units.pop()!
        const taken = await this.#play(unit)
        // What somebody else has done is left out. Nothing is put in its place: two who each take one step back must
        // not take back more than the two of them have seen.
        const left = taken === undefined ? [] : unit.filter((step) => step !== taken)
        if (left.length > 0) units.push(left)
      }
    } catch (error) {
      if (this.#job.onFailure === 'rollback' && error instanceof QueenError) throw await this.#takeBack(error)
      throw error
    }
    events.emit('runEnd', { runId, direction, done: this.#done.length, durationMs: performance.now() - begun })
    return this.#done
  }

  /** Goes on with one migration that was broken off, behind the items that are done. */
  async resume(step: PreparedStep<Tx>, done: number): Promise<readonly Done[]> {
    this.#total = 1
    await this.#play([step], done)
    return this.#done
  }

  #throwIfStopped(units: readonly (readonly PreparedStep<Tx>[])[]): void {
    if (!this.#signal.aborted && this.#job.stop?.aborted !== true) return
    const left = units.toReversed().flatMap((unit) => unit.map((step) => step.migration.version))
    if (this.#signal.aborted) {
      const { code, message, hint } = this.#signal.reason as QueenError
      throw new QueenError(code, message, { hint, versions: left, applied: this.#done })
    }
    throw new QueenError(
      'ABORTED',
      `Stopped as asked, with ${left.length} left to do: ${left.slice(0, 10).join(', ')}`,
      {
        hint: 'run again to go on',
        versions: left,
        applied: this.#done,
      },
    )
  }

  /** Plays one unit; returns the step that stopped it because somebody else has recorded it meanwhile. */
  async #play(unit: readonly PreparedStep<Tx>[], resumeAfter = 0): Promise<PreparedStep<Tx> | undefined> {
    const first = unit[0]!
    const contextOf = (step: PlanStep<Tx>): MigrationContext => this.#context(step, signal)
    const own =
      unit.length === 1 && first.migration.timeout !== undefined
        ? milliseconds(first.migration.timeout, 'timeout')
        : undefined
    using limit = limited(this.#signal, own, `Migration ${first.migration.version}`)
    const { signal } = limit
    const script =
      first.mode === 'transaction'
        ? transactionScript(unit, this.#signature, contextOf)
        : countedScript(first, this.#signature, contextOf, resumeAfter)
    const watch = new Watch(unit, script, this.#done.length, this.#total, this.#job.events)
    try {
      await this.#execute(first, script.operations, signal, (operation) => watch.reached(operation))
    } catch (error) {
      if (!(error instanceof ExecutionError)) throw error
      const step = unit[script.origins[error.operation]?.step ?? 0]!
      if (error.failure === 'taken' && (await this.#isTaken(step))) return step
      throw await this.#failed(error, unit, script, signal)
    }
    this.#done.push(...watch.finish())
    return undefined
  }

  /** @throws QueenError when what somebody else has recorded is half done */
  async #isTaken(step: PreparedStep<Tx>): Promise<boolean> {
    const { version, name } = step.migration
    const { rows } = planFor((await this.#session.history()) ?? [], this.#job, { action: 'up' }, null)
    const recorded = rows.some((row) => row.version === version && row.record !== undefined)
    if (recorded !== (step.direction === 'up')) return false
    const problems = blockers(rows)
    if (problems.length > 0) throw refusal(problems)
    this.#job.events.emit('migrationTaken', { version, name, direction: step.direction })
    return true
  }

  async #execute(
    step: PreparedStep<Tx>,
    operations: readonly Operation<Tx>[],
    signal: AbortSignal,
    reached?: (operation: number) => void,
  ): Promise<void> {
    const { migration, direction } = step
    await this.#session.execute(operations, {
      activity: { direction, version: migration.version, name: migration.name },
      busyTimeout: this.#job.lockTimeout,
      statementTimeout:
        migration.statementTimeout === undefined
          ? this.#job.statementTimeout
          : milliseconds(migration.statementTimeout, 'statementTimeout'),
      ddlLockTimeout:
        migration.ddlLockTimeout === undefined
          ? this.#job.ddlLockTimeout
          : milliseconds(migration.ddlLockTimeout, 'ddlLockTimeout'),
      signal,
      ...(reached && { reached }),
    })
  }

  /** Explains a failure, and records it where the database still answers. */
  async #failed(
    error: ExecutionError,
    unit: readonly PreparedStep<Tx>[],
    script: Script<Tx>,
    signal: AbortSignal,
  ): Promise<QueenError> {
    const explained = explain(error, { steps: unit, script, applied: this.#done, signal })
    const step = unit[script.origins[error.operation]?.step ?? 0]!
    const { version, name } = step.migration
    const text = messageOf(error).slice(0, 2_000)
    const entry = journal(step, this.#signature, { outcome: 'failed', error: text })
    // A transaction took its record back with it, unless the migration itself committed it half-way.
    const stays = step.mode === 'counted' || error.failure === 'escaped'
    const record = stays ? [updated(step, { status: 'failed', error: text })] : []
    const notes = [entry, ...record].map(write)
    // The failure itself matters more than the note about it: with the connection gone the note is simply missing.
    await this.#execute(step, notes, AbortSignal.timeout(30_000)).catch(() => {})
    this.#job.events.emit('migrationFailed', { version, name, direction: step.direction, error: explained })
    return explained
  }

  /** After a failure: takes back what this run applied, newest first, under the same lock, with time of its own. */
  async #takeBack(cause: QueenError): Promise<QueenError> {
    const mine = new Set(this.#done.filter((one) => one.direction === 'up').map((one) => one.version))
    if (mine.size === 0) return cause
    const job = { ...this.#job, onFailure: 'stop' as const, signal: undefined, stop: undefined, atomic: false }
    using limit = limited(undefined, job.timeout, 'Taking back')
    let rolledBack: readonly Done[] = []
    let trouble = ''
    try {
      const records = ((await this.#session.history()) ?? []).filter((record) => mine.has(record.version))
      const { rows } = planFor(records, job, { action: 'reset' }, null)
      const back = makePlan(
        rows.filter((row) => mine.has(row.version)),
        { action: 'reset' },
        job.policy,
      )
      rolledBack = await new Run(this.#session, job, limit.signal).carryOut(back)
    } catch (error) {
      rolledBack = error instanceof QueenError ? ((error.applied ?? []) as readonly Done[]) : []
      trouble = `; taking back stopped: ${messageOf(error)}`
    }
    const gone = rolledBack.map((one) => one.version)
    const { code, message, hint, ...facts } = { ...cause, message: cause.message }
    return new QueenError(code, `${message}${trouble}`, {
      ...facts,
      hint,
      cause: cause.cause,
      applied: this.#done.filter((one) => !gone.includes(one.version)),
      rolledBack: [...(cause.rolledBack ?? []), ...gone],
    })
  }

  #context(step: PlanStep<Tx>, signal: AbortSignal): MigrationContext {
    const { events, environment, dialect, context } = this.#job
    const about = { version: step.migration.version, name: step.migration.name, direction: step.direction }
    return {
      version: about.version,
      name: about.name,
      environment,
      dialect,
      signal,
      app: context,
      log: (message) => events.emit('log', { ...about, message: redact(String(message)) }),
      progress: (done, total) => events.emit('progress', { ...about, done, ...(total !== undefined && { total }) }),
    }
  }
}
