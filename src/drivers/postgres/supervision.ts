import { setTimeout as sleep } from 'node:timers/promises'
import type { Blocker, Execution } from '../../core/execution.js'
import type { PgClient } from './client.js'
import type { Line } from './line.js'
import type { Watch } from './watch.js'

/** How long a server gets to stop a statement before the line is cut. */
const CANCEL_TIMEOUT = 5_000
/** How much longer than it may take something may take before the line is taken for dead. */
const GRACE = 10_000
/** Timers that are set to more fire at once. */
const LONGEST_TIMER = 2_147_483_647
/** Milliseconds between two looks at who is in the way, at most. */
const LONGEST_PAUSE = 2_000
/** After so many milliseconds a wait is told of, and again after so many more. */
const WORTH_TELLING = 3_000
const TELL_AGAIN = 10_000

/**
 * Watches over what the server was given to do: has it stopped when the run is cancelled, cuts a line that has gone
 * silent, and keeps in mind who was in the way.
 */
export class Supervision<Client extends PgClient> {
  readonly #line: Line<Client>
  readonly #watch: Watch<Client>
  readonly #execution: Execution
  #blockers: readonly Blocker[] = []

  constructor(line: Line<Client>, watch: Watch<Client>, execution: Execution) {
    this.#line = line
    this.#watch = watch
    this.#execution = execution
  }

  /** Who was in the way last. */
  get blockers(): readonly Blocker[] {
    return this.#blockers
  }

  /**
   * Does work on the server. `limit` are the milliseconds it may take, undefined where nobody set any; `migration` work
   * may have to wait for others.
   */
  async over<T>(whose: 'migration' | 'own', limit: number | undefined, work: () => Promise<T>): Promise<T> {
    const { signal } = this.#execution
    const over = new AbortController()
    let cancelling: Promise<void> | undefined
    const cancel = (): void => void (cancelling = this.cancel())
    const dead = limit === undefined ? undefined : setTimeout(() => this.#line.destroy(), atMost(limit + GRACE))
    let cut: NodeJS.Timeout | undefined
    const onAbort = (): void => {
      cut = setTimeout(() => this.#line.destroy(), CANCEL_TIMEOUT)
      cancel()
    }
    signal.addEventListener('abort', onAbort, { once: true })
    if (whose === 'migration') void this.#look(over.signal)
    try {
      return await work()
    } finally {
      over.abort()
      signal.removeEventListener('abort', onAbort)
      clearTimeout(cut)
      clearTimeout(dead)
      // A cancellation that is still on its way must not meet the next statement.
      await cancelling
    }
  }

  /** Has the server stop whatever it is doing for this session. */
  async cancel(): Promise<void> {
    await this.#watch.cancel(this.#line.facts.pid)
  }

  /** PostgreSQL tells who blocks a statement only while it waits. */
  async #look(over: AbortSignal): Promise<void> {
    if (this.#line.affinity !== 'session') return
    const wait = this.#execution.ddlLockTimeout || LONGEST_PAUSE
    let waitsSince: number | undefined
    let told = -Infinity
    for (let pause = Math.max(20, wait * 0.4); ; pause = Math.min(pause * 1.2, LONGEST_PAUSE)) {
      await sleep(pause, undefined, { signal: over, ref: false }).catch(() => {})
      if (over.aborted) return
      const blockers = await this.#watch.blockers(this.#line.facts.pid)
      const now = performance.now()
      waitsSince = blockers.length === 0 ? undefined : (waitsSince ?? now)
      if (waitsSince === undefined) continue
      this.#blockers = blockers
      if (over.aborted || now - waitsSince < WORTH_TELLING || now - told < TELL_AGAIN) continue
      this.#execution.waiting?.(blockers, now - waitsSince)
      told = now
    }
  }
}

function atMost(milliseconds: number): number {
  return Math.min(milliseconds, LONGEST_TIMER)
}
