import { randomUUID } from 'node:crypto'
import type { Lock, Session } from './driver.js'
import { milliseconds } from './duration.js'
import { QueenError } from './errors.js'
import { ExecutionError, type Operation } from './execution.js'
import { explain } from './failure.js'
import { identity } from './identity.js'
import { itemsOf, modeOf } from './items.js'
import type { Done, Job, RunResult } from './job.js'
import { limited } from './limits.js'
import { acquire } from './lock.js'
import { makePlan, type Plan, type PlanRequest, type PlanStep } from './plan.js'
import { refusal, type Problem } from './problem.js'
import { reconcile, type Reconciled } from './reconcile.js'
import type { MigrationRecord } from './record.js'
import { messageOf } from './redact.js'
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
  if (first.plan.steps.length === 0 && first.plan.problems.length === 0) {
    warn(job, first.plan.warnings)
    return result(request, first.records, [])
  }
  return await locked(session, job, async (records, signal) => {
    const { plan } = planFor(records, job, request, null)
    if (plan.problems.length > 0) throw refusal(plan.problems)
    warn(job, plan.warnings)
    const again = async (): Promise<Plan<Tx>> => planFor((await session.history()) ?? [], job, request, null).plan
    return result(request, records, await new Run(session, job, signal).carryOut(plan, again))
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
  const lock: Lock = await acquire(session, { who: identity(), timeoutMs: job.lockTimeout, signal, events: job.events })
  try {
    const records = await session.history()
    if (records === null) await session.prepare()
    return await work(records ?? [], signal)
  } finally {
    await lock.release()
    job.events.emit('lockReleased', {})
  }
}

function warn(job: Job<never>, warnings: readonly Problem[]): void {
  for (const warning of warnings) job.events.emit('warning', warning)
}

function result(request: PlanRequest, before: readonly MigrationRecord[], applied: readonly Done[]): RunResult {
  const direction =
    applied.at(-1)?.direction ?? (request.action === 'down' || request.action === 'reset' ? 'down' : 'up')
  const order = inOrderOfApplication(before)
  const from = order.at(-1) ?? null
  for (const done of applied)
    if (done.direction === 'up') order.push(done.version)
    else order.splice(order.indexOf(done.version), 1)
  return { direction, applied, from, to: order.at(-1) ?? null }
}

/** The versions that are applied, the oldest application first. */
export function inOrderOfApplication(records: readonly MigrationRecord[]): string[] {
  return records
    .filter((record) => record.status === 'applied')
    .sort((a, b) => a.id - b.id)
    .map((record) => record.version)
}

/** Splits a step's SQL and decides how it is carried out. @throws QueenError `INVALID_MIGRATION`. */
export function prepare<Tx extends Transaction>(
  step: PlanStep<Tx>,
  session: Pick<Session<Tx>, 'rules'>,
): PreparedStep<Tx> {
  const items = itemsOf(step.migration, step.direction, session.rules)
  return { ...step, items, mode: modeOf(step.migration, items) }
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

  /** Plays a plan to its end, or to the first failure. `again` makes the plan anew when somebody else got ahead. */
  async carryOut(plan: Plan<Tx>, again: () => Promise<Plan<Tx>>): Promise<readonly Done[]> {
    const begun = performance.now()
    const { events, target } = this.#job
    const direction = plan.steps[0]?.direction ?? 'up'
    const runId = this.#signature.runId
    this.#total = plan.steps.length
    events.emit('runStart', { runId, direction, total: this.#total, target })
    try {
      for (let rest = this.#units(plan); rest.length > 0;) {
        this.#throwIfStopped(rest)
        const unit = rest[0]!
        if (await this.#play(unit)) rest = rest.slice(1)
        else rest = this.#units(await again())
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

  /** What is committed together: each step alone, or all of them. Everything is split before anything is run. */
  #units(plan: Plan<Tx>): PreparedStep<Tx>[][] {
    if (plan.problems.length > 0) throw refusal(plan.problems)
    const steps = plan.steps.map((step) => prepare(step, this.#session))
    if (!this.#job.atomic || steps.length === 0) return steps.map((step) => [step])
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

  #throwIfStopped(rest: readonly (readonly PreparedStep<Tx>[])[]): void {
    this.#signal.throwIfAborted()
    if (this.#job.stop?.aborted !== true) return
    const left = rest.flat().map((step) => step.migration.version)
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

  /** Plays one unit; false when somebody else has recorded it meanwhile. */
  async #play(unit: readonly PreparedStep<Tx>[], resumeAfter = 0): Promise<boolean> {
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
      if (error.failure === 'taken' && (await this.#isTaken(first))) return false
      throw await this.#failed(error, unit, script, signal)
    }
    this.#done.push(...watch.finish())
    return true
  }

  async #isTaken(step: PreparedStep<Tx>): Promise<boolean> {
    const { version, name } = step.migration
    const recorded = ((await this.#session.history()) ?? []).some((record) => record.version === version)
    if (recorded !== (step.direction === 'up')) return false
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
    const records = ((await this.#session.history()) ?? []).filter((record) => mine.has(record.version))
    const { rows } = planFor(records, job, { action: 'reset' }, null)
    const back = makePlan(
      rows.filter((row) => mine.has(row.version)),
      { action: 'reset' },
      job.policy,
    )
    let rolledBack: readonly Done[] = []
    let trouble = ''
    try {
      rolledBack = await new Run(this.#session, job, limit.signal).carryOut(back, () => Promise.resolve(back))
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
      log: (message) => events.emit('log', { ...about, message }),
      progress: (done, total) => events.emit('progress', { ...about, done, ...(total !== undefined && { total }) }),
    }
  }
}
