import { QueenError } from '../../core/errors.js'
import { codeOf, messageOf, safeCause } from '../../core/redact.js'
import { tickName } from '../sql/quote.js'
import type { Facts } from './facts.js'
import { numberOf } from './message.js'

/** The server ended the connection, or is going down. */
const LOST = new Set([1053, 1077, 1078, 1079, 1080, 1152, 1153, 1158, 1159, 1160, 1161, 1184, 1927, 3169, 4031])

/** Whether an error means that the connection is gone. */
export function isLost(error: unknown): boolean {
  const number = numberOf(error)
  return number === undefined || LOST.has(number)
}

/** Whether an error that a function let through means so: it may also be one of its own, which no server has seen. */
export function endsConnection(error: unknown): boolean {
  const fatal = (error as { readonly fatal?: unknown } | null)?.fatal === true
  return fatal || (numberOf(error) !== undefined && isLost(error))
}

/** Whether the same may succeed a moment later: no lock in time, a deadlock, or NOWAIT. */
export function isLockMiss(number: number | undefined): boolean {
  return number === 1205 || number === 1213 || number === 3572 || number === 4055
}

/** The server stopped a statement, because somebody or a limit of its own said so. */
export function isInterrupted(number: number | undefined): boolean {
  return number === 1317 || number === 3024 || number === 1969 || number === 1028
}

const HINTS: Readonly<Record<number, string>> = {
  1046: 'name the database in the URL: mysql://user@host/database, or qualify the name',
  1071: 'an index may have 3072 bytes: index the beginning of the column, as in (name(191))',
  1114: 'the disk, or a temporary table in memory, is full: make room, see tmp_table_size, and run again',
  1118: 'a row may have 65535 bytes: make a long VARCHAR a TEXT',
  1206: 'the statement locks more rows than fit: raise innodb_buffer_pool_size, or do it in portions',
  1290: 'the server runs with an option (read_only?) that forbids it: connect to the primary',
  1317: 'somebody stopped the statement with KILL: find out who, and run again',
  1364: 'give the column a DEFAULT, or the row a value',
  1418: 'add DETERMINISTIC, NO SQL or READS SQL DATA to the function, or set log_bin_trust_function_creators = 1',
  1419: 'set log_bin_trust_function_creators = 1, or run as a user with SYSTEM_VARIABLES_ADMIN (SUPER)',
  1792: 'this session is read-only: see transaction_read_only, and connect to the primary',
  1836: 'the server is read-only: connect to the primary',
  1845: 'online: true lets it neither copy the table nor lock it, and this change needs that: take it in smaller steps, or leave online out and choose the hour',
  1846: 'online: true lets it neither copy the table nor lock it, and this change needs that: take it in smaller steps, or leave online out and choose the hour',
  1969: 'a limit of the server (max_statement_time) stopped the statement',
  3024: 'a limit of the server (max_execution_time) stopped the statement',
  3750: 'the server wants a primary key in every table (sql_require_primary_key): give it one',
  3780: 'the two columns of a foreign key must have the same type, sign and character set',
}

/** What to do about an error, where its number says it. */
export function hintFor(error: unknown, facts: Facts | undefined): string | undefined {
  const number = numberOf(error)
  return number === undefined ? undefined : (missingRight(number, messageOf(error), facts) ?? HINTS[number])
}

/** The GRANT that is missing, by what the server says of it. */
function missingRight(number: number, message: string, facts: Facts | undefined): string | undefined {
  const user = (/for user ('[^']*'@'[^']*')/.exec(message)?.[1] ?? quotedUser(facts?.user)) || 'the user'
  const database = facts === undefined ? '' : tickName(facts.database)
  switch (number) {
    case 1142: {
      const [, right = 'ALL', table = ''] = /^([A-Z, ]+?) command denied .* for table (\S+)$/.exec(message) ?? []
      const names = table.replaceAll(/[`']/g, '').split('.').filter(Boolean).map(tickName)
      const on = names.length === 2 ? names.join('.') : `${database}.${names[0] ?? '*'}`
      return `GRANT ${right} ON ${on} TO ${user}`
    }
    case 1143:
      return `GRANT ${/^([A-Z]+) command/.exec(message)?.[1] ?? 'ALL'} ON ${database}.* TO ${user}`
    case 1044:
      return `GRANT ALL ON ${tickName(/database '(.+)'$/.exec(message)?.[1] ?? facts?.database ?? '')}.* TO ${user}`
    case 1227:
      return `GRANT ${/need \(at least one of\) the (.+?) privilege/.exec(message)?.[1]?.split(/ or |, /)[0] ?? 'SUPER'} ON *.* TO ${user}`
    case 1370:
      return `GRANT ${/^([a-z ]+) command/i.exec(message)?.[1]?.toUpperCase() ?? 'EXECUTE'} ON ${database}.* TO ${user}`
    default:
      return undefined
  }
}

function quotedUser(user: string | undefined): string {
  return user === undefined
    ? ''
    : user
        .split('@')
        .map((part) => `'${part}'`)
        .join('@')
}

/** What went wrong outside of a script, as users are told. */
export function asQueenError(error: unknown, target: string, facts: Facts | undefined): QueenError {
  if (error instanceof QueenError) return error
  const number = numberOf(error)
  const code = number === undefined ? codeOf(error) : String(number)
  return new QueenError('CONNECTION_FAILED', `${target}: ${messageOf(error)}`, {
    hint: isLost(error)
      ? 'the connection is gone: run again once the server answers'
      : (hintFor(error, facts) ?? 'check the rights of this user'),
    cause: safeCause(error),
    ...(code !== undefined && { serverCode: code }),
  })
}
