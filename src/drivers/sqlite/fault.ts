import { QueenError } from '../../core/errors.js'
import type { ExecutionFailure } from '../../core/execution.js'
import { codeOf, messageOf, safeCause } from '../../core/redact.js'
import { Lexer } from '../../core/sql/lexer.js'
import { rulesFor } from '../../core/sql/dialect.js'
import type { SqliteClient } from './client.js'

/** Whether SQLite refused because another connection is at work: worth another try. */
export function isBusy(error: unknown): boolean {
  return codeOf(error)?.startsWith('SQLITE_BUSY') === true
}

const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /^SQLITE_READONLY_ROLLBACK/,
    'a process died in the middle of a transaction, and undoing it takes the right to write: open it once without mode=ro',
  ],
  [
    /^SQLITE_READONLY/,
    'the file, its folder or the connection is read-only: check the rights of this user, and the mode in the URL',
  ],
  [/^SQLITE_FULL/, 'the disk, or max_page_count, is full: make room and run again; nothing of this migration was kept'],
  [/^SQLITE_NOTADB/, 'this file is not an SQLite database: check the path'],
  [/^SQLITE_CORRUPT/, 'the database is damaged: restore it from a backup, and see PRAGMA integrity_check'],
  [/^SQLITE_IOERR/, 'the file system failed: check the disk'],
]

/** What to do about an error, where its code says it. */
export function hintFor(error: unknown): string | undefined {
  const code = codeOf(error) ?? ''
  const known = HINTS.find(([pattern]) => pattern.test(code))?.[1]
  if (known !== undefined) return known
  if (/no such column: "/.test(messageOf(error))) return 'double quotes are for names; write text in single quotes'
  return undefined
}

/**
 * Where in a statement a syntax error is. SQLite only names the token (`near "FORM"`), which may occur several times:
 * the faulty one is the first at which the text up to there stops being the mere beginning of a statement.
 */
export function offsetOf(error: unknown, statement: string, client: SqliteClient): number | undefined {
  const message = messageOf(error)
  const token =
    /^near "(.*)": syntax error$/s.exec(message)?.[1] ??
    /^(?:no such|unrecognized|duplicate) \w+(?: \w+)?: (?:\w+\.)?(.+)$/.exec(message)?.[1]
  if (token === undefined) return undefined
  const places = occurrences(statement, token)
  if (!message.startsWith('near ')) return places[0]
  return places.find((place) => failsAt(statement.slice(0, place + token.length), client))
}

function occurrences(statement: string, token: string): number[] {
  const places: number[] = []
  const bare = (text: string): string => text.replace(/^["'`[]|["'`\]]$/g, '').toLowerCase()
  for (const lexer = new Lexer(statement, rulesFor('sqlite')); lexer.next();) {
    const text = statement.slice(lexer.start, lexer.end)
    if (text === token || bare(text) === bare(token)) places.push(lexer.start)
  }
  return places
}

function failsAt(beginning: string, client: SqliteClient): boolean {
  try {
    client.prepare(beginning)
    return false
  } catch (error) {
    return messageOf(error).endsWith('syntax error')
  }
}

/** A failure found here, before it is known where in the script it belongs. */
export class Fault extends Error {
  readonly failure: ExecutionFailure

  constructor(failure: ExecutionFailure, message: string, cause?: unknown) {
    super(message, { cause })
    this.failure = failure
  }
}

/** What went wrong outside of a script, as users are told. */
export function asQueenError(error: unknown, database: string): QueenError {
  if (error instanceof QueenError) return error
  if (error instanceof Fault && error.failure === 'busy')
    return new QueenError('LOCK_TIMEOUT', `${database}: ${messageOf(error)}`, {
      hint: 'run again when the other connection has finished',
      cause: safeCause(error),
    })
  const code = codeOf(error)
  return new QueenError('CONNECTION_FAILED', `${database}: ${messageOf(error)}`, {
    hint: hintFor(error) ?? 'check the path and the rights of this user',
    cause: safeCause(error),
    ...(code !== undefined && { serverCode: code }),
  })
}
