import { QueenError } from '../../core/errors.js'
import { didYouMean } from '../../core/suggest.js'
import { hostFrom, portFrom, splitUrl } from '../url.js'
import type { PgConfig } from './client.js'
import { sslMode, type TlsRequest } from './tls.js'

/** What a URL says, in the words of `pg`; its TLS in words of libpq, of which `pg` has fewer. */
export interface FromUrl {
  readonly config: PgConfig
  readonly tls: TlsRequest | undefined
}

/** How to write a target, for hints. */
export const FORM = 'postgres://user:password@host:5432/database'

const SOCKET_FORM = 'for a socket write postgres://user@/database?host=/its/folder'

type Writable<T> = { -readonly [Name in keyof T]: T[Name] }

interface Draft {
  readonly config: Writable<PgConfig>
  readonly tls: Writable<TlsRequest>
}

/**
 * Reads a URL as libpq does: `postgres://user@[::1]:5432/app?sslmode=require`, `postgres:///app?host=/var/run/postgresql`.
 * What it leaves out is left to the PG* environment variables.
 *
 * @throws QueenError `CONFIG_INVALID`, which never repeats the URL
 */
export function fromUrl(text: string): FromUrl {
  const url = text.trim()
  if (url.includes('\0')) throw invalid('has a NUL character')
  const [, rest] = /^postgres(?:ql)?:\/\/(.*)$/is.exec(url) ?? raise(otherForm(url))
  const { parameters, ...place } = splitUrl(rest!, invalid)
  const draft: Draft = { config: { ...place }, tls: {} }
  for (const [name, value] of parameters) read(name, value, draft)
  const { config, tls } = draft
  if (config.sslnegotiation === 'direct' && !/^(require|verify-.*)$/.test(tls.mode ?? ''))
    throw invalid('has sslnegotiation=direct without a strict sslmode', 'add sslmode=require, verify-ca or verify-full')
  return { config, tls: Object.keys(tls).length === 0 ? undefined : tls }
}

/** Every parameter and what it does. Those that do nothing ask for what is so anyway. */
const PARAMETERS: Readonly<Record<string, (value: string, draft: Draft) => void>> = {
  host: (value, { config }) => void (config.host = hostFrom(value, invalid)),
  port: (value, { config }) => void (config.port = portFrom(value, invalid)),
  user: (value, { config }) => void (config.user = value),
  password: (value, { config }) => void (config.password = value),
  dbname: (value, { config }) => void (config.database = value),
  options: (value, { config }) => void (config.options = value),
  application_name: (value, { config }) => void (config.application_name = value),
  fallback_application_name: (value, { config }) => void (config.fallback_application_name = value),
  connect_timeout: (value, { config }) =>
    void (config.connectionTimeoutMillis = milliseconds('connect_timeout', value)),
  keepalives: (value, { config }) => void (config.keepAlive = oneOf('keepalives', value, ['0', '1']) === '1'),
  keepalives_idle: (value, { config }) =>
    void (config.keepAliveInitialDelayMillis = milliseconds('keepalives_idle', value)),
  sslmode: (value, { tls }) => void (tls.mode = sslMode(value, invalid)),
  sslrootcert: (value, { tls }) => void (tls.rootCert = value),
  sslcert: (value, { tls }) => void (tls.cert = value),
  sslkey: (value, { tls }) => void (tls.key = value),
  sslnegotiation: (value, { config }) =>
    void (config.sslnegotiation = oneOf('sslnegotiation', value, ['postgres', 'direct'])),
  channel_binding: (value, { tls }) => {
    if (oneOf('channel_binding', value, ['disable', 'prefer', 'require']) === 'require') tls.channelBinding = 'require'
  },
  gssencmode: (value) => void oneOf('gssencmode', value, ['disable', 'prefer']),
  target_session_attrs: (value) => void oneOf('target_session_attrs', value, ['any', 'read-write']),
  client_encoding: (value) => void oneOf('client_encoding', value.toUpperCase().replace('UTF-8', 'UTF8'), ['UTF8']),
  // Words of pg itself, in which the same URL may be written for the application.
  ssl: (value, { tls }) => void (tls.mode = PG_SSL[oneOf('ssl', value, ['true', '1', 'false', '0', 'no-verify'])]),
  uselibpqcompat: (value) => void oneOf('uselibpqcompat', value, ['true', 'false']),
}

const PG_SSL = {
  true: 'verify-full',
  '1': 'verify-full',
  false: 'disable',
  '0': 'disable',
  'no-verify': 'require',
} as const

/** Options of `pg` that a URL can carry and Queen refuses, with the reason as a hint. */
export const REFUSED: Readonly<Record<string, string>> = {
  statement_timeout: "leave it out and use Queen's own option statementTimeout, which also works behind a pooler",
  lock_timeout: "leave it out and use Queen's own option ddlLockTimeout, which also works behind a pooler",
  query_timeout: "leave it out and use Queen's own option statementTimeout: pg stops waiting, the server does not stop",
  idle_in_transaction_session_timeout: "leave it out and use Queen's own option timeout",
}

function read(name: string, value: string, draft: Draft): void {
  if (Object.hasOwn(REFUSED, name)) throw invalid(`has the parameter ${name}`, REFUSED[name])
  if (name === 'schema')
    throw invalid('has the parameter schema', "leave it out; the schema of Queen's table is Queen's own option schema")
  if (!Object.hasOwn(PARAMETERS, name))
    throw invalid(
      // What is no word may be a piece of a password.
      /^[a-z_-]{1,40}$/i.test(name) ? `has the unknown parameter ${name}` : 'has an unknown parameter',
      didYouMean(name, Object.keys(PARAMETERS)),
    )
  PARAMETERS[name]!(value, draft)
}

function oneOf<const Word extends string>(name: string, value: string, words: readonly Word[]): Word {
  return (
    words.find((word) => word === value) ??
    raise(invalid(`has a ${name} that is not possible here`, `write ${name}=${words.join(` or ${name}=`)}`))
  )
}

function milliseconds(name: string, value: string): number {
  if (!/^\d{1,6}$/.test(value)) throw invalid(`has a ${name} that is not a number of seconds`, `write ${name}=10`)
  return Number(value) * 1000
}

/** What somebody may have meant who did not write a URL of PostgreSQL. */
function otherForm(text: string): QueenError {
  if (text === '') return invalid('is empty', `is the environment variable set? The form is ${FORM}`)
  if (/^jdbc:/i.test(text)) return invalid('is one of JDBC', `leave out jdbc:, and write the user into it: ${FORM}`)
  if (/^socket:/i.test(text)) return invalid('has the scheme socket:', SOCKET_FORM)
  if (text.startsWith('/')) return invalid('is a path', SOCKET_FORM)
  if (/^\w+\s*=/.test(text)) return invalid('is a list of keywords and values', `write it as ${FORM}`)
  const scheme = /^([a-z][a-z+]{0,20}):\/\//i.exec(text)?.[1]
  if (scheme !== undefined) return invalid(`has the scheme ${scheme}:`, `write ${FORM}`)
  return invalid('does not begin with postgres://', `write ${FORM}`)
}

function invalid(problem: string, hint = `the form is ${FORM}`): QueenError {
  return new QueenError('CONFIG_INVALID', `The PostgreSQL URL ${problem}`, { hint })
}

function raise(error: QueenError): never {
  throw error
}
