import { outer, starts } from './phrase.js'

/** Properties of a column whose removal loses no data. */
const harmless = new Set(['DEFAULT', 'EXPRESSION', 'IDENTITY', 'NOT'])

/** Whether the statement drops, truncates or deletes something. Code inside of strings and bodies is not looked at. */
export function destroys(tokens: readonly string[]): boolean {
  const [first = ''] = tokens
  if (first === 'DELETE' || first === 'TRUNCATE') return true
  if (first === 'DROP') return tokens[1] !== 'PREPARE'
  if (first === 'ALTER') return alterDestroys(outer(tokens))
  if (first === 'EXPLAIN') return explained(tokens)
  if (first !== 'WITH') return false
  return tokens.some((token, i) => token === 'DELETE' && /^[()]$/.test(tokens[i - 1] ?? ''))
}

/** EXPLAIN alone runs nothing. */
function explained(tokens: readonly string[]): boolean {
  if (!starts(tokens, 'EXPLAIN', 'ANALYZE') && !starts(tokens, 'EXPLAIN', '(')) return false
  const rest = outer(tokens).filter((token) => !/^(EXPLAIN|ANALYZE|VERBOSE)$/.test(token))
  return tokens.includes('ANALYZE') && destroys(rest)
}

function alterDestroys(words: readonly string[]): boolean {
  return words.some((word, i) => {
    if (i < 2 || (word !== 'DROP' && word !== 'TRUNCATE' && word !== 'DISCARD')) return false
    const before = words[i - 1] ?? ''
    return !/^(ADD|COLUMN|RENAME|TO|\.)$/.test(before) && !harmless.has(words[i + 1] ?? '')
  })
}
