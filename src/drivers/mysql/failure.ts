import { messageOf } from '../../core/redact.js'
import type { Failure } from '../failure.js'
import { isLockMiss, isLost } from './fault.js'
import { numberOf } from './message.js'
import { NO_SAVEPOINT, OUT_OF_RANGE, type Purpose } from './parts.js'

const DUPLICATE = 1062

/** What an error means, by its number and by what the statement was for. */
export function failureOf(error: unknown, purpose: Purpose): Pick<Failure, 'failure' | 'message'> {
  const number = numberOf(error)
  if (purpose === 'same transaction' && number === NO_SAVEPOINT)
    return { failure: 'escaped', message: 'it ended the transaction it ran in' }
  if (purpose === 'same lock' && number === OUT_OF_RANGE)
    return { failure: 'unlocked', message: 'it gave the migration lock away' }
  if (purpose === 'same record' && number === OUT_OF_RANGE) return { failure: 'taken', message: 'its record is gone' }
  if (purpose === 'write' && number === DUPLICATE) return { failure: 'taken', message: 'it is recorded already' }
  if (purpose === 'write' && number === 1205)
    return { failure: 'busy', message: 'another transaction kept its record to itself' }
  if (isLockMiss(number)) return { failure: 'locked' }
  return { failure: number !== undefined && isLost(error) ? 'lost' : 'failed' }
}

/**
 * Where in a statement a syntax error is: the server repeats the text from there on and tells the line. What it repeats
 * goes on behind the statement, into what was sent with it.
 */
export function offsetIn(text: string, error: unknown): number | undefined {
  const message = error instanceof Error ? error.message : ''
  const [, near, line] = /near '(.*)' at line (\d+)$/s.exec(message) ?? []
  if (near === undefined || numberOf(error) !== 1064) return undefined
  let from = 0
  for (let left = Number(line) - 1; left > 0; left--) {
    const end = text.indexOf('\n', from)
    if (end === -1) return undefined
    from = end + 1
  }
  const shown = near.replace(/\.\.\.$/, '')
  for (const part of [shown, shown.split('\n;', 1)[0]!]) {
    if (part === '') continue
    const at = text.indexOf(part, from)
    if (at !== -1) return at
  }
  return undefined
}

/** The message of an error, without what was sent behind the statement it is about. */
export function tidied(error: unknown): string {
  return messageOf(error).replace(/\n;SHOW WARNINGS.*(?=' at line \d+$)/s, '')
}
