import { rulesFor } from '../../core/sql/dialect.js'
import { Lexer } from '../../core/sql/lexer.js'
import { isCode } from '../../core/sql/token.js'

/** A token of a stored definition, spelled in the one way all its spellings are compared by. */
export interface SqlToken {
  readonly kind: 'name' | 'quotedName' | 'keyword' | 'other'
  /** Keywords in upper case; names without quotes where they need none. */
  readonly text: string
}

/** Words that SQLite never takes for a name unless they are quoted: https://www.sqlite.org/lang_keywords.html */
const RESERVED = new Set(
  [
    'ADD ALL ALTER AND AS AUTOINCREMENT BETWEEN CASE CHECK COLLATE COMMIT CONSTRAINT CREATE DEFAULT DEFERRABLE DELETE',
    'DISTINCT DROP ELSE ESCAPE EXISTS FOREIGN FROM GROUP HAVING IN INDEX INSERT INTO IS ISNULL JOIN LIMIT NOT NOTHING',
    'NOTNULL NULL ON OR ORDER PRIMARY REFERENCES RETURNING SELECT SET TABLE THEN TO TRANSACTION UNION UNIQUE UPDATE',
    'USING VALUES WHEN WHERE',
  ]
    .join(' ')
    .split(' '),
)
/** Words that mean a value when they stand alone, and a name when they are quoted. */
const VALUES = new Set(['CURRENT_DATE', 'CURRENT_TIME', 'CURRENT_TIMESTAMP', 'TRUE', 'FALSE'])

/**
 * The tokens of SQL as `sqlite_schema` keeps it, without comments. SQLite quotes names when it renames something
 * (`ON users` becomes `ON "users"`), so a quoted name and a bare one are the same here wherever they mean the same.
 */
export function tokensOf(sql: string): SqlToken[] {
  const tokens: SqlToken[] = []
  for (const lexer = new Lexer(sql, rulesFor('sqlite')); lexer.next();) {
    if (!isCode(lexer.kind)) continue
    const text = lexer.text()
    if (lexer.kind === 'quotedName') tokens.push({ kind: 'quotedName', text: nameText(unquoted(text)) })
    else if (lexer.kind !== 'word') tokens.push({ kind: 'other', text })
    else if (RESERVED.has(text.toUpperCase())) tokens.push({ kind: 'keyword', text: text.toUpperCase() })
    else tokens.push({ kind: 'name', text: VALUES.has(text.toUpperCase()) ? text.toUpperCase() : text })
  }
  return tokens
}

/** A name as definitions show it: quoted only when it could not stand alone. */
export function nameText(name: string): string {
  const word = name.toUpperCase()
  const bare = /^[\p{L}_][\p{L}\p{N}_$]*$/u.test(name) && !RESERVED.has(word) && !VALUES.has(word)
  return bare ? name : `"${name.replaceAll('"', '""')}"`
}

/** What is between quotes, which double inside of them. */
export function unquoted(text: string): string {
  const inner = text.slice(1, -1)
  const quote = text[0]!
  return quote === '[' ? inner : inner.replaceAll(quote + quote, quote)
}

/** Whether a token is this keyword, which need not be a reserved one. */
export function isWord(token: SqlToken | undefined, word: string): boolean {
  return token !== undefined && (token.kind === 'name' || token.kind === 'keyword') && token.text.toUpperCase() === word
}

/** Tokens as one line of text: the same for the same tokens. */
export function textOf(tokens: readonly SqlToken[]): string {
  let text = ''
  tokens.forEach((token, index) => {
    const before = tokens[index - 1]
    text += (before !== undefined && isApart(before, token) ? ' ' : '') + token.text
  })
  return text
}

function isApart(before: SqlToken, after: SqlToken): boolean {
  if (after.kind === 'other' && [')', ',', '.', ';'].includes(after.text)) return false
  if (before.kind === 'other' && ['(', '.'].includes(before.text)) return false
  return !(after.text === '(' && (before.kind === 'name' || before.kind === 'quotedName'))
}

/** The normalised text of an expression. */
export function expressionText(sql: string): string {
  return textOf(tokensOf(sql))
}

/** The index behind the parenthesis that closes the one at `open`. */
export function groupEnd(tokens: readonly SqlToken[], open: number): number {
  let depth = 0
  for (let i = open; i < tokens.length; i++) {
    if (tokens[i]!.kind !== 'other') continue
    if (tokens[i]!.text === '(') depth++
    else if (tokens[i]!.text === ')' && --depth === 0) return i + 1
  }
  return tokens.length
}

/** The tokens between commas that stand in no parentheses. */
export function splitList(tokens: readonly SqlToken[]): SqlToken[][] {
  const parts: SqlToken[][] = [[]]
  for (let i = 0; i < tokens.length;) {
    const token = tokens[i]!
    if (token.kind === 'other' && token.text === ',') {
      parts.push([])
      i++
      continue
    }
    const end = token.kind === 'other' && token.text === '(' ? groupEnd(tokens, i) : i + 1
    parts.at(-1)!.push(...tokens.slice(i, end))
    i = end
  }
  return parts
}
