import { codeOf } from '../../core/redact.js'
import { offsetOfCodePoint } from '../../core/sql/position.js'
import type { Failure } from '../failure.js'
import { isLockMiss } from './fault.js'
import type { Part, Purpose, Reply } from './message.js'

/** What was sent: the parts of a message, and where in its text each begins. */
export interface Sent {
  readonly parts: readonly Part[]
  readonly starts: readonly number[]
  readonly text: string
}

/**
 * The part that failed, and where in it. A syntax error stops the message before any of it is run, so its position
 * decides; otherwise the server has told of every statement that it completed.
 */
export function locate({ parts, starts, text }: Sent, { error, tags }: Reply): { part: Part; offset?: number } {
  const counted = parts[Math.min(tags.length, parts.length - 1)]!
  if (error?.position === undefined) return { part: counted }
  const at = offsetOfCodePoint(text, Number(error.position))
  const index = starts.findLastIndex((start) => start <= at)
  const part = parts[index]
  if (part?.purpose !== 'user' || typeof part.text !== 'string') return { part: counted }
  return { part, offset: Math.min(at - starts[index]!, part.text.length) }
}

/** What an error means, by its code and by what the statement was for. */
export function failureOf(error: unknown, purpose: Purpose): Pick<Failure, 'failure' | 'message'> {
  const code = codeOf(error)
  if (purpose === 'write') {
    if (code === '23505') return { failure: 'taken', message: 'it is recorded already' }
    if (code === '22012') return { failure: 'taken', message: 'its record is gone' }
    if (code === '55P03') return { failure: 'busy', message: 'another transaction kept its record to itself' }
  }
  return { failure: isLockMiss(code) ? 'locked' : 'failed' }
}
