import type { LexicalRules } from './dialect.js'
import { Lexer } from './lexer.js'

const BACKSLASH = 92
const CAPITAL_N = 78

/**
 * Whether a command for the client stands in the statement, such as psql's `\gset` or mysql's `\G`: in neither dialect
 * does a backslash mean anything to the server outside of quotes, but for `\N`, which is NULL to MariaDB.
 */
export function hasClientCommand(text: string, rules: LexicalRules): boolean {
  if (rules.dialect === 'sqlite' || !text.includes('\\')) return false
  const lexer = new Lexer(text, rules)
  while (lexer.next()) {
    if (lexer.kind !== 'punctuation' || lexer.codes[lexer.start] !== BACKSLASH) continue
    if (rules.dialect !== 'mysql' || lexer.codes[lexer.end] !== CAPITAL_N) return true
  }
  return false
}
