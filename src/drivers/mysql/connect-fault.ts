import { QueenError } from '../../core/errors.js'
import { codeOf, messageOf, safeCause } from '../../core/redact.js'
import { tickName } from '../sql/quote.js'
import { numberOf } from './message.js'

/** The next step for what can go wrong before a server answers. */
const HINTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'check host and port, and that the server is running and listens there (its bind_address)',
  ENOENT: "no server has this socket: check the path (the server's variable socket)",
  EACCES: 'this user may not use the socket',
  ENOTFOUND: 'the name of the host is not known: check it for a misspelling',
  EAI_AGAIN: 'the name of the host cannot be looked up now: check the network and its DNS',
  EHOSTUNREACH: 'no way leads to the host: check the address and the network',
  ENETUNREACH: 'no way leads to the host: check the address and the network',
  ETIMEDOUT: 'nothing answers there: check host, port and firewall, or wait longer with connect-timeout=SECONDS',
  HANDSHAKE_NO_SSL_SUPPORT: 'the server has no TLS: connect with ssl-mode=DISABLED, or give it a certificate',
  HANDSHAKE_SSL_ERROR: 'name the certificate that signed it with ssl-ca=FILE, or only encrypt with ssl-mode=REQUIRED',
  CERT_HAS_EXPIRED: 'renew the certificate of the server; ssl-mode=REQUIRED encrypts without looking at it',
  PROTOCOL_CONNECTION_LOST:
    'the server hung up: check that it is MySQL or MariaDB that listens there, and whether it wants TLS (ssl-mode=REQUIRED)',
  '1040': 'close connections, or raise max_connections of the server',
  '1045': 'check the user name and the password, and from which hosts the user may connect',
  '1129': 'too many attempts failed: FLUSH HOSTS, or mariadb-admin flush-hosts',
  '1130': 'this host may not connect: CREATE USER ... for it',
  '1226': 'the user has as many connections as it may: close some, or ALTER USER ... WITH MAX_USER_CONNECTIONS',
  '1251': 'the server wants an authentication that this mysql2 does not know: npm install mysql2@3',
  '1698': 'this user comes in by its operating system name: connect through the socket, or CREATE USER with a password',
  '3159': 'the server allows encrypted connections only: add ssl-mode=REQUIRED',
}

/** The error for a connection that could not be opened: where to, why, and the next step. It holds no password. */
export function connectFault(error: unknown, target: string, database: string | undefined): QueenError {
  if (error instanceof QueenError) return error
  const number = numberOf(error)
  return new QueenError('CONNECTION_FAILED', `Cannot connect to ${target}: ${messageOf(error)}`, {
    hint: hintFor(error, number, database ?? ''),
    ...(number !== undefined && { serverCode: String(number) }),
    cause: safeCause(error),
  })
}

function hintFor(error: unknown, number: number | undefined, database: string): string {
  if (number === 1049) return `CREATE DATABASE ${tickName(database)}, or name another database`
  if (number === 1044) return `GRANT ALL ON ${tickName(database)}.* TO the user, or name another database`
  const message = messageOf(error)
  if (/self.signed|unable to (verify|get)|certificate|altnames/i.test(message)) return HINTS['HANDSHAKE_SSL_ERROR']!
  if (/lent no connection|No connections available|Queue limit/i.test(message))
    return 'end what holds the connections of the pool, give it a higher connectionLimit, or give Queen a URL instead'
  return HINTS[String(number)] ?? HINTS[codeOf(error) ?? ''] ?? 'check host, port, database and user'
}

/** Whether the server merely lacks TLS, so that it can be tried without. */
export function lacksTls(error: unknown): boolean {
  return codeOf(error) === 'HANDSHAKE_NO_SSL_SUPPORT'
}
