import { type Effect, transactionEffect } from './effect.js'
import { starts } from './phrase.js'
import { kindIndex } from './verb.js'

const controls = new Set(['BEGIN', 'COMMIT', 'ROLLBACK', 'XA'])

/** First words of statements that commit whatever follows them. */
const commits = new Set(
  (
    'ALTER BACKUP CACHE CHANGE CHECK CLONE FLUSH GRANT IMPORT INSTALL OPTIMIZE RENAME REPAIR RESET RESTART ' +
    'REVOKE SHUTDOWN STOP TRUNCATE UNINSTALL UNLOCK'
  ).split(' '),
)

/** What MySQL and MariaDB make of a statement inside a transaction. */
export function mysqlEffect(tokens: readonly string[]): Effect {
  // SOURCE is a command of the mysql client.
  if (tokens[0] === 'SOURCE') return 'unsupported'
  if (starts(tokens, 'BEGIN', 'NOT', 'ATOMIC')) return 'transactional'
  if (starts(tokens, 'START', 'TRANSACTION')) return 'control'
  if (tokens[0] === 'SET') return setEffect(tokens)
  return transactionEffect(tokens, controls) ?? (commitsImplicitly(tokens) ? 'implicitCommit' : 'transactional')
}

function setEffect(tokens: readonly string[]): Effect {
  // MariaDB: SET STATEMENT max_statement_time = 10 FOR ALTER TABLE ...
  const statement = tokens[1] === 'STATEMENT' ? tokens.indexOf('FOR') : -1
  if (statement >= 0) return mysqlEffect(tokens.slice(statement + 1))
  if (starts(tokens, 'SET', 'PASSWORD') || starts(tokens, 'SET', 'DEFAULT', 'ROLE')) return 'implicitCommit'
  const switches = tokens.some((token, i) => {
    if (/^@@((session|local)\.)?autocommit$/i.test(token)) return isTarget(tokens, i)
    return token === 'AUTOCOMMIT' && tokens[i - 1] !== 'GLOBAL' && isTarget(tokens, i)
  })
  return switches ? 'control' : 'transactional'
}

const isTarget = (tokens: readonly string[], i: number): boolean => {
  const next = tokens[i + 1]
  return (next === '=' || next === ':=') && /^(SET|,|SESSION|LOCAL|\.)$/.test(tokens[i - 1] ?? '')
}

function commitsImplicitly(tokens: readonly string[]): boolean {
  const [first = '', second = ''] = tokens
  if (first === 'CREATE' || first === 'DROP') {
    if (starts(tokens, 'DROP', 'PREPARE')) return false
    const kind = kindIndex(tokens)
    return !(tokens.slice(1, kind).includes('TEMPORARY') && /^TABLES?$/.test(tokens[kind] ?? ''))
  }
  // MariaDB's ANALYZE SELECT explains.
  if (first === 'ANALYZE') return /^(TABLES?|LOCAL|NO_WRITE_TO_BINLOG)$/.test(second)
  if (first === 'LOCK') return second === 'TABLES' || second === 'TABLE'
  if (first === 'LOAD') return second === 'INDEX'
  if (first === 'RESET') return second !== 'PERSIST'
  return first === 'START' || commits.has(first)
}
