import { type Effect, transactionEffect } from './effect.js'

const controls = new Set(['BEGIN', 'COMMIT', 'END', 'ROLLBACK'])

/** Pragmas that a transaction refuses to set, or (foreign_keys, page_size, auto_vacuum) silently ignores. */
const outsidePragmas = new Set([
  'auto_vacuum',
  'foreign_keys',
  'journal_mode',
  'page_size',
  'synchronous',
  'temp_store',
  'temp_store_directory',
  'wal_checkpoint',
])

/** What SQLite makes of a statement inside a transaction. */
export function sqliteEffect(tokens: readonly string[], pragma?: string): Effect {
  if (pragma !== undefined) {
    const sets = tokens.includes('=') || tokens.includes('(') || pragma === 'wal_checkpoint'
    return sets && outsidePragmas.has(pragma) ? 'outside' : 'transactional'
  }
  if (tokens[0] === 'VACUUM' || tokens[0] === 'DETACH') return 'outside'
  return transactionEffect(tokens, controls) ?? 'transactional'
}
