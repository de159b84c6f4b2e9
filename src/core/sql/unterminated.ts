/** A construct that the text ends in the middle of. */
export type Unclosed = 'string' | 'comment' | 'quoted name' | 'dollar quote' | 'parenthesis' | 'body'

/** Thrown by `split`: everything from `offset` on would silently be part of one statement. */
export class UnterminatedSql extends Error {
  override readonly name = 'UnterminatedSql'
  readonly what: Unclosed
  /** UTF-16 offset at which the construct opens. */
  readonly offset: number

  constructor(what: Unclosed, offset: number) {
    super(`Unterminated ${what}: it is opened at offset ${offset} and never closed.`)
    this.what = what
    this.offset = offset
  }
}
