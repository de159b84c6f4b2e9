import type { Blocker, Execution } from '../../core/execution.js'
import type { PgClient } from './client.js'
import type { Line } from './line.js'
import { Lookout } from './lookout.js'
import { LOCK_TIMEOUT } from './script-messages.js'
import type { Watch } from './watch.js'

/** How long a server gets to stop a statement before the line is cut. */
const CANCEL_TIMEOUT = 5_000
/** How much longer than it may take something may take before the line is taken for dead. */
const GRACE = 10_000
/** Timers that are set to more fire at once. */
const LONGEST_TIMER = 2_147_483_647

/**
 * Watches over what the server was given to do: has it stopped when the run is cancelled, cuts a line that has gone
 * silent, and keeps in mind who was in the way.
 */
export class Supervision<Client extends PgClient> {
  readonly #line: Line<Client>
  readonly #watch: Watch<Client>
  readonly #execution: Execution
  readonly #lookout: Lookout
  /** Whether it has taken the last order to stop. */
  #server: 'answers' | 'silent' = 'answers'

  constructor(line: Line<Client>, watch: Watch<Client>, execution: Execution) {
    this.#line = line
    this.#watch = watch
    this.#execution = execution
    const { ddlLockTimeout: within = LOCK_TIMEOUT, waiting } = execution
    this.#lookout = new Lookout({ blockers: async () => await watch.blockers(line.facts.pid), within, waiting })
  }

  /** Who was in the way last. */
  get blockers(): readonly Blocker[] {
    return this.#lookout.seen
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
    // Behind a pooler nobody knows which backend it is.
    if (whose === 'migration' && this.#line.affinity === 'session') this.#lookout.start()
    try {
      return await work()
    } finally {
      this.#lookout.stop()
      signal.removeEventListener('abort', onAbort)
      clearTimeout(cut)
      clearTimeout(dead)
      // A cancellation that is still on its way must not meet the next statement.
      await cancelling
    }
  }

  /** Cleans up behind a migration. When the run is cancelled nobody waits for a line that has gone silent. */
  async after<T>(work: () => Promise<T>): Promise<T> {
    const cut = this.#execution.signal.aborted ? setTimeout(() => this.#line.destroy(), CANCEL_TIMEOUT) : undefined
    try {
      return await work()
    } finally {
      clearTimeout(cut)
    }
  }

  /** Has the server stop whatever it is doing for this session. */
  async cancel(): Promise<void> {
    if (this.#server === 'silent') return
    if (!(await this.#watch.cancel(this.#line.facts.pid))) this.#server = 'silent'
  }
}

function atMost(milliseconds: number): number {
  return Math.min(milliseconds, LONGEST_TIMER)
}
