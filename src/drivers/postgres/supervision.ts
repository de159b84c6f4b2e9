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
    let cancelling: Promise<void> | undefined
    const cancel = (): void => void (cancelling = this.cancel())
    const dead = limit === undefined ? undefined : setTimeout(() => this.#line.destroy(), atMost(limit + GRACE))
    let cut: NodeJS.Timeout | undefined
    const onAbort = (): void => {
      cut = setTimeout(() => this.#line.destroy(), CANCEL_TIMEOUT)
      cancel()
    }
    signal.addEventListener('abort', onAbort, { once: true })
    const stopLooking = whose === 'migration' ? this.#look() : undefined
    try {
      return await work()
    } finally {
      stopLooking?.()
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

  /** Looks again and again who is in the way, which PostgreSQL tells only while a statement waits. Returns what ends it. */
  #look(): (() => void) | undefined {
    const wait = this.#execution.ddlLockTimeout ?? LONGEST_PAUSE
    if (wait === 0 || this.#line.affinity !== 'session') return undefined
    let pause = Math.max(20, wait * 0.4)
    let state: 'looking' | 'over' = 'looking'
    let timer: NodeJS.Timeout
    const look = async (): Promise<void> => {
      const blockers = await this.#watch.blockers(this.#line.facts.pid)
      if (blockers.length > 0) this.#blockers = blockers
      pause = Math.min(pause * 1.2, LONGEST_PAUSE)
      if (state === 'looking') lookLater()
    }
    const lookLater = (): void => void (timer = setTimeout(() => void look(), pause).unref())
    lookLater()
    return () => {
      state = 'over'
      clearTimeout(timer)
    }
  }
}

function atMost(milliseconds: number): number {
  return Math.min(milliseconds, LONGEST_TIMER)
}
