import type { LexicalRules } from '../../core/sql/dialect.js'
import { Lexer } from '../../core/sql/lexer.js'
import { starts } from '../../core/sql/phrase.js'
import { isCode } from '../../core/sql/token.js'
import { kindIndex } from '../../core/sql/verb.js'

/** How far a fingerprint looks: at everything, or into some views at the objects of some names. */
export type Scope = { readonly views: 'all' } | { readonly views: readonly string[]; readonly names: readonly string[] }

export const EVERYTHING: Scope = { views: 'all' }

const TABLE = [
  ...['TABLES', 'COLUMNS', 'STATISTICS', 'TABLE_CONSTRAINTS', 'REFERENTIAL_CONSTRAINTS', 'KEY_COLUMN_USAGE'],
  ...['PARTITIONS', 'TRIGGERS'],
]

/** What a statement of a kind can change. Whether a table is there tells all about its creation and its end. */
const VIEWS: Readonly<Record<string, readonly string[]>> = {
  'CREATE TABLE': ['TABLES'],
  'DROP TABLE': ['TABLES'],
  'CREATE INDEX': ['STATISTICS'],
  'DROP INDEX': ['STATISTICS'],
  'CREATE VIEW': ['VIEWS'],
  'ALTER VIEW': ['VIEWS'],
  'DROP VIEW': ['VIEWS'],
  'CREATE TRIGGER': ['TRIGGERS'],
  'DROP TRIGGER': ['TRIGGERS'],
  'CREATE PROCEDURE': ['ROUTINES', 'PARAMETERS'],
  'DROP PROCEDURE': ['ROUTINES', 'PARAMETERS'],
  'ALTER PROCEDURE': ['ROUTINES'],
  'CREATE FUNCTION': ['ROUTINES', 'PARAMETERS'],
  'DROP FUNCTION': ['ROUTINES', 'PARAMETERS'],
  'ALTER FUNCTION': ['ROUTINES'],
  'ALTER TABLE': TABLE,
}

/** More names than this, and everything is looked at. */
const MOST_NAMES = 40
const LONGEST = 64

/**
 * What a statement can change, as far as its first words tell. The names are all words outside of parentheses: one too
 * many looks at a little more, and none that the statement names can be missing.
 */
export function scopeOf(statement: string, rules: LexicalRules): Scope {
  const words: string[] = []
  const names = new Set<string>()
  const lexer = new Lexer(statement, rules)
  let depth = 0
  while (lexer.next()) {
    if (!isCode(lexer.kind)) continue
    const text = lexer.text()
    if (words.length < 12) words.push(lexer.keyword() || text)
    if (text === '(') depth++
    else if (text === ')') depth--
    else if (depth === 0 && (lexer.kind === 'word' || lexer.kind === 'quotedName')) names.add(unquoted(text))
    if (names.size > MOST_NAMES && !bodied(words)) return EVERYTHING
    // What stands in a body changes nothing when it is created.
    if (names.size > MOST_NAMES) break
  }
  const views = VIEWS[`${words[0]} ${words[kindIndex(words)] ?? ''}`]
  // A table of another database is none that is looked at, and OR REPLACE may change what a name alone does not tell.
  if (views === undefined || (starts(words, 'CREATE', 'OR') && views === VIEWS['CREATE TABLE'])) return EVERYTHING
  const found = [...names].filter((name) => name.length <= LONGEST && !/[\n(),]/.test(name))
  return { views, names: found.slice(0, MOST_NAMES) }
}

function bodied(words: readonly string[]): boolean {
  return /^(VIEW|TRIGGER|PROCEDURE|FUNCTION)$/.test(words[kindIndex(words)] ?? '')
}

function unquoted(text: string): string {
  const quote = text[0]
  return quote === '`' || quote === '"' ? text.slice(1, -1).replaceAll(quote + quote, quote) : text
}

/** A scope in front of a fingerprint, so that the same can be looked at again. */
export function scopeText(scope: Scope): string {
  return scope.views === 'all' ? '' : `${scope.views.join('+')}(${scope.names.join(',')})`
}

/** The scope of a fingerprint that was recorded. */
export function scopeFrom(fingerprint: string | undefined): Scope {
  const [, views, names] = /^([A-Z_+]+)\((.*)\)[0-9a-f]+$/s.exec(fingerprint ?? '') ?? []
  return views === undefined || names === undefined ? EVERYTHING : { views: views.split('+'), names: names.split(',') }
}
