import type { Lexer } from './lexer.js'

/** What a statement's first words say about a body in it. */
export type Head =
  | 'start'
  | 'create'
  | 'alter'
  | 'begin'
  | 'plain'
  | 'routine'
  | 'trigger'
  | 'event'
  | 'package'
  | 'compound'

const programs: Readonly<Record<string, Head>> = {
  PROCEDURE: 'routine',
  FUNCTION: 'routine',
  TRIGGER: 'trigger',
  EVENT: 'event',
  PACKAGE: 'package',
}

/** Words that open a compound statement; MariaDB takes all of them outside of stored programs too. */
export const openers: ReadonlySet<string> = new Set(['BEGIN', 'IF', 'CASE', 'LOOP', 'WHILE', 'REPEAT', 'FOR'])

const beforeProgram = new Set([
  'OR',
  'REPLACE',
  'DEFINER',
  'AGGREGATE',
  'SQL',
  'SECURITY',
  'INVOKER',
  'CURRENT_USER',
  'CURRENT_ROLE',
])

/** Reads one more token of a statement's head. `inUser`: the token before was `=` or `@`. */
export function readHead(head: Head, lexer: Lexer, inUser: boolean): Head {
  const word = lexer.keyword()
  if (head === 'start') {
    if (word === 'CREATE') return 'create'
    if (word === 'ALTER') return 'alter'
    if (word === 'BEGIN') return 'begin'
    return openers.has(word) ? 'compound' : 'plain'
  }
  if (head === 'begin') return word === 'NOT' ? 'compound' : 'plain'
  if (word === '' || inUser || beforeProgram.has(word)) return head
  const program = programs[word] ?? 'plain'
  return head === 'alter' && program !== 'event' ? 'plain' : program
}
