import type { ExecutionError } from './execution.js'
import { effectOf } from './items.js'
import type { PreparedStep, Script } from './script.js'

/** How often, and for how long, what gets no lock on a table is tried. */
const MOST_TRIES = 30
const LONGEST_MS = 5 * 60_000
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 20_000
const GROWTH = 1.5

/**
 * Whether what failed may be played again: `again`, from behind so many finished items; or not, because it would call a
 * function a second time, or because something of it is committed, or may be.
 */
export type Replay =
  | { readonly kind: 'again'; readonly done: number }
  | { readonly kind: 'function' }
  | { readonly kind: 'committed' }

/**
 * Where to go on after a statement got no lock. A transaction that was rolled back is played from its beginning. A
 * migration that is counted goes on at the very statement: that one was rolled back by itself.
 */
export function replayOf(
  steps: readonly PreparedStep<never>[],
  script: Script<never>,
  { operation, outcome }: ExecutionError,
): Replay {
  const { step: index, item } = script.origins[operation]!
  const step = steps[index]!
  if (outcome === 'committed' || outcome === 'unknown') return { kind: 'committed' }
  if (step.mode === 'transaction') {
    // Without a roll-back only what stands before everything is known to have done nothing.
    if (outcome === 'none' && operation > 0) return { kind: 'committed' }
    return calledBefore(steps, script, operation) ? { kind: 'function' } : { kind: 'again', done: 0 }
  }
  // A transaction of the migration's own takes back more than one statement, and its end is not Queen's to find.
  if (step.items.some((one) => effectOf(one) === 'control')) return { kind: 'committed' }
  // The record itself: at the beginning nothing is done yet, at the end everything is.
  if (item === 0) return operation === 0 ? { kind: 'again', done: doneBefore(script) } : { kind: 'committed' }
  // A procedure may have committed what it did before it missed.
  if (effectOf(step.items[item - 1]!) === 'procedural') return { kind: 'committed' }
  // Outside of a transaction nobody takes back what a function did.
  if (script.operations[operation]!.kind === 'call') return { kind: 'function' }
  const played = script.origins.findIndex(
    (origin, at) => origin.item === item && ['statement', 'call'].includes(script.operations[at]!.kind),
  )
  return outcome === 'none' && operation > played ? { kind: 'committed' } : { kind: 'again', done: item - 1 }
}

function calledBefore(steps: readonly PreparedStep<never>[], script: Script<never>, operation: number): boolean {
  return script.operations
    .slice(0, operation + 1)
    .some(({ kind }, at) => kind === 'call' && steps[script.origins[at]!.step]!.migration.replayable !== true)
}

/** How many items a script leaves out. */
function doneBefore(script: Script<never>): number {
  return (script.origins.find((origin) => origin.item > 0)?.item ?? 1) - 1
}

/** One time that something got no lock. */
export interface Miss {
  readonly attempt: number
  readonly tries: number
  /** Until the next try; 0 when there is none. */
  readonly pauseMs: number
  /** Since the first miss. */
  readonly waitedMs: number
}

/** What is told once there will be no further try. */
export interface GivenUp extends Miss {
  readonly why: 'tries' | Exclude<Replay['kind'], 'again'>
}

/** Counts misses. What is committed in between is progress: the next statement that misses has tries of its own. */
export class Misses {
  readonly #now: () => number
  #item = -1
  #attempt = 0
  #first = 0
  #ceiling = FIRST_PAUSE_MS

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** One more, of what begins behind so many finished items. `further`: whether another try is possible at all. */
  count(done: number, further: 'possible' | 'impossible'): Miss {
    if (done !== this.#item) this.#begin(done)
    const attempt = ++this.#attempt
    const waitedMs = this.#now() - this.#first
    if (further === 'impossible' || attempt >= MOST_TRIES || waitedMs >= LONGEST_MS)
      return { attempt, tries: attempt, pauseMs: 0, waitedMs }
    // Full jitter: runs that missed together must not come back together.
    const pauseMs = Math.min(Math.ceil(Math.random() * this.#ceiling), LONGEST_MS - waitedMs)
    this.#ceiling = Math.min(this.#ceiling * GROWTH, LONGEST_PAUSE_MS)
    return { attempt, tries: MOST_TRIES, pauseMs, waitedMs }
  }

  #begin(done: number): void {
    this.#item = done
    this.#attempt = 0
    this.#first = this.#now()
    this.#ceiling = FIRST_PAUSE_MS
  }
}
