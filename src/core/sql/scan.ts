import { uncommonOperator } from './char-class.js'
import { type Codes, textLength } from './codes.js'

/** What a scan answers when the text ends before the construct does. */
export const unclosed = -1

const LF = 10
const CR = 13
const DOLLAR = 36
const QUOTE = 39
const PLUS = 43
const STAR = 42
const DASH = 45
const DOT = 46
const SLASH = 47
const COLON = 58
const BACKSLASH = 92
const UNDERSCORE = 95

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13)
const isDigit = (code: number): boolean => code >= 48 && code <= 57

/** Past the word characters from `at` on. */
export function wordEnd(codes: Codes, at: number, wordPart: Uint8Array): number {
  let i = at
  for (; ; i++) {
    const code = codes[i]!
    if (code < 128 && wordPart[code] === 0) return i
  }
}

/** Past a quoted run whose content starts at `at`; the quote escapes itself by doubling, unless `raw`. */
export function quotedEnd(codes: Codes, at: number, quote: number, backslashes: boolean, raw = false): number {
  const length = textLength(codes)
  for (let i = at; i < length; i++) {
    const code = codes[i]!
    if (code === quote) {
      if (raw || codes[i + 1] !== quote) return i + 1
      i++
    } else if (backslashes && code === BACKSLASH) i++
  }
  return unclosed
}

/** The line comment's end: before the line end, so that CRLF and LF give the same token. */
export function lineCommentEnd(codes: Codes, at: number, endsAtCR: boolean): number {
  const length = textLength(codes)
  for (let i = at; i < length; i++) {
    const code = codes[i]!
    if (code === LF) return !endsAtCR && i > at && codes[i - 1] === CR ? i - 1 : i
    if (code === CR && endsAtCR) return i
  }
  return length
}

/** Past the block comment that starts at `at`. */
export function blockCommentEnd(codes: Codes, at: number, nested: boolean): number {
  const length = textLength(codes)
  let depth = 1
  for (let i = at + 2; i < length; i++) {
    const code = codes[i]!
    if (code === STAR && codes[i + 1] === SLASH) {
      i++
      if (--depth === 0) return i + 1
    } else if (nested && code === SLASH && codes[i + 1] === STAR) {
      i++
      depth++
    }
  }
  return unclosed
}

/**
 * Where a string that ended at `at` goes on: the offset of the next quote, or -1. PostgreSQL joins two strings when
 * the gap holds a line end and, apart from white space, line comments only.
 */
export function continuation(codes: Codes, at: number): number {
  const length = textLength(codes)
  let lineEnd = false
  for (let i = at; i < length; i++) {
    const code = codes[i]!
    if (code === QUOTE) return lineEnd ? i : -1
    if (code === LF || code === CR) lineEnd = true
    else if (code === DASH && codes[i + 1] === DASH) i = lineCommentEnd(codes, i, true) - 1
    else if (!isSpace(code)) return -1
  }
  return -1
}

/** Past the opening tag of a dollar quote at `at`, both dollars included; -1 when there is none. */
export function dollarTagEnd(codes: Codes, at: number): number {
  for (let i = at + 1; ; i++) {
    const code = codes[i]!
    if (code === DOLLAR) return i + 1
    const letter = (code | 32) >= 97 && (code | 32) <= 122
    if (!letter && code !== UNDERSCORE && code < 128 && !(isDigit(code) && i > at + 1)) return -1
  }
}

/** Past the operator at `at`, the longest of the dialect's list. */
export function listedOperatorEnd(sql: string, at: number, operators: readonly string[]): number {
  for (const operator of operators) if (sql.startsWith(operator, at)) return at + operator.length
  return at + 1
}

/** Past the run of operator characters at `at`; a comment ends it. */
export function operatorRunEnd(codes: Codes, at: number, operatorPart: Uint8Array): number {
  for (let end = at; ; end++) {
    const code = codes[end]!
    if (code >= 128 || operatorPart[code] === 0) return end
    const next = codes[end + 1]
    if ((code === DASH && next === DASH) || (code === SLASH && next === STAR)) return end
  }
}

/** PostgreSQL: an operator may end in + or - only if it holds a character that no operator of the standard has. */
export function munchedEnd(codes: Codes, at: number, runEnd: number, operatorPart: Uint8Array): number {
  let end = runEnd
  while (end > at + 1 && (codes[end - 1] === PLUS || codes[end - 1] === DASH)) end--
  if (end === runEnd) return end
  for (let i = at; i < end; i++) if (operatorPart[codes[i]!] === uncommonOperator) return runEnd
  return end
}

/**
 * Past the number at `at`, word characters glued to it included: `1a` is a name in MySQL, an error elsewhere, and
 * in no current server the same as `1 a`.
 */
export function numberEnd(codes: Codes, at: number, wordPart: Uint8Array): number {
  const second = codes[at + 1]! | 32
  if (codes[at] === 48 && (second === 120 || second === 98 || second === 111)) return wordEnd(codes, at, wordPart)
  let i = digitsEnd(codes, at)
  if (codes[i] === DOT && codes[i + 1] !== DOT) i = digitsEnd(codes, i + 1)
  if ((codes[i]! | 32) === 101) {
    const sign = codes[i + 1]!
    const power = sign === PLUS || sign === DASH ? i + 2 : i + 1
    if (isDigit(codes[power]!)) i = digitsEnd(codes, power)
  }
  // A dollar glued to a number starts something of its own in PostgreSQL: a quote or a parameter.
  return codes[i] === DOLLAR ? i : wordEnd(codes, i, wordPart)
}

function digitsEnd(codes: Codes, at: number): number {
  let i = at
  while (isDigit(codes[i]!) || (i > at && codes[i] === UNDERSCORE)) i++
  return i
}

/** Past SQLite's `?1`, `:a`, `@a`, `#1`, `$a::b(c)`, or past what it reads without finding a name. */
export function sqliteParameterEnd(codes: Codes, at: number, wordPart: Uint8Array): number {
  const length = textLength(codes)
  let i = at + 1
  if (codes[at] === 63) {
    while (isDigit(codes[i]!)) i++
    return i
  }
  let named = false
  for (; i < length; i++) {
    const code = codes[i]!
    if (code >= 128 || wordPart[code] === 1) named = true
    else if (code === COLON && codes[i + 1] === COLON) i++
    else break
  }
  if (!named || codes[i] !== 40) return i
  let close = i + 1
  while (close < length && codes[close] !== 41 && !isSpace(codes[close]!)) close++
  return codes[close] === 41 ? close + 1 : close
}
