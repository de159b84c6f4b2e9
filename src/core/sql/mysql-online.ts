import type { LexicalRules } from './dialect.js'
import { Lexer } from './lexer.js'
import { isCode } from './token.js'

interface Piece {
  /** In capitals when it is an unquoted word. */
  readonly text: string
  readonly start: number
  readonly end: number
}

/** First words of an ALTER TABLE that are put behind other clauses without a comma. */
const WITHOUT_COMMA = /^(PARTITION|REMOVE)$/

/**
 * The same statement with the clauses by which the server refuses, before it begins, what would copy the table or keep
 * others from writing to it. ALTER TABLE has them behind the name of the table, since behind PARTITION BY there may be
 * none; CREATE INDEX and DROP INDEX at their end. What names its own ALGORITHM or LOCK is left as it is.
 *
 * MySQL has no copy that lets others write, so that LOCK=NONE says it all, and with INPLACE it would not change the
 * table in an instant where it can. MariaDB's INPLACE means the best there is, and since 11.2 it can copy with LOCK=NONE.
 */
export function onlineText(text: string, rules: LexicalRules, product: 'MySQL' | 'MariaDB'): string {
  const clauses = product === 'MySQL' ? ['LOCK=NONE'] : ['ALGORITHM=INPLACE', 'LOCK=NONE']
  const pieces = piecesOf(text, rules)
  if (pieces.some(({ text: word }, at) => /^(ALGORITHM|LOCK)$/.test(word) && isOption(pieces, at))) return text
  const words = pieces.map((piece) => piece.text)
  const kind = words.findIndex((word) => word === 'TABLE' || word === 'INDEX')
  if (words[0] === 'ALTER' && words[kind] === 'TABLE') return altered(text, pieces, kind, clauses)
  if ((words[0] === 'CREATE' || words[0] === 'DROP') && words[kind] === 'INDEX' && kind <= 4) {
    const { end } = pieces.at(-1)!
    return `${text.slice(0, end)} ${clauses.join(' ')}${text.slice(end)}`
  }
  return text
}

function altered(text: string, pieces: readonly Piece[], kind: number, clauses: readonly string[]): string {
  let at = kind + 1
  if (pieces[at]?.text === 'IF') at += 2
  while (pieces[at + 1]?.text === '.') at += 2
  // MariaDB: ALTER TABLE t WAIT 5 ADD ...
  if (pieces[at + 1]?.text === 'NOWAIT') at += 1
  if (pieces[at + 1]?.text === 'WAIT') at += 2
  const name = pieces[at]
  const next = pieces[at + 1]
  if (name === undefined || next === undefined) return text
  const separator = WITHOUT_COMMA.test(next.text) ? '' : ','
  return `${text.slice(0, name.end)} ${clauses.join(', ')}${separator}${text.slice(name.end)}`
}

/** `LOCK = NONE`, `LOCK NONE`; but a column may be named lock. */
function isOption(pieces: readonly Piece[], at: number): boolean {
  const next = pieces[at + 1]?.text ?? ''
  return next === '=' || /^(NONE|SHARED|EXCLUSIVE|DEFAULT|INPLACE|INSTANT|COPY|NOCOPY)$/.test(next)
}

/** The tokens outside of parentheses. */
function piecesOf(text: string, rules: LexicalRules): Piece[] {
  const lexer = new Lexer(text, rules)
  const pieces: Piece[] = []
  let depth = 0
  while (lexer.next()) {
    if (!isCode(lexer.kind) || lexer.kind === 'delimiter') continue
    const token = lexer.text()
    if (token === ')') depth--
    if (depth === 0) pieces.push({ text: lexer.keyword() || token, start: lexer.start, end: lexer.end })
    if (token === '(') depth++
  }
  return pieces
}
