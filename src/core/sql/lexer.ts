import { charClass, tablesFor } from './char-class.js'
import { type Codes, codesOf } from './codes.js'
import { delimiterLineAt } from './delimiter-line.js'
import type { LexicalRules } from './dialect.js'
import * as scan from './scan.js'
import type { TokenKind } from './token.js'

const BYTE_ORDER_MARK = 0xfeff

/**
 * A cursor over SQL text that stops at one token after the other, as the server's own lexer would.
 *
 * It is mutable and gives no token objects because a checksum runs over every character of every migration: the
 * caller reads `kind`, `start` and `end` (UTF-16 offsets) after each `next()`. White space lies between tokens,
 * everything else inside one. What is never closed becomes one token up to the end, with `unterminated` set.
 */
export class Lexer {
  readonly sql: string
  /** The text's UTF-16 units. */
  readonly codes: Codes
  readonly rules: LexicalRules
  kind: TokenKind = 'punctuation'
  start: number
  /** Where the token ends, and where the search for the next one starts: set it to skip text that is not SQL. */
  end: number
  /** Whether the current token was cut off by the end of the text. */
  unterminated = false
  /** Whether the position is inside a MySQL comment that holds code. */
  insideCode = false
  /** The gaps of a string continued over lines: pairs of offsets, empty for any other token. */
  gaps: readonly number[] = noGaps
  /** What ends a statement now. Anything but `;` was set by a DELIMITER line. */
  delimiter = ';'
  readonly #startClass: Uint8Array
  readonly #wordPart: Uint8Array
  readonly #operatorPart: Uint8Array
  /** Nothing but comments since the last delimiter: here alone the client looks for a DELIMITER line. */
  #fresh = true
  #nextDelimiter = -1
  readonly #follows: boolean
  /** The operator run scanned last; what munching left of it is signs, one token each. */
  #runEnd = 0
  #afterAs = false

  constructor(sql: string, rules: LexicalRules, from = 0) {
    this.sql = sql
    this.codes = codesOf(sql)
    this.rules = rules
    const tables = tablesFor(rules)
    this.#startClass = tables.start
    this.#wordPart = tables.wordPart
    this.#operatorPart = tables.operatorPart
    this.#follows = rules.delimiterLines
    this.start = this.end = from === 0 && this.codes[0] === BYTE_ORDER_MARK ? 1 : from
  }

  /** Moves to the next token; false at the end of the text. */
  next(): boolean {
    const { codes } = this
    const startClass = this.#startClass
    const { length } = this.sql
    let at = this.end
    let code = 0
    let found: number | undefined = charClass.space
    for (; at < length; at++) {
      code = codes[at]!
      found = code < 128 ? startClass[code] : this.#classBeyondAscii(code)
      if (found !== charClass.space) break
    }
    this.start = at
    if (at >= length) {
      this.end = length
      return false
    }
    if (this.gaps !== noGaps) this.gaps = noGaps
    if (this.delimiter === ';') {
      this.#scan(found, code, at)
      if (this.#follows) this.#follow()
    } else this.#scanWithDelimiter(found, code, at)
    return true
  }

  /** The current token's text. */
  text(): string {
    return this.sql.slice(this.start, this.end)
  }

  /** The current token's text in upper case when it is an unquoted word, otherwise nothing. */
  keyword(): string {
    return this.kind === 'word' ? this.text().toUpperCase() : ''
  }

  /** Whether the current token is this unquoted word, given in upper case; no string is made for the answer. */
  is(word: string): boolean {
    if (this.kind !== 'word' || this.end - this.start !== word.length) return false
    for (let i = 0; i < word.length; i++) {
      const code = this.codes[this.start + i]!
      if ((code >= 97 && code <= 122 ? code - 32 : code) !== word.charCodeAt(i)) return false
    }
    return true
  }

  #scan(found: number | undefined, code: number, at: number): void {
    const { codes, rules } = this
    switch (found) {
      case charClass.word:
        return this.#word(at)
      case charClass.digit:
        return this.#to('number', scan.numberEnd(codes, at, this.#wordPart))
      case charClass.string:
        return this.#string(at, rules.backslashes === 'in strings', false)
      case charClass.name:
        return this.#to('quotedName', scan.quotedEnd(codes, at + 1, code, false))
      case charClass.bracketName:
        return this.#to('quotedName', scan.quotedEnd(codes, at + 1, 93, false, true))
      case charClass.dash:
        return this.#dashStartsComment(at) ? this.#lineComment(at) : this.#operator(at)
      case charClass.slash:
        return codes[at + 1] === 42 ? this.#blockComment(at) : this.#operator(at)
      case charClass.hashComment:
        return this.#lineComment(at)
      case charClass.operator:
        return this.#operator(at)
      case charClass.dot:
        return this.#dot(at)
      case charClass.colon:
        return this.#colon(at)
      case charClass.dollar:
        return this.#dollar(at)
      case charClass.parameter:
        return rules.parameters === 'mysql' ? this.#mysqlParameter(at) : this.#sqliteParameter(at)
      case charClass.delimiter:
        return this.#to(this.delimiter === ';' ? 'delimiter' : 'punctuation', at + 1)
      default:
        return this.#to('punctuation', at + 1)
    }
  }

