import type { Codes } from './codes.js'
import type { LexicalRules } from './dialect.js'
import { Lexer } from './lexer.js'
import { endsWithLine } from './token.js'

const SPACE = 32
const LF = 10
const CR = 13

/** Large enough to make flushes rare, small enough to stay in a processor's cache. */
const chunk = 1 << 15

/**
 * The arrays all texts pass through, one after the other: most are short, and there may be thousands of them. Nothing is
 * left in them between two texts, and whoever takes a piece must not normalise another text meanwhile.
 */
const latin1 = new Uint8Array(chunk)
const utf16 = new Uint16Array(chunk)
const latin1Bytes = Buffer.from(latin1.buffer)
const utf16Bytes = Buffer.from(utf16.buffer)

/** Collects characters in a typed array: joining millions of small strings costs several times as much. */
class Output {
  readonly #sql: string
  readonly #source: Codes
  readonly #codes: Codes
  readonly #bytes: Buffer
  readonly #take: (text: string) => void
  #length = 0

  constructor({ sql, codes }: Lexer, take: (text: string) => void) {
    this.#sql = sql
    this.#source = codes
    this.#take = take
    this.#codes = codes instanceof Uint16Array ? utf16 : latin1
    this.#bytes = codes instanceof Uint16Array ? utf16Bytes : latin1Bytes
  }

  put(code: number): void {
    if (this.#length === chunk) this.flush()
    this.#codes[this.#length++] = code
  }

  /** Takes a slice of the text over; a piece handed on never ends within one, so no surrogate pair is cut. */
  copy(start: number, end: number): void {
    if (this.#length + end - start > chunk) {
      this.flush()
      if (end - start > chunk) return this.#take(this.#sql.slice(start, end))
    }
    const codes = this.#codes
    const source = this.#source
    let length = this.#length
    for (let i = start; i < end; i++) codes[length++] = source[i]!
    this.#length = length
  }

  /** Comments are the one kind of content in which CRLF and LF are the same. */
  copyLines(start: number, end: number): void {
    const source = this.#source
    let from = start
    for (let i = start; i < end - 1; i++) {
      if (source[i] === CR && source[i + 1] === LF) {
        this.copy(from, i)
        from = i + 1
      }
    }
    this.copy(from, end)
  }

  flush(): void {
    const { BYTES_PER_ELEMENT: size } = this.#codes
    if (this.#length > 0) this.#take(this.#bytes.toString(size === 1 ? 'latin1' : 'utf16le', 0, this.#length * size))
    this.#length = 0
  }
}

/**
 * The canonical text of some SQL: equal for texts that differ only in white space between tokens (and a byte order
 * mark, and CRLF for LF outside of literals), different for any others.
 *
 * It is the tokens with one separator in between, and lexing it gives the same tokens again, so two texts with the
 * same canonical text have the same tokens. A space separates, but a line end does after what only a line end closes.
 */
export function normalise(sql: string, rules: LexicalRules): string {
  const pieces: string[] = []
  normaliseInto(sql, rules, (piece) => pieces.push(piece))
  return pieces.join('')
}

/** The same, handed on in pieces, for a hash that has no need of the whole. */
export function normaliseInto(sql: string, rules: LexicalRules, take: (piece: string) => void): void {
  const lexer = new Lexer(sql, rules)
  const out = new Output(lexer, take)
  let separator = 0
  while (lexer.next()) {
    const { kind, start, end } = lexer
    if (separator !== 0) out.put(kind === 'delimiterLine' ? LF : separator)
    separator = SPACE
    if (kind === 'lineComment' || kind === 'blockComment' || kind === 'delimiterLine') {
      out.copyLines(start, end)
      if (endsWithLine(kind)) separator = LF
    } else if (lexer.gaps.length > 0) copyContinued(lexer, out)
    else out.copy(start, end)
  }
  out.flush()
}

/** White space in the gaps of a continued string is none of its content, but a line end there is what continues it. */
function copyContinued({ gaps, sql, rules, start, end }: Lexer, out: Output): void {
  let from = start
  for (let i = 0; i < gaps.length; i += 2) {
    const gap = gaps[i]!
    out.copy(from, gap)
    out.put(LF)
    from = gaps[i + 1]!
    const comments = new Lexer(sql.slice(gap, from), rules)
    while (comments.next()) {
      out.copy(gap + comments.start, gap + comments.end)
      out.put(LF)
    }
  }
  out.copy(from, end)
}
