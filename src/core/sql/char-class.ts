import type { LexicalRules } from './dialect.js'

/** What the first character of a token says about the token. Plain numbers, so that a table of bytes can hold them. */
export const charClass = {
  other: 0,
  space: 1,
  word: 2,
  digit: 3,
  operator: 4,
  string: 5,
  name: 6,
  bracketName: 7,
  dash: 8,
  slash: 9,
  hashComment: 10,
  dot: 11,
  colon: 12,
  dollar: 13,
  parameter: 14,
  delimiter: 15,
} as const

/** The tables the lexer's inner loops index by character code; everything from 128 up is a word character. */
export interface CharTables {
  readonly start: Uint8Array
  readonly wordPart: Uint8Array
  /** Characters behind an operator's first; `uncommonOperator` marks those that SQL's own operators do not use. */
  readonly operatorPart: Uint8Array
}

/** In `operatorPart`: with one of these, PostgreSQL lets an operator end in + or -. */
export const uncommonOperator = 2

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_'
const digits = '0123456789'

const fill = (table: Uint8Array, characters: string, value: number): void => {
  for (let i = 0; i < characters.length; i++) table[characters.charCodeAt(i)] = value
}

/** Later lines win: a character may be an operator in general and a comment or a quote in one dialect. */
function build(rules: LexicalRules): CharTables {
  const start = new Uint8Array(128)
  const wordPart = new Uint8Array(128)
  fill(start, rules.operatorCharacters, charClass.operator)
  fill(start, rules.whiteSpace, charClass.space)
  fill(start, letters, charClass.word)
  fill(start, digits, charClass.digit)
  fill(start, '-', charClass.dash)
  fill(start, '/', charClass.slash)
  fill(start, '.', charClass.dot)
  fill(start, ':', charClass.colon)
  fill(start, '$', rules.dollar === 'word' ? charClass.word : charClass.dollar)
  fill(start, rules.parameterCharacters, charClass.parameter)
  fill(start, ';', charClass.delimiter)
  fill(start, rules.stringQuotes, charClass.string)
  fill(start, rules.nameQuotes, charClass.name)
  if (rules.bracketNames) fill(start, '[', charClass.bracketName)
  if (rules.hashComments) fill(start, '#', charClass.hashComment)
  fill(wordPart, letters + digits + '$', 1)
  const operatorPart = new Uint8Array(128)
  if (rules.operators === 'munch') {
    fill(operatorPart, rules.operatorCharacters, 1)
    fill(operatorPart, '~!@#^&|`?%', uncommonOperator)
  } else for (const operator of rules.operators) fill(operatorPart, operator[1]!, 1)
  return { start, wordPart, operatorPart }
}

const cache = new WeakMap<LexicalRules, CharTables>()

/** The tables for a set of rules, built once per set. */
export function tablesFor(rules: LexicalRules): CharTables {
  const known = cache.get(rules)
  if (known) return known
  const built = build(rules)
  cache.set(rules, built)
  return built
}
