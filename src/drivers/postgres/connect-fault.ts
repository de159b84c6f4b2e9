import { QueenError } from '../../core/errors.js'
import { codeOf, messageOf, safeCause } from '../../core/redact.js'
import { quoteName } from '../sql/quote.js'
import { NOT_BOUND } from './channel-binding.js'
import type { Destination } from './target.js'

/** The next step for what can go wrong before a server answers, and for what its certificate can lack. */
const HINTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'check host and port, and that the server is running and listens there (its listen_addresses)',
  ENOENT: "no server has this socket: check the folder (the server's unix_socket_directories) and the port",
  EACCES: 'this user may not use the socket: see unix_socket_permissions of the server',
  ENOTFOUND: 'the name of the host is not known: check it for a misspelling',
  EAI_AGAIN: 'the name of the host cannot be looked up now: check the network and its DNS',
  EHOSTUNREACH: 'no way leads to the host: check the address and the network',
  ENETUNREACH: 'no way leads to the host: check the address and the network',
  '28P01': 'check the user name and the password',
  '53300': 'close connections, raise max_connections of the server, or put a pooler in between',
  '57P03': 'the server is starting, recovering or stopping: try again in a moment',
  CERT_HAS_EXPIRED: 'renew the certificate of the server; sslmode=require encrypts without looking at it',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'use the host name of the certificate; sslmode=verify-ca does not compare names, sslmode=require verifies nothing',
}

const UNTRUSTED =
  'name the certificate that signed it with sslrootcert=FILE (ssl: { ca } in options), or only encrypt with sslmode=require'

/** What has no code of its own, by the words of `pg`, OpenSSL and PgBouncer. */
const WORDS: readonly (readonly [words: RegExp, hint: string])[] = [
  [
    /lent no client|exceeded when trying to connect/,
    'end what holds the clients of the pool, give it a higher max, or give Queen a URL instead',
  ],
  [/timeout/i, 'nothing answers there: check host, port and firewall, or wait longer with connect_timeout=SECONDS'],
  [/does not support SSL/i, 'connect without encryption with sslmode=disable, or set ssl=on in the server'],
  [/unsupported startup parameter/i, 'a pooler in between does not let it through: leave it out of the URL (options)'],
  [/self.signed|unable to (verify|get)|certificate/i, UNTRUSTED],
  [/password must be/i, 'the server wants a password, and none was given: write it into the URL, or set PGPASSWORD'],
  [/no PostgreSQL user name/i, 'name the user in the URL (postgres://user@host/database) or in PGUSER'],
  [/after calling end on the pool/i, 'hand in a pool that is open'],
  [
    /terminated unexpectedly|ECONNRESET|socket hang up/i,
    'the server hung up: check that it is PostgreSQL that listens there, and whether it wants TLS (sslmode=require)',
  ],
]

/** The error for a connection that could not be opened: where to, why, and the next step. It holds no password. */
export function connectFault(error: unknown, to: Destination, encrypted: boolean): QueenError {
  if (error instanceof QueenError) return error
  const serverCode = sqlStateOf(error)
  return new QueenError('CONNECTION_FAILED', `Cannot connect to ${to.target}: ${messageOf(error)}`, {
    hint: hintFor(error, to, encrypted),
    ...(serverCode === undefined ? {} : { serverCode }),
    cause: safeCause(error),
  })
}

/** The SQLSTATE, when it was the server that refused. */
function sqlStateOf(error: unknown): string | undefined {
  return typeof (error as { severity?: unknown } | null)?.severity === 'string' ? codeOf(error) : undefined
}

/** Whether connecting with other encryption may go better: not where nobody answers or the password is wrong. */
export function dependsOnEncryption(error: unknown): boolean {
  if (error instanceof QueenError || messageOf(error) === NOT_BOUND || /timeout/i.test(messageOf(error))) return false
  const state = sqlStateOf(error)
  if (state !== undefined) return state === '28000'
  return !/^(ECONNREFUSED|ENOENT|EACCES|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/.test(codeOf(error) ?? '')
}

function hintFor(error: unknown, { database, user }: Destination, encrypted: boolean): string {
  const code = codeOf(error) ?? ''
  const message = messageOf(error)
  if (code === '3D000') return `CREATE DATABASE ${quoteName(database ?? '')}, or name another database`
  if (code === '28000' && /pg_hba|encryption/.test(message)) {
    const line = 'allow it in pg_hba.conf of the server'
    return encrypted ? line : `the server may want TLS: add sslmode=require; otherwise ${line}`
  }
  if (code === '28000' && /certificate/.test(message))
    return 'name the certificate of this user with sslcert and sslkey'
  if (code === '28000' && user !== undefined && !/no PostgreSQL user name/.test(message))
    return `check the user name; CREATE ROLE ${quoteName(user)} LOGIN makes it`
  if (message === NOT_BOUND) return 'it needs TLS and a SCRAM password: check sslmode, or leave channel_binding out'
  return HINTS[code] ?? WORDS.find(([words]) => words.test(message))?.[1] ?? 'check host, port, database and user'
}
