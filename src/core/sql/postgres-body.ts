import type { Body } from './body.js'
import type { Lexer } from './lexer.js'

/**
 * PostgreSQL keeps `;` inside parentheses (`CREATE RULE ... DO (a; b)`) and inside `BEGIN ATOMIC ... END`, the body of
 * a routine in SQL. Function bodies in other forms are strings, which the lexer has already taken care of.
 */
export class PostgresBody implements Body {
  /** How far the words so far are those of `CREATE [OR REPLACE] FUNCTION | PROCEDURE`. */
  #head: 'start' | 'create' | 'routine' | 'other' = 'start'
  #parentheses = 0
  #parenthesisAt = 0
  #delimiterInParentheses = false
  #beginAt = -1
  /** BEGIN ATOMIC, and each CASE inside, wait for one END. */
  #ends = 0
  #bodyAt = 0
  #labelFollows = false
  #copy: 'start' | 'copy' | 'from' | 'stdin' | 'other' = 'start'

  reset(): void {
    this.#head = 'start'
    this.#parentheses = 0
    this.#delimiterInParentheses = false
    this.#beginAt = -1
    this.#ends = 0
    this.#labelFollows = false
    this.#copy = 'start'
  }

  see(lexer: Lexer): void {
    if (lexer.kind === 'punctuation') {
      const code = lexer.sql.charCodeAt(lexer.start)
      if (code === 40 && this.#parentheses++ === 0) this.#parenthesisAt = lexer.start
      else if (code === 41 && this.#parentheses > 0) this.#parentheses--
    }
    if (this.#copy !== 'other') this.#seeCopy(lexer)
    if (this.#head === 'other') return
    if (this.#head === 'routine') return this.#seeRoutine(lexer)
    if (this.#head === 'start') this.#head = lexer.is('CREATE') ? 'create' : 'other'
    else if (lexer.is('FUNCTION') || lexer.is('PROCEDURE')) this.#head = 'routine'
    else if (!lexer.is('OR') && !lexer.is('REPLACE')) this.#head = 'other'
  }

  endsAt(): boolean {
    this.#beginAt = -1
    if (this.#parentheses > 0) this.#delimiterInParentheses = true
    return this.#parentheses === 0 && this.#ends === 0
  }

  open(): ReturnType<Body['open']> {
    if (this.#ends > 0) return { what: 'body', offset: this.#bodyAt }
    // Without a delimiter inside nothing was merged, and the server's message is the better one.
    if (this.#parentheses > 0 && this.#delimiterInParentheses)
      return { what: 'parenthesis', offset: this.#parenthesisAt }
    return undefined
  }

  /** Whether the statement is `COPY ... FROM STDIN`, whose data follows its delimiter. */
  get readsData(): boolean {
    return this.#copy === 'stdin'
  }

  #seeRoutine(lexer: Lexer): void {
    if (this.#ends === 0) {
      if (this.#parentheses > 0) this.#beginAt = -1
      else if (this.#beginAt >= 0 && lexer.is('ATOMIC')) {
        this.#ends = 1
        this.#bodyAt = this.#beginAt
      } else this.#beginAt = lexer.is('BEGIN') ? lexer.start : -1
      return
    }
    // `AS end` and `t.end` are names.
    if (!this.#labelFollows) {
      if (lexer.is('CASE')) this.#ends++
      else if (lexer.is('END')) this.#ends--
    }
    this.#labelFollows = lexer.is('AS') || (lexer.kind === 'punctuation' && lexer.sql[lexer.start] === '.')
  }

  #seeCopy(lexer: Lexer): void {
    if (this.#copy === 'start') this.#copy = lexer.is('COPY') ? 'copy' : 'other'
    else if (this.#parentheses > 0 || this.#copy === 'stdin') return
    else if (this.#copy === 'from' && lexer.is('STDIN')) this.#copy = 'stdin'
    else this.#copy = lexer.is('FROM') ? 'from' : 'copy'
  }
}
