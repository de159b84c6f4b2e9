import type { Notice } from '../../core/execution.js'
import type { Line } from './line.js'
import { fitting } from './longest.js'
import type { Result, ServerError } from './message.js'
import { MARKER, type Part } from './parts.js'

/** What became of parts that were sent. */
export interface Sent {
  readonly replies: readonly Result[]
  readonly error?: ServerError
  /** Index of the part that failed; undefined stands for none. */
  readonly failed: number
}

interface Ears {
  /** A part begins, as far as can be told. */
  readonly begins: (part: Part) => void
  readonly notice: (notice: Notice) => void
}

/** How many statements are in one message at most: what the server answers is kept until it is over. */
const MOST = 500

/**
 * Sends parts, all in one message where the connection takes several statements at once, and keeps account of how far the
 * server has come: each part gives one result, but a statement of the migration's any number, up to its marker.
 */
export class Transmission {
  readonly #line: Pick<Line, 'send' | 'statements' | 'facts'>
  readonly #parts: readonly Part[]
  readonly #ears: Ears
  readonly #replies: Result[] = []
  /** The part whose result comes next. */
  #at = 0
  /** The last result of a statement, which is what `SHOW WARNINGS` said as soon as the marker has come. */
  #last: Result | undefined

  constructor(line: Pick<Line, 'send' | 'statements' | 'facts'>, parts: readonly Part[], ears: Ears) {
    this.#line = line
    this.#parts = parts
    this.#ears = ears
  }

  async send(): Promise<Sent> {
    return this.#line.statements === 'many' ? await this.#together() : await this.#oneByOne()
  }

  async #together(): Promise<Sent> {
    const texts = this.#parts.map(({ text }) => text)
    while (this.#at < this.#parts.length) {
      const first = this.#at
      const count = Math.min(fitting(texts, first, this.#line.facts.longest), MOST)
      // Each ends on a line of its own, because a comment may be the last of it; and begins right behind the delimiter,
      // since the server counts lines from there.
      const text = texts.slice(first, first + count).join('\n;')
      const end = first + count
      this.#begin()
      const { error } = await this.#line.send(text, (result) => this.#came(result))
      if (error !== undefined) return { replies: this.#replies, error, failed: this.#failed() }
      this.#at = end
    }
    return { replies: this.#replies, failed: -1 }
  }

  /** An error behind the rows of a statement whose marker has not come is of that statement. */
  #failed(): number {
    return Math.min(this.#at, this.#parts.length - 1)
  }

  #came(result: Result): void {
    this.#replies.push(result)
    const part = this.#parts[this.#at]!
    if (part.purpose !== 'user') return this.#next()
    if (result.columns.length !== 1 || result.columns[0] !== MARKER) {
      this.#last = result
      return
    }
    this.#remarked(this.#last)
    this.#last = undefined
    // Behind the statement stand its warnings and its marker.
    this.#at += 2
    this.#next()
  }

  #next(): void {
    this.#at++
    this.#begin()
  }

  #begin(): void {
    const part = this.#parts[this.#at]
    if (part !== undefined) this.#ears.begins(part)
  }

  async #oneByOne(): Promise<Sent> {
    let warnings = 0
    for (; this.#at < this.#parts.length; this.#at++) {
      const part = this.#parts[this.#at]!
      if (part.purpose === 'marker' || (part.purpose === 'warnings' && warnings === 0)) continue
      this.#ears.begins(part)
      const { error, results } = await this.#line.send(part.text)
      this.#replies.push(...results)
      if (error !== undefined) return { replies: this.#replies, error, failed: this.#at }
      if (part.purpose === 'warnings') this.#remarked(results[0])
      // A result with rows does not tell; it is asked then.
      const ok = results.at(-1)?.ok
      if (part.purpose === 'user') warnings = ok === undefined ? 1 : (ok.warningStatus ?? 0)
    }
    return { replies: this.#replies, failed: -1 }
  }

  #remarked(result: Result | undefined): void {
    // The rows of a result arrive behind its beginning, and before that of the next.
    for (const [level, code, message] of result?.rows ?? [])
      this.#ears.notice({ severity: (level ?? 'Warning').toUpperCase(), message: `${message} (${code})` })
  }
}
