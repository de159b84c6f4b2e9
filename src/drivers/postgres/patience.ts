import { rulesFor } from '../../core/sql/dialect.js'
import { outer, phrase } from '../../core/sql/phrase.js'

/**
 * Whether a statement may wait for its locks as long as it takes: what works CONCURRENTLY, and the validation of a
 * constraint, take locks that neither readers nor writers queue behind. Everything else waits no longer than
 * `ddlLockTimeout`, since all traffic on the table waits behind it.
 *
 * https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES
 */
export function waitsForLocks(statement: string): boolean {
  if (!/concurrently|validate/i.test(statement)) return false
  const tokens = phrase(statement, rulesFor('postgres'))
  if (/^(CREATE|DROP|REINDEX|REFRESH)$/.test(tokens[0] ?? '')) {
    const head = tokens[0] === 'REINDEX' ? tokens : outer(tokens).slice(0, 4)
    return head.includes('CONCURRENTLY')
  }
  const words = outer(tokens)
  if (words[0] !== 'ALTER' || words[1] !== 'TABLE') return false
  // Together with another action the strongest lock of all of them is taken.
  if (words.includes(',')) return false
  return (
    words.at(-1) === 'CONCURRENTLY' ||
    (words.slice(0, -2).length > 0 && words.at(-3) === 'VALIDATE' && words.at(-2) === 'CONSTRAINT')
  )
}
