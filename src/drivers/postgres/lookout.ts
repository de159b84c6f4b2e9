import type { Blocker } from '../../core/execution.js'

/** Milliseconds between two looks, at most. */
const LONGEST_PAUSE = 2_000
/** After so many milliseconds a wait is told of, and again after so many more. */
const WORTH_TELLING = 3_000
const TELL_AGAIN = 10_000

/** What a lookout looks with, and whom it tells. */
interface Duty {
  readonly blockers: () => Promise<readonly Blocker[]>
  /** Milliseconds a statement waits before it gives up: by then it must have been looked at. */
  readonly within: number
  readonly waiting?: ((blockers: readonly Blocker[], waitedMs: number) => void) | undefined
}

/** Keeps in mind who is in a statement's way, which PostgreSQL tells only while the statement waits. */
export class Lookout {
  readonly #duty: Duty
  #timer: NodeJS.Timeout | undefined
  #pause = 0
  #seen: readonly Blocker[] = []
  #waitsSince: number | undefined
  #told = -Infinity

  constructor(duty: Duty) {
    this.#duty = duty
  }

  /** Who was in the way last. */
  get seen(): readonly Blocker[] {
    return this.#seen
  }

  /** Looks again and again, until it is stopped. */
  start(): void {
    this.#pause = Math.max(20, (this.#duty.within || LONGEST_PAUSE) * 0.4)
    this.#waitsSince = undefined
    this.#wait()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #wait(): void {
    const timer = setTimeout(() => void this.#look(timer), Math.min(this.#pause, LONGEST_PAUSE)).unref()
    this.#timer = timer
  }

  async #look(turn: NodeJS.Timeout): Promise<void> {
    const blockers = await this.#duty.blockers()
    if (blockers.length > 0) this.#seen = blockers
    if (this.#timer !== turn) return
    this.#tell(blockers)
    this.#pause *= 1.2
    this.#wait()
  }

  #tell(blockers: readonly Blocker[]): void {
    const now = performance.now()
    this.#waitsSince = blockers.length === 0 ? undefined : (this.#waitsSince ?? now)
    if (this.#waitsSince === undefined || now - this.#waitsSince < WORTH_TELLING || now - this.#told < TELL_AGAIN)
      return
    this.#told = now
    this.#duty.waiting?.(blockers, now - this.#waitsSince)
  }
}
