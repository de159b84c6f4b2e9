import { QueenError } from '../../core/errors.js'
import { codeOf, messageOf, safeCause } from '../../core/redact.js'
import { quoteName } from '../sql/quote.js'
import { isSqlState, type ServerError } from './message.js'
import { missingRight, type Actor } from './missing-right.js'

/** The server ended the connection, or is not there: class 08, and the shutdowns and idle limits of other classes. */
const LOST = /^(08...|57P0[1-5]|25P0[34])$/

/** Whether an error means that the connection is gone. */
export function isLost(error: unknown): boolean {
  const code = codeOf(error)
  return !isSqlState(code) || LOST.test(code)
}

/** Whether the same transaction may succeed a moment later: no lock, a deadlock, a conflict between serializable ones. */
export function isLockMiss(code: string | undefined): boolean {
  return code === '55P03' || code === '40P01' || code === '40001'
}

const HINTS: Readonly<Record<string, string>> = {
  '25006': 'this server or session is read-only: connect to the primary, and see default_transaction_read_only',
  '25001': 'set transaction: false for this migration, and keep the statement alone in it',
  '25P02':
    'a query of the function failed and its error was swallowed; PostgreSQL takes nothing more in that transaction: wrap the query in a SAVEPOINT, or let the error through',
  '2D000': 'a procedure may not end the transaction of a migration: take COMMIT out of it, or set transaction: false',
  '53100': 'the disk of the server is full: make room and run again',
  '53200': 'the server is out of memory: see work_mem and maintenance_work_mem',
  '53400': 'a limit of the server was reached, such as temp_file_limit',
  '0A000': 'this version of the server cannot do that',
  '57014': 'somebody, or a limit of the server, cancelled the statement: find out who, and run again',
}

/** The server's words: its message, and the detail that names the key, the row or the objects it is about. */
export function wordsOf(error: unknown): string {
  const { severity, detail } = (error ?? {}) as { severity?: unknown; detail?: unknown }
  // What a function throws may have a detail of another kind.
  const told = typeof severity === 'string' && typeof detail === 'string'
  return told ? `${messageOf(error)}\n${messageOf(detail)}` : messageOf(error)
}

/** What to do about an error, where its code says it. */
export function hintFor(error: unknown, actor: Actor): string | undefined {
  const { message = '', hint } = (error ?? {}) as Partial<ServerError>
  const code = codeOf(error) ?? ''
  if (code === '42501') return messageOf(missingRight(message, hint, actor))
  if (code === '22023' && actor.role !== undefined && message.includes(`role "${actor.role}"`))
    return `CREATE ROLE ${quoteName(actor.role)} and GRANT ${quoteName(actor.role)} TO ${quoteName(actor.login)}, or correct role`
  if (/COPY|copy/.test(message) && code === '57014')
    return 'a migration has no data to send: write INSERT instead of COPY ... FROM STDIN'
  return HINTS[code] ?? (hint === undefined ? undefined : messageOf(new Error(hint)))
}

/** What went wrong outside of a script, as users are told. */
export function asQueenError(error: unknown, target: string, actor: Actor): QueenError {
  if (error instanceof QueenError) return error
  const code = codeOf(error)
  const lost = isLost(error)
  return new QueenError('CONNECTION_FAILED', `${target}: ${messageOf(error)}`, {
    hint:
      (lost ? 'the connection is gone: run again once the server answers' : hintFor(error, actor)) ??
      'check the rights of this role',
    cause: safeCause(error),
    ...(code !== undefined && { serverCode: code }),
  })
}
