import { type Effect, transactionEffect } from './effect.js'
import { outer, starts } from './phrase.js'

const controls = new Set(['BEGIN', 'COMMIT', 'END', 'ROLLBACK', 'ABORT'])

/** What PostgreSQL makes of a statement inside a transaction. */
export function postgresEffect(tokens: readonly string[]): Effect {
  if (tokens[0] === 'COPY') return copiesFromClient(tokens) ? 'unsupported' : 'transactional'
  if (starts(tokens, 'START|PREPARE', 'TRANSACTION')) return 'control'
  if (mayCommit(tokens)) return 'procedural'
  return transactionEffect(tokens, controls) ?? (isRefused(tokens) ? 'outside' : 'transactional')
}

/** Nobody sees from here what a procedure does; the body of DO is there to be read. */
const mayCommit = (tokens: readonly string[]): boolean =>
  tokens[0] === 'CALL' || (tokens[0] === 'DO' && tokens.some((token) => /\b(COMMIT|ROLLBACK|CALL)\b/i.test(token)))

const copiesFromClient = (tokens: readonly string[]): boolean => / FROM STDIN\b/.test(outer(tokens).join(' '))

/** What the server calls "cannot run inside a transaction block". */
function isRefused(tokens: readonly string[]): boolean {
  switch (tokens[0]) {
    case 'VACUUM':
      return true
    case 'CREATE':
      if (starts(tokens, 'CREATE', 'SUBSCRIPTION')) return createsSlot(tokens)
      if (starts(tokens, 'CREATE', 'INDEX', 'CONCURRENTLY')) return true
      return (
        starts(tokens, 'CREATE', 'UNIQUE', 'INDEX', 'CONCURRENTLY') || starts(tokens, 'CREATE', 'DATABASE|TABLESPACE')
      )
    case 'DROP':
      return (
        starts(tokens, 'DROP', 'INDEX', 'CONCURRENTLY') || starts(tokens, 'DROP', 'DATABASE|TABLESPACE|SUBSCRIPTION')
      )
    case 'REINDEX':
      return reindexIsRefused(tokens)
    case 'CLUSTER':
      return (
        outer(tokens)
          .filter((token) => token !== 'CLUSTER' && token !== 'VERBOSE')
          .join('') === ''
      )
    case 'DISCARD':
      return tokens[1] === 'ALL'
    case 'ALTER':
      return alterIsRefused(tokens)
    default:
      return false
  }
}

/** Without a slot to create on the other server, a subscription is an ordinary row. */
const createsSlot = (tokens: readonly string[]): boolean => !isOff(tokens, 'create_slot') && !isOff(tokens, 'connect')

/** Whether an option is switched off: `WITH (option = false)`. */
const isOff = (tokens: readonly string[], option: string): boolean =>
  tokens.some(
    (token, i) =>
      token.toLowerCase() === option && tokens[i + 1] === '=' && /^'?(false|off|0)'?$/i.test(tokens[i + 2] ?? ''),
  )

function reindexIsRefused(tokens: readonly string[]): boolean {
  const words = outer(tokens)
  if (/^(DATABASE|SYSTEM|SCHEMA)$/.test(words[1] ?? '')) return true
  if (words[2] === 'CONCURRENTLY') return true
  const options = tokens[1] === '(' ? tokens.slice(2, tokens.indexOf(')')) : []
  const at = options.indexOf('CONCURRENTLY')
  return at >= 0 && !/^'?(FALSE|OFF|0)'?$/i.test(options[at + 1] ?? '')
}

function alterIsRefused(tokens: readonly string[]): boolean {
  if (tokens[1] === 'SYSTEM') return true
  const words = outer(tokens)
  if (tokens[1] === 'DATABASE') return words.join(' ').includes(' SET TABLESPACE')
  if (tokens[1] === 'SUBSCRIPTION') return alterSubscriptionIsRefused(tokens)
  return words.includes('DETACH') && words.at(-1) === 'CONCURRENTLY'
}

function alterSubscriptionIsRefused(tokens: readonly string[]): boolean {
  if (tokens.includes('PUBLICATION')) return !isOff(tokens, 'refresh')
  return tokens.includes('SET') && tokens.some((token) => /^(failover|two_phase)$/i.test(token))
}
