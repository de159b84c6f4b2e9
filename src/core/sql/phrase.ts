import type { LexicalRules } from './dialect.js'
import { Lexer } from './lexer.js'
import { isCode } from './token.js'

/**
 * The tokens of a statement, comments left out, for matching by eye: unquoted words in upper case, all else as
 * written. Commas and parentheses are tokens like any other; a delimiter ends the phrase.
 */
export function phrase(text: string, rules: LexicalRules, limit = Infinity): string[] {
  const lexer = new Lexer(text, rules)
  const tokens: string[] = []
  while (tokens.length < limit && lexer.next()) {
    if (isCode(lexer.kind)) tokens.push(lexer.keyword() || lexer.text())
  }
  return tokens
}

/** Whether the phrase begins with these words, of which each may be a choice: `starts(p, 'CREATE', 'TABLE|VIEW')`. */
export function starts(tokens: readonly string[], ...words: readonly string[]): boolean {
  return words.every((word, i) => word.split('|').includes(tokens[i] ?? ''))
}

/** The phrase without what stands in parentheses. */
export function outer(tokens: readonly string[]): string[] {
  let depth = 0
  return tokens.filter((token) => {
    if (token === '(') depth++
    else if (token === ')') {
      if (depth > 0) depth--
    } else return depth === 0
    return false
  })
}