  #to(kind: TokenKind, end: number): void {
    this.kind = kind
    this.unterminated = end === scan.unclosed
    this.end = this.unterminated ? this.sql.length : end
  }

  #wordEnd(at: number): number {
    return scan.wordEnd(this.codes, at, this.#wordPart)
  }

  #word(at: number): void {
    const { codes, rules } = this
    const end = this.#wordEnd(at)
    if (end === at + 1) {
      const next = codes[end]!
      const letter = this.sql[at]!
      if (next === 39 && rules.stringPrefixes.includes(letter)) {
        const escapes = rules.backslashes === 'in E strings' ? letter === 'e' || letter === 'E' : true
        const raw = rules.rawPrefixes.includes(letter)
        return this.#string(end, escapes && !raw && rules.backslashes !== 'nowhere', raw)
      }
      if (next === 38 && rules.unicodePrefix && (letter === 'u' || letter === 'U')) {
        const quote = codes[end + 1]!
        if (quote === 39) return this.#string(end + 1, false, false)
        if (quote === 34) return this.#to('quotedName', scan.quotedEnd(codes, end + 2, quote, false))
      }
    }
    if (this.#afterAs && codes[at] === 36) {
      const tagEnd = scan.dollarTagEnd(codes, at)
      if (tagEnd >= 0) return this.#dollarString(at, tagEnd)
    }
    this.#to('word', end)
  }

  #string(quoteAt: number, backslashes: boolean, raw: boolean): void {
    const { codes } = this
    const quote = codes[quoteAt]!
    let end = scan.quotedEnd(codes, quoteAt + 1, quote, backslashes, raw)
    if (this.rules.stringContinuation && end !== scan.unclosed) {
      let gaps: number[] | undefined
      for (let next = scan.continuation(codes, end); next >= 0; next = scan.continuation(codes, end)) {
        this.gaps = gaps ??= []
        gaps.push(end, next)
        end = scan.quotedEnd(codes, next + 1, quote, backslashes, raw)
        if (end === scan.unclosed) break
      }
    }
    this.#to('string', end)
  }

  #dollar(at: number): void {
    const { codes, rules } = this
    if (rules.parameters === 'sqlite') return this.#sqliteParameter(at)
    let end = at + 1
    while (codes[end]! >= 48 && codes[end]! <= 57) end++
    if (end > at + 1) return this.#to('parameter', end)
    const tagEnd = scan.dollarTagEnd(codes, at)
    return tagEnd < 0 ? this.#to('punctuation', at + 1) : this.#dollarString(at, tagEnd)
  }

  #dollarString(at: number, tagEnd: number): void {
    const tag = this.sql.slice(at, tagEnd)
    const close = this.sql.indexOf(tag, tagEnd)
    this.#to('dollarString', close < 0 ? scan.unclosed : close + tag.length)
  }

  #dashStartsComment(at: number): boolean {
    const { codes, sql } = this
    if (codes[at + 1] !== 45) return false
    if (this.rules.dashComments === 'always' || at + 2 >= sql.length) return true
    const third = codes[at + 2]!
    return third <= 32 || third === 127
  }

  #lineComment(at: number): void {
    this.#to('lineComment', scan.lineCommentEnd(this.codes, at, this.rules.lineCommentEnds === 'LF or CR'))
  }

  #blockComment(at: number): void {
    const { codes, rules, sql } = this
    if (rules.codeComments) {
      const bang = codes[at + 2] === 77 ? at + 3 : at + 2
      if (codes[bang] === 33) {
        let end = bang + 1
        while (end < bang + 7 && codes[end]! >= 48 && codes[end]! <= 57) end++
        this.insideCode = true
        return this.#to('codeOpen', end)
      }
    }
    const end = scan.blockCommentEnd(codes, at, rules.nestedComments)
    if (end !== scan.unclosed || rules.openBlockComment === 'refused') return this.#to('blockComment', end)
    // SQLite takes the opener at the very end of the text for two operators.
    return at + 2 >= sql.length ? this.#to('operator', at + 1) : this.#to('blockComment', sql.length)
  }

  #operator(at: number): void {
    const { codes, rules, sql } = this
    if (rules.operators !== 'munch') {
      if (this.insideCode && codes[at] === 42 && codes[at + 1] === 47) {
        this.insideCode = false
        return this.#to('codeClose', at + 2)
      }
      const single = this.#operatorPart[codes[at + 1]!] !== 1
      return this.#to('operator', single ? at + 1 : scan.listedOperatorEnd(sql, at, rules.operators))
    }
    if (at < this.#runEnd) return this.#to('operator', at + 1)
    this.#runEnd = scan.operatorRunEnd(codes, at, this.#operatorPart)
    this.#to('operator', scan.munchedEnd(codes, at, this.#runEnd, this.#operatorPart))
  }

  #dot(at: number): void {
    const next = this.codes[at + 1]!
    if (next >= 48 && next <= 57) return this.#to('number', scan.numberEnd(this.codes, at, this.#wordPart))
    if (next === 46) return this.#to('operator', at + 2)
    this.#to('punctuation', at + 1)
  }

  #colon(at: number): void {
    const next = this.codes[at + 1]!
    if (next === 61 || (next === 58 && this.rules.dialect === 'postgres')) return this.#to('operator', at + 2)
    this.#to('punctuation', at + 1)
  }

  #sqliteParameter(at: number): void {
    const end = scan.sqliteParameterEnd(this.codes, at, this.#wordPart)
    const named = end > at + 1 && !/^.:*$/.test(this.sql.slice(at, end))
    this.#to(named || this.sql[at] === '?' ? 'parameter' : 'punctuation', end)
  }

  #mysqlParameter(at: number): void {
    const { codes, sql } = this
    if (sql[at] === '?') return this.#to('parameter', at + 1)
    const name = sql[at + 1] === '@' ? at + 2 : at + 1
    const quote = codes[name]!
    if (quote === 39 || quote === 34 || quote === 96) {
      const backslashes = quote !== 96 && this.rules.backslashes === 'in strings'
      return this.#to('quotedName', scan.quotedEnd(codes, name + 1, quote, backslashes))
    }
    let end = this.#wordEnd(name)
    while (sql[end] === '.') end = this.#wordEnd(end + 1)
    this.#to('parameter', end)
  }

  /** A delimiter of the client's own choosing ends a statement even in the middle of what would be a word. */
  #scanWithDelimiter(found: number | undefined, code: number, at: number): void {
    const { sql, delimiter } = this
    if (this.#nextDelimiter < at) {
      const next = sql.indexOf(delimiter, at)
      this.#nextDelimiter = next < 0 ? Infinity : next
    }
    if (this.#nextDelimiter === at) this.#to('delimiter', at + delimiter.length)
    else {
      this.#scan(found, code, at)
      const { kind } = this
      const whole = kind === 'string' || kind === 'quotedName' || kind === 'lineComment' || kind === 'blockComment'
      if (!whole && kind !== 'dollarString' && this.#nextDelimiter < this.end) this.end = this.#nextDelimiter
    }
    this.#follow()
  }

  /** Keeps what MySQL's client and lexer remember from one token to the next. */
  #follow(): void {
    const { kind } = this
    if (kind === 'lineComment' || kind === 'blockComment') return
    if (kind === 'word') {
      this.#afterAs = this.is('AS')
      if (this.#fresh && this.is('DELIMITER')) {
        const line = delimiterLineAt(this.sql, this.start)
        if (line) {
          this.kind = 'delimiterLine'
          this.end = line.end
          this.delimiter = line.delimiter
          this.#nextDelimiter = -1
          return
        }
      }
    } else this.#afterAs = false
    this.#fresh = kind === 'delimiter'
  }

  #classBeyondAscii(code: number): number {
    return code === BYTE_ORDER_MARK && this.rules.byteOrderMark === 'space' ? charClass.space : charClass.word
  }
}

const noGaps: readonly number[] = []
