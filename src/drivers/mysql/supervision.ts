import { setTimeout as sleep } from 'node:timers/promises'
import type { Blocker, Execution } from '../../core/execution.js'
import type { Line } from './line.js'
import type { Watch } from './watch.js'

/** How long a server gets to stop a statement before the line is cut. */
const STOP_TIMEOUT = 5_000
/** A statement that is stopped between two of a message goes on with the next, so it is stopped again. */
const STOP_AGAIN = 200
/** Timers that are set to more fire at once. */
const LONGEST_TIMER = 2_147_483_647
/** Milliseconds between two looks at who is in the way, at most. */
const LONGEST_PAUSE = 2_000
/** How much longer than it may take something may take before the line is taken for dead. */
const GRACE = 10_000

/**
 * Watches over what the server was given to do: has it stopped when the run is cancelled or a statement takes too long,
 * cuts a line that has gone silent, and keeps in mind who was in the way.
 */
export class Supervision {
  readonly #line: Line
  readonly #watch: Watch
  readonly #execution: Execution
  #blockers: readonly Blocker[] = []
  #stopping: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #late: 'no' | 'yes' = 'no'
  #over = new AbortController()

  constructor(line: Line, watch: Watch, execution: Execution) {
    this.#line = line
    this.#watch = watch
    this.#execution = execution
  }

  /** Who was in the way last. */
  get blockers(): readonly Blocker[] {
    return this.#blockers
  }

  /** Whether a statement was stopped because its time was up. */
  get late(): boolean {
    return this.#late === 'yes'
  }

  /** Does work on the server, which `own` may be nothing of the migration's. */
  async over<T>(whose: 'migration' | 'own', work: () => Promise<T>): Promise<T> {
    const { signal, busyTimeout } = this.#execution
    this.#over = new AbortController()
    const stop = (): void => this.#stop()
    const silent = whose === 'own' ? setTimeout(() => this.#line.destroy(), atMost(busyTimeout + GRACE)) : undefined
    signal.addEventListener('abort', stop, { once: true })
    if (whose === 'migration') void this.#look(this.#over.signal)
    try {
      return await work()
    } finally {
      this.#over.abort()
      signal.removeEventListener('abort', stop)
      clearTimeout(silent)
      clearTimeout(this.#timer)
      await this.#settled()
    }
  }

  /** A statement of the migration's begins, whose time is limited; or something else does. */
  begins(what: 'user' | 'own'): void {
    clearTimeout(this.#timer)
    const { statementTimeout } = this.#execution
    if (what === 'own' || statementTimeout === undefined) return
    this.#timer = setTimeout(() => {
      this.#late = 'yes'
      this.#stop()
    }, atMost(statementTimeout))
  }

  /** Stops a statement that a function left at work when it gave up. */
  async stopNow(): Promise<void> {
    await this.#watch.stop(this.#line.facts.connection)
    await this.#absorb()
  }

  #stop(): void {
    this.#stopping ??= this.#stopAll(this.#over.signal)
  }

  async #stopAll(over: AbortSignal): Promise<void> {
    const cut = setTimeout(() => this.#line.destroy(), STOP_TIMEOUT)
    while (!over.aborted) {
      await this.#watch.stop(this.#line.facts.connection)
      await sleep(STOP_AGAIN, undefined, { signal: over }).catch(() => {})
    }
    clearTimeout(cut)
  }

  /** A stop that is still on its way must not meet the next statement. */
  async #settled(): Promise<void> {
    if (this.#stopping === undefined) return
    await this.#stopping
    this.#stopping = undefined
    await this.#absorb()
  }

  async #absorb(): Promise<void> {
    if (this.#line.broken === undefined) await this.#line.send('DO 0')
  }

  async #look(over: AbortSignal): Promise<void> {
    const wait = this.#execution.ddlLockTimeout ?? LONGEST_PAUSE
    for (let pause = Math.max(50, wait * 0.4); ; pause = Math.min(pause * 1.2, LONGEST_PAUSE)) {
      await sleep(pause, undefined, { signal: over, ref: false }).catch(() => {})
      if (over.aborted) return
      const { connection, product } = this.#line.facts
      const blockers = await this.#watch.blockers(connection, product)
      if (blockers.length > 0) this.#blockers = blockers
    }
  }
}

function atMost(milliseconds: number): number {
  return Math.min(milliseconds, LONGEST_TIMER)
}
