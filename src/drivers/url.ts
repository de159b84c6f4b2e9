import { isIPv6 } from 'node:net'
import type { QueenError } from '../core/errors.js'

/** The parts of a database URL, percent-decoded. What the URL leaves out is missing. */
export interface UrlParts {
  readonly user?: string
  readonly password?: string
  readonly host?: string
  readonly port?: number
  readonly database?: string
  /** The query; of a name that comes twice, the last counts. */
  readonly parameters: ReadonlyMap<string, string>
}

/** Makes the error. The problem never repeats a piece of the URL: any piece may be one of the password. */
export type Complain = (problem: string, hint?: string) => QueenError

const ENCODED = 'in a user name or a password write @ as %40, / as %2F, ? as %3F, : as %3A and % as %25'

/**
 * Takes a URL apart from behind its `scheme://`. Not with the `URL` of the platform: that one knows no host that is a
 * folder (`%2Frun`), no user without a host, and repeats what it cannot read.
 *
 * @throws what `complain` makes
 */
export function splitUrl(rest: string, complain: Complain): UrlParts {
  const [, authority = '', path = '', query = ''] = /^([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(rest)!
  // Otherwise half of a password with a slash in it would be taken for the database's name, and shown.
  if (authority !== '' && (path + query).includes('@')) throw complain('has an @ behind the host', ENCODED)
  const at = authority.lastIndexOf('@')
  return {
    ...credentials(authority.slice(0, Math.max(at, 0)), complain),
    ...place(authority.slice(at + 1), complain),
    ...optional('database', decode(path, 'database', complain)),
    parameters: parametersFrom(query, complain),
  }
}

/** @throws what `complain` makes, unless it is a number from 1 to 65535 */
export function portFrom(text: string, complain: Complain): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port < 1 || port > 65_535)
    throw complain('has a port that is not a number from 1 to 65535', `write host:port; ${ENCODED}`)
  return port
}

/** @throws what `complain` makes, when the text names several hosts */
export function hostFrom(text: string, complain: Complain): string {
  if (text.includes(','))
    throw complain('names several hosts', 'name one: the server that can be written to, or a name that leads to it')
  return text
}

function credentials(text: string, complain: Complain): Pick<UrlParts, 'user' | 'password'> {
  const colon = text.indexOf(':')
  return {
    ...optional('user', decode(colon === -1 ? text : text.slice(0, colon), 'user name', complain)),
    ...optional('password', decode(colon === -1 ? '' : text.slice(colon + 1), 'password', complain)),
  }
}

function place(text: string, complain: Complain): Pick<UrlParts, 'host' | 'port'> {
  hostFrom(text, complain)
  const parts = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::([^:]*))?$/.exec(text)
  if (parts === null)
    throw complain('has a host that cannot be read', 'write host:port, and an IPv6 address as [::1]:port')
  const [, address, name = '', port = ''] = parts
  const host = decode(address ?? name, 'host', complain)
  if (address !== undefined && !isIPv6(host))
    throw complain('has something else than an IPv6 address in brackets', 'write host:port, or [::1]:port')
  return {
    ...optional('host', hostFrom(host, complain)),
    ...(port === '' ? {} : { port: portFrom(port, complain) }),
  }
}

function parametersFrom(query: string, complain: Complain): Map<string, string> {
  const parameters = new Map<string, string>()
  for (const pair of query.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    if (equals === -1) throw complain('has a parameter without a value', 'behind the ? write name=value&name=value')
    const name = decode(pair.slice(0, equals), 'query', complain)
    parameters.set(name, decode(pair.slice(equals + 1), 'query', complain))
  }
  return parameters
}

function decode(text: string, what: string, complain: Complain): string {
  let decoded: string
  try {
    decoded = decodeURIComponent(text)
  } catch {
    throw complain(`has a malformed percent escape in the ${what}`, `write the character % itself as %25; ${ENCODED}`)
  }
  if (decoded.includes('\0')) throw complain(`has a NUL character in the ${what}`)
  return decoded
}

function optional<Name extends string>(name: Name, value: string): { [name in Name]?: string } {
  return value === '' ? {} : ({ [name]: value } as { [name in Name]?: string })
}
