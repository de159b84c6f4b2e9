import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { presentable } from './blocker.js'
import type { Session } from './driver.js'
import { milliseconds, type Duration } from './duration.js'
import { QueenError } from './errors.js'
import { ExecutionError, type Execution, type Operation } from './execution.js'
import { explain, type FailureContext } from './failure.js'
import { lookUp } from './finding.js'
import { blockers } from './health.js'
import { identity } from './identity.js'
import type { Done, Job } from './job.js'
import { limited } from './limits.js'
import { planFor } from './look.js'
import type { Plan, PlanStep } from './plan.js'
import { refusal } from './problem.js'
import { messageOf, redact } from './redact.js'
import { removeRemains } from './remains.js'
import { Misses, replayOf, type Miss, type Replay } from './replay.js'
import {
  countedScript,
  journal,
  transactionScript,
  updated,
  write,
  type Manuscript,
  type PreparedStep,
  type Recorded,
  type Script,
  type Signature,
} from './script.js'
import type { MigrationContext, Transaction } from './transaction.js'
import { unitsOf } from './units.js'
import { Watch } from './watch.js'

/** A unit that is being played, at its present try. */
interface Playing<Tx extends Transaction> {
  readonly unit: readonly PreparedStep<Tx>[]
  readonly script: Script<Tx>
  readonly watch: Watch<Tx>
  readonly signal: AbortSignal
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

  /** What is finished so far. */
  get done(): readonly Done[] {
    return this.#done
  }

