import type { Body } from './body.js'
import type { Lexer } from './lexer.js'

/**
 * SQLite keeps `;` in a trigger only. Every statement of a trigger ends with one, so the trigger ends at an END that
 * directly follows a `;`, whatever CASE ... END or names spelled `end` stand in between.
 */
export class SqliteBody implements Body {
  #head: 'start' | 'create' | 'trigger' | 'other' = 'start'
  #beginAt = -1
  #afterDelimiter = false

  reset(): void {
    this.#head = 'start'
    this.#beginAt = -1
    this.#afterDelimiter = false
  }

  see(lexer: Lexer): void {
    if (this.#head === 'other') return
    if (this.#head === 'trigger') {
      if (this.#beginAt < 0) this.#beginAt = lexer.is('BEGIN') ? lexer.start : -1
      else if (this.#afterDelimiter && lexer.is('END')) this.#head = 'other'
      this.#afterDelimiter = false
    } else if (this.#head === 'create') {
      if (lexer.is('TRIGGER')) this.#head = 'trigger'
      else if (!lexer.is('TEMP') && !lexer.is('TEMPORARY')) this.#head = 'other'
    } else if (lexer.is('CREATE')) this.#head = 'create'
    else if (!lexer.is('EXPLAIN') && !lexer.is('QUERY') && !lexer.is('PLAN')) this.#head = 'other'
  }

  endsAt(): boolean {
    if (!this.#inBody) return true
    this.#afterDelimiter = true
    return false
  }

  open(): ReturnType<Body['open']> {
    return this.#inBody ? { what: 'body', offset: this.#beginAt } : undefined
  }

  get #inBody(): boolean {
    return this.#head === 'trigger' && this.#beginAt >= 0
  }
}
