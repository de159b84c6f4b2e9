import { groupEnd, isWord, textOf, type SqlToken } from './tokens.js'

const ACTIONS = ['CASCADE', 'RESTRICT', 'SET NULL', 'SET DEFAULT']

/**
 * A REFERENCES clause in the one way it is compared by: parts in a fixed order, and what is the same by default left
 * out. MATCH is left out too, since SQLite ignores it.
 */
export function referenceText(tokens: readonly SqlToken[]): string {
  const group = tokens[2]?.text === '(' ? groupEnd(tokens, 2) : 2
  const rest = tokens.slice(group)
  const actions = (['DELETE', 'UPDATE'] as const).map((event) => {
    const at = rest.findLastIndex((token, index) => isWord(token, 'ON') && isWord(rest[index + 1], event))
    const action = rest
      .slice(at + 2, at + 4)
      .map((token) => token.text.toUpperCase())
      .join(' ')
    const known = at === -1 ? undefined : ACTIONS.find((one) => action.startsWith(one))
    return known === undefined ? '' : ` ON ${event} ${known}`
  })
  // Only the whole of DEFERRABLE INITIALLY DEFERRED defers; every shorter form is checked at once.
  const defer = rest.findLastIndex((token) => isWord(token, 'DEFERRABLE'))
  const deferred = defer !== -1 && !isWord(rest[defer - 1], 'NOT') && isWord(rest[defer + 2], 'DEFERRED')
  return `${textOf(tokens.slice(0, group))}${actions.join('')}${deferred ? ' DEFERRABLE INITIALLY DEFERRED' : ''}`
}
