import { QueenError } from '../core/errors.js'
import type { QueenEvents } from '../core/events.js'
import type { Queen } from '../core/queen.js'
import type { StopSignal } from './exit-code.js'

const SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM']

/**
 * Listens for the signals that end a run. The first asks it to stop behind the migration that is at work; where none
 * is (it waits for the lock, say) there is nothing to wait for, and it cancels at once, as the second always does.
 * After the second they mean what they always mean to a process.
 */
export class Signals implements Disposable {
  readonly #stop = new AbortController()
  readonly #cancel = new AbortController()
  readonly #onSignal = (signal: StopSignal): void => this.#receive(signal)
  readonly #tell: (text: string) => void
  #received: StopSignal | undefined
  #atWork: Pick<QueenEvents['migrationStart'], 'version' | 'name'> | undefined

  /** `tell` gets a line for people. */
  constructor(tell: (text: string) => void) {
    this.#tell = tell
    for (const signal of SIGNALS) process.on(signal, this.#onSignal)
  }

  /** Aborts when the run should not begin another migration. */
  get stop(): AbortSignal {
    return this.#stop.signal
  }

  /** Aborts when the migration at work should be given up. */
  get cancel(): AbortSignal {
    return this.#cancel.signal
  }

  /** The signal that came first. */
  get received(): StopSignal | undefined {
    return this.#received
  }

  /** Learns from a queen whether a migration is at work. */
  watch(queen: Pick<Queen, 'on'>): void {
    queen.on('migrationStart', (event) => (this.#atWork = event))
    queen.on('migrationEnd', () => (this.#atWork = undefined))
    queen.on('migrationFailed', () => (this.#atWork = undefined))
  }

  [Symbol.dispose](): void {
    for (const signal of SIGNALS) process.off(signal, this.#onSignal)
  }

  /** Does what a signal would do; for a terminal that hands over the key instead of sending the signal. */
  #receive(signal: StopSignal): void {
    const first = this.#received === undefined
    this.#received ??= signal
    this.#stop.abort()
    if (first && this.#atWork !== undefined) {
      const { version, name } = this.#atWork
      this.#tell(`${signal}: finishing ${version} ${name}, then stopping. Once more cancels it.`)
      return
    }
    this.#tell(`${signal}: stopping.`)
    this.#cancel.abort(new QueenError('ABORTED', `Cancelled by ${signal}`, { hint: 'run again to go on' }))
    this[Symbol.dispose]()
  }
}
