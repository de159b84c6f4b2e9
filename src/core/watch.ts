import type { Emitter } from './events.js'
import type { Done } from './job.js'
import type { PreparedStep, Script } from './script.js'
import type { Transaction } from './transaction.js'

/** Follows a unit while it is played: tells which migration is at work, and how long each took. */
export class Watch<Tx extends Transaction> {
  readonly #steps: readonly PreparedStep<Tx>[]
  readonly #script: Script<Tx>
  readonly #before: number
  readonly #total: number
  readonly #events: Emitter
  readonly #begun: number[] = []

  constructor(steps: readonly PreparedStep<Tx>[], script: Script<Tx>, before: number, total: number, events: Emitter) {
    this.#steps = steps
    this.#script = script
    this.#before = before
    this.#total = total
    this.#events = events
  }

  reached(operation: number): void {
    const { step } = this.#script.origins[operation]!
    while (this.#begun.length <= step) {
      const index = this.#begun.push(performance.now()) - 1
      this.#events.emit('migrationStart', { ...this.#about(index), total: this.#total })
    }
  }

  /** The unit is committed. */
  finish(): Done[] {
    const end = performance.now()
    return this.#steps.map((_, index) => {
      const about = this.#about(index)
      const durationMs = (this.#begun[index + 1] ?? end) - (this.#begun[index] ?? end)
      this.#events.emit('migrationEnd', { ...about, total: this.#total, durationMs })
      return { version: about.version, name: about.name, direction: about.direction, durationMs }
    })
  }

  #about(index: number) {
    const { migration, direction } = this.#steps[index]!
    return { version: migration.version, name: migration.name, direction, index: this.#before + index + 1 }
  }
}
