import { presentable } from './blocker.js'
import type { Emitter } from './events.js'
import type { Blocker, Notice } from './execution.js'
import type { Done } from './job.js'
import { redact } from './redact.js'
import type { PreparedStep } from './script.js'
import type { Transaction } from './transaction.js'

/** How many remarks of the database are passed on for one migration. */
const MOST_NOTICES = 200
const LONGEST_NOTICE = 2_000

/** Follows a unit while it is played: tells which migration is at work, what is remarked, and how long each took. */
export class Watch<Tx extends Transaction> {
  readonly #steps: readonly PreparedStep<Tx>[]
  readonly #before: number
  readonly #total: number
  readonly #events: Emitter
  readonly #begun: number[] = []
  readonly #noticed: number[] = []
  #current = 0

  constructor(steps: readonly PreparedStep<Tx>[], before: number, total: number, events: Emitter) {
    this.#steps = steps
    this.#before = before
    this.#total = total
    this.#events = events
  }

  /** A step is at work, perhaps not for the first time. */
  reached(step: number): void {
    this.#current = step
    while (this.#begun.length <= step) {
      const index = this.#begun.push(performance.now()) - 1
      this.#events.emit('migrationStart', { ...this.#about(index), ...this.#place(index) })
    }
  }

  noticed({ severity, message }: Notice): void {
    const count = (this.#noticed[this.#current] ?? 0) + 1
    this.#noticed[this.#current] = count
    if (count > MOST_NOTICES) return
    const text = redact(message).slice(0, LONGEST_NOTICE)
    this.#events.emit('notice', { ...this.#about(this.#current), severity, message: text })
  }

  waiting(blockers: readonly Blocker[], waitedMs: number): void {
    const about = this.#about(this.#current)
    this.#events.emit('tableWait', { ...about, waitedMs, blockers: blockers.map(presentable) })
  }

  /** The unit is committed. */
  finish(): Done[] {
    const end = performance.now()
    this.end()
    return this.#steps.map((_, index) => {
      const about = this.#about(index)
      const durationMs = (this.#begun[index + 1] ?? end) - (this.#begun[index] ?? end)
      this.#events.emit('migrationEnd', { ...about, ...this.#place(index), durationMs })
      return { ...about, durationMs }
    })
  }

  /** Nothing more will be remarked. */
  end(): void {
    for (const [index, count] of this.#noticed.entries())
      if (count > MOST_NOTICES)
        this.#events.emit('notice', {
          ...this.#about(index),
          severity: 'NOTICE',
          message: `${count - MOST_NOTICES} more were left out`,
        })
    this.#noticed.length = 0
  }

  #about(index: number) {
    const { migration, direction } = this.#steps[index]!
    return { version: migration.version, name: migration.name, direction }
  }

  #place(index: number) {
    return { index: this.#before + index + 1, total: this.#total }
  }
}