  /** Plays a plan to its end, or to the first failure. */
  async carryOut(plan: Plan<Tx>): Promise<void> {
    const begun = performance.now()
    const { events, target } = this.#job
    const direction = plan.steps[0]?.direction ?? 'up'
    const runId = this.#signature.runId
    this.#total = plan.steps.length
    events.emit('runStart', { runId, direction, total: this.#total, target })
    for (const units = unitsOf(plan, this.#session, this.#job).toReversed(); units.length > 0;) {
      this.#throwIfStopped(units)
      const unit = units.pop()!
      const taken = await this.#play(unit)
      // What somebody else has done is left out. Nothing is put in its place: two who each take one step back must
      // not take back more than the two of them have seen.
      const left = taken === undefined ? [] : unit.filter((step) => step !== taken)
      if (left.length > 0) units.push(left)
    }
    events.emit('runEnd', { runId, direction, done: this.#done.length, durationMs: performance.now() - begun })
  }

  /** Goes on with one migration that was broken off, behind the items that are done. */
  async resume(step: PreparedStep<Tx>, done: number): Promise<void> {
    this.#total = 1
    await this.#play([step], done)
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
    const own = unit.length === 1 ? unit[0]!.migration.timeout : undefined
    using limit =
      own === undefined
        ? undefined
        : limited(this.#signal, milliseconds(own, 'timeout'), `Migration ${unit[0]!.migration.version}`)
    const signal = limit?.signal ?? this.#signal
    const watch = new Watch(unit, this.#done.length, this.#total, this.#job.events)
    const misses = new Misses()
    let recorded: Recorded | undefined
    let script = this.#script(unit, signal, resumeAfter, recorded)
    for (;;) {
      const playing = { unit, script, watch, signal }
      try {
        await this.#execute(unit[0]!, script.operations, signal, {
          reached: (operation) => watch.reached(playing.script.origins[operation]!.step),
          notice: (notice) => watch.noticed(notice),
        })
        this.#done.push(...watch.finish())
        return undefined
      } catch (error) {
        if (!(error instanceof ExecutionError)) throw error
        if (error.failure === 'taken' && (await this.#isTaken(stepOf(error, playing)))) return stepOf(error, playing)
        if (error.failure !== 'locked') throw await this.#failed(error, playing)
        const done = await this.#missed(error, playing, misses)
        // The record of a counted migration goes ahead of its first statement.
        if (error.operation > 0) recorded = 'already'
        script = this.#script(unit, signal, done, recorded)
      }
    }
  }

  #script(
    unit: readonly PreparedStep<Tx>[],
    signal: AbortSignal,
    done: number,
    recorded: Recorded | undefined,
  ): Script<Tx> {
    const manuscript: Manuscript<Tx> = {
      signature: this.#signature,
      contextOf: (step) => this.#context(step, signal),
      isolation: this.#job.isolation,
    }
    const first = unit[0]!
    return first.mode === 'transaction'
      ? transactionScript(unit, manuscript)
      : countedScript(first, manuscript, done, recorded)
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

  /**
   * After a statement got no lock: waits for the next try, and returns how many items are done by then.
   *
   * @throws QueenError when there will be none, or somebody cancels or stops meanwhile
   */
  async #missed(error: ExecutionError, playing: Playing<Tx>, misses: Misses): Promise<number> {
    const replay = await this.#replayOf(error, playing)
    const done = replay.kind === 'again' ? replay.done : 0
    const miss = misses.count(done, replay.kind === 'again' ? 'possible' : 'impossible')
    this.#tellMiss(error, playing, miss)
    if (replay.kind !== 'again' || miss.attempt >= miss.tries) {
      const why = replay.kind === 'again' ? 'tries' : replay.kind
      throw await this.#failed(error, playing, { givenUp: { ...miss, why } })
    }
    const reason = await this.#pause(miss.pauseMs, playing.signal)
    if (reason === undefined) return done
    const { operation, outcome } = error
    const ended = new ExecutionError(messageOf(reason), { failure: 'cancelled', operation, outcome })
    throw await this.#failed(ended, playing, { reason })
  }

  /** Where to go on. What a statement that commits by itself left behind must be gone before it is tried again. */
  async #replayOf(error: ExecutionError, { unit, script }: Playing<Tx>): Promise<Replay> {
    const replay = replayOf(unit, script, error)
    const item = unit[0]!.items[script.origins[error.operation]!.item - 1]
    if (replay.kind !== 'again' || error.outcome !== 'none' || unit[0]!.mode !== 'counted') return replay
    try {
      await removeRemains(this.#session, this.#job.events, unit[0]!, item)
      return replay
    } catch {
      return { kind: 'committed' }
    }
  }

  #tellMiss(error: ExecutionError, playing: Playing<Tx>, miss: Miss): void {
    const { migration, direction } = stepOf(error, playing)
    const { version, name } = migration
    const told = { version, name, direction, ...miss, blockers: error.blockers.map(presentable) }
    this.#job.events.emit('lockMiss', told)
  }

  /** Waits; returns why it was ended early, when it was. */
  async #pause(ms: number, signal: AbortSignal): Promise<QueenError | undefined> {
    const { stop } = this.#job
    const either = AbortSignal.any(stop === undefined ? [signal] : [signal, stop])
    await sleep(ms, undefined, { signal: either }).catch(() => {})
    if (signal.aborted) return signal.reason as QueenError
    return stop?.aborted === true ? new QueenError('ABORTED', 'Stopped as asked') : undefined
  }

  async #execute(
    { migration, direction }: PreparedStep<Tx>,
    operations: readonly Operation<Tx>[],
    signal: AbortSignal,
    ears: Pick<Execution, 'reached' | 'notice'> = {},
  ): Promise<void> {
    const time = (what: 'statementTimeout' | 'ddlLockTimeout'): number | undefined => {
      const own: Duration | undefined = migration[what]
      return own === undefined ? this.#job[what] : milliseconds(own, what)
    }
    await this.#session.execute(operations, {
      activity: { direction, version: migration.version, name: migration.name },
      busyTimeout: this.#job.lockTimeout,
      statementTimeout: time('statementTimeout'),
      ddlLockTimeout: time('ddlLockTimeout'),
      signal,
      ...ears,
    })
  }

  /** Explains a failure, and records it where the database still answers. */
  async #failed(
    error: ExecutionError,
    playing: Playing<Tx>,
    known: Pick<FailureContext, 'givenUp'> & Partial<Pick<FailureContext, 'reason'>> = {},
  ): Promise<QueenError> {
    const { unit, script, watch, signal } = playing
    const { direction, migration } = stepOf(error, playing)
    const { version, name } = migration
    const finding = await this.#lookedUp(error, playing)
    if (finding?.kind === 'committed') this.#done.push(...watch.finish())
    else watch.end()
    const context = { steps: unit, script, applied: [...this.#done], reason: signal.reason as QueenError, ...known }
    const explained = explain(error, { ...context, finding })
    if (finding?.kind === 'committed') return explained
    if (error.failure !== 'lost') await this.#note(error, playing)
    this.#job.events.emit('migrationFailed', { version, name, direction, error: explained })
    return explained
  }

  /** A COMMIT whose reply was lost is looked up, not guessed. A counted migration's record tells by itself. */
  async #lookedUp(error: ExecutionError, playing: Playing<Tx>) {
    const { migration, direction, mode } = stepOf(error, playing)
    if (error.failure !== 'lost' || error.outcome !== 'unknown' || mode !== 'transaction') return undefined
    const { version, name } = migration
    this.#job.events.emit('warning', {
      severity: 'warning',
      code: 'CONNECTION_FAILED',
      message: `The connection was lost while ${version} ${name} was at work: looking up what became of it`,
      hint: '',
      versions: [version],
    })
    return await lookUp(this.#session, this.#job, { runId: this.#signature.runId, version, direction })
  }

  /** The failure itself matters more than the notes about it: where they cannot be written they are simply missing. */
  async #note(error: ExecutionError, playing: Playing<Tx>): Promise<void> {
    const step = stepOf(error, playing)
    const text = messageOf(error).slice(0, 2_000)
    const entry = write(journal(step, this.#signature, { outcome: 'failed', error: text }))
    const failed = write(updated(step, { status: 'failed', error: text }))
    // A transaction took its record back with it, unless the migration itself committed it half-way. Without the lock
    // the record may be somebody else's by now.
    const stays = error.failure !== 'unlocked' && (step.mode === 'counted' || error.failure === 'escaped')
    // Each in a transaction, since a pooler allows nothing outside of one; and in one of its own, since there may be an
    // entry without a record.
    const notes = (stays ? [entry, failed] : [entry]).flatMap((note): Operation<Tx>[] => [
      { kind: 'begin' },
      note,
      { kind: 'commit' },
    ])
    await this.#execute(step, notes, AbortSignal.timeout(30_000)).catch(() => {})
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

function stepOf<Tx extends Transaction>(
  { operation }: ExecutionError,
  { unit, script }: Playing<Tx>,
): PreparedStep<Tx> {
  return unit[script.origins[operation]?.step ?? 0]!
}
