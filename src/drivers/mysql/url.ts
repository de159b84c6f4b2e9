import { QueenError } from '../../core/errors.js'
import { didYouMean } from '../../core/suggest.js'
import { hostFrom, portFrom, splitUrl } from '../url.js'
import type { MysqlConfig } from './client.js'
import { TLS_MODES, type TlsMode, type TlsRequest } from './tls.js'

/** What a URL says: in the words of mysql2, and its TLS in those of MySQL's own programs. */
export interface FromUrl {
  readonly config: MysqlConfig
  readonly tls: TlsRequest
}

/** How to write a target, for hints. */
export const FORM = 'mysql://user:password@host:3306/database'

type Writable<T> = { -readonly [Name in keyof T]: T[Name] }

interface Draft {
  readonly config: Writable<MysqlConfig>
  readonly tls: Writable<TlsRequest>
}

/**
 * Reads a URL: `mysql://user@[::1]:3306/app?ssl-mode=REQUIRED`, `mysql://user@localhost/app?socket=/run/mysqld/mysqld.sock`.
 * `mariadb://` is the same.
 *
 * @throws QueenError `CONFIG_INVALID`, which never repeats the URL
 */
export function fromUrl(text: string): FromUrl {
  const url = text.trim()
  if (url.includes('\0')) throw invalid('has a NUL character')
  const [, rest] = /^(?:mysql|mariadb):\/\/(.*)$/is.exec(url) ?? raise(otherForm(url))
  const { parameters, host, ...place } = splitUrl(rest!, invalid)
  // A host that is a path can only be a socket: mysql://user@%2Frun%2Fmysqld%2Fmysqld.sock/app.
  const draft: Draft = {
    config: { ...place, ...(host?.startsWith('/') === true ? { socketPath: host } : host !== undefined && { host }) },
    tls: {},
  }
  for (const [name, value] of parameters) read(name, value, draft)
  return { config: draft.config, tls: draft.tls }
}

/** Every parameter and what it does. */
const PARAMETERS: Readonly<Record<string, (value: string, draft: Draft) => void>> = {
  host: (value, { config }) => void (config.host = hostFrom(value, invalid)),
  port: (value, { config }) => void (config.port = portFrom(value, invalid)),
  user: (value, { config }) => void (config.user = value),
  password: (value, { config }) => void (config.password = value),
  socket: (value, { config }) => void (config.socketPath = value),
  'ssl-mode': (value, { tls }) => void (tls.mode = sslMode(value)),
  'ssl-ca': (value, { tls }) => void (tls.ca = value),
  'ssl-cert': (value, { tls }) => void (tls.cert = value),
  'ssl-key': (value, { tls }) => void (tls.key = value),
  'connect-timeout': (value, { config }) => void (config.connectTimeout = seconds('connect-timeout', value)),
  charset: (value) => void oneOf('charset', value.toLowerCase(), ['utf8mb4']),
  // Words of mysql2 itself, in which the same URL may be written for the application.
  connectTimeout: (value, { config }) => void (config.connectTimeout = milliseconds(value)),
  timezone: (value, { config }) => void (config.timezone = value),
  ssl: (value, { config, tls }) => {
    if (value.startsWith('{')) config.ssl = jsonOf(value)
    else tls.mode = oneOf('ssl', value, ['true', 'false']) === 'true' ? 'VERIFY_CA' : 'DISABLED'
  },
}

/** Other spellings: libmysql's, and those of other tools. */
const SPELLINGS: Readonly<Record<string, string>> = {
  ssl_mode: 'ssl-mode',
  sslmode: 'ssl-mode',
  sslMode: 'ssl-mode',
  ssl_ca: 'ssl-ca',
  ssl_cert: 'ssl-cert',
  ssl_key: 'ssl-key',
  socketPath: 'socket',
  unix_socket: 'socket',
  connect_timeout: 'connect-timeout',
}

/** What would change how migrations are read or carried out. */
const REFUSED: Readonly<Record<string, string>> = {
  multipleStatements: 'leave it out: Queen sees to it by itself',
  flags: 'leave it out: Queen sees to them by itself',
  debug: 'leave it out: it prints whole statements',
}

function read(given: string, value: string, draft: Draft): void {
  const name = Object.hasOwn(SPELLINGS, given) ? SPELLINGS[given]! : given
  if (Object.hasOwn(REFUSED, name)) throw invalid(`has the parameter ${name}`, REFUSED[name])
  if (!Object.hasOwn(PARAMETERS, name))
    throw invalid(
      // What is no word may be a piece of a password.
      /^[a-z_-]{1,40}$/i.test(name) ? `has the unknown parameter ${name}` : 'has an unknown parameter',
      didYouMean(name, Object.keys(PARAMETERS)),
    )
  PARAMETERS[name]!(value, draft)
}

function sslMode(value: string): TlsMode {
  return oneOf('ssl-mode', value.toUpperCase().replaceAll('-', '_'), TLS_MODES)
}

function oneOf<const Word extends string>(name: string, value: string, words: readonly Word[]): Word {
  return (
    words.find((word) => word === value) ??
    raise(invalid(`has a ${name} that is not possible here`, `write ${name}=${words.join(` or ${name}=`)}`))
  )
}

function jsonOf(value: string): object {
  try {
    return JSON.parse(value) as object
  } catch {
    throw invalid('has an ssl that is no JSON', 'write ssl-mode=REQUIRED or ssl-mode=VERIFY_IDENTITY&ssl-ca=FILE')
  }
}

function seconds(name: string, value: string): number {
  if (!/^\d{1,6}$/.test(value)) throw invalid(`has a ${name} that is not a number of seconds`, `write ${name}=10`)
  return Number(value) * 1000
}

function milliseconds(value: string): number {
  if (!/^\d{1,9}$/.test(value))
    throw invalid('has a connectTimeout that is not a number of milliseconds', 'write connectTimeout=10000')
  return Number(value)
}

/** What somebody may have meant who did not write a URL of MySQL. */
function otherForm(text: string): QueenError {
  if (text === '') return invalid('is empty', `is the environment variable set? The form is ${FORM}`)
  if (/^jdbc:/i.test(text)) return invalid('is one of JDBC', `leave out jdbc:, and write the user into it: ${FORM}`)
  if (text.startsWith('/'))
    return invalid('is a path', 'for a socket write mysql://user@localhost/database?socket=/path')
  const scheme = /^([a-z][a-z0-9+]{0,20}):\/\//i.exec(text)?.[1]
  if (scheme !== undefined) return invalid(`has the scheme ${scheme}:`, `write ${FORM}`)
  return invalid('does not begin with mysql://', `write ${FORM}`)
}

function invalid(problem: string, hint = `the form is ${FORM}`): QueenError {
  return new QueenError('CONFIG_INVALID', `The MySQL URL ${problem}`, { hint })
}

function raise(error: QueenError): never {
  throw error
}
