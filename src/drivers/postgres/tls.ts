import { readFile } from 'node:fs/promises'
import type { ConnectionOptions } from 'node:tls'
import { QueenError } from '../../core/errors.js'
import { messageOf, safeCause } from '../../core/redact.js'
import { didYouMean } from '../../core/suggest.js'

/** libpq's six words, in the order of their strictness. */
export const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const
export type SslMode = (typeof SSL_MODES)[number]

/** What a URL says about TLS. Files are read when a connection is opened. */
export interface TlsRequest {
  readonly mode?: SslMode
  /** A file of certificates, or `system` for those that Node trusts, which makes every mode `verify-full`. */
  readonly rootCert?: string
  readonly cert?: string
  readonly key?: string
  /** The server must prove that it ends the TLS connection itself. */
  readonly channelBinding?: 'require'
}

/** The `ssl` option of one attempt to connect. */
export type Ssl = false | ConnectionOptions

type Environment = Readonly<Record<string, string | undefined>>

/** Anybody can have a certificate of a public authority, so that without the host's name it would prove nothing. */
const SYSTEM = 'system'

const FILES = { rootCert: 'PGSSLROOTCERT', cert: 'PGSSLCERT', key: 'PGSSLKEY' } as const

/**
 * The word of an `sslmode`; `no-verify`, which `pg` adds to libpq's, is `require` as libpq has it.
 *
 * @throws what `complain` makes
 */
export function sslMode(text: string, complain: (problem: string, hint: string) => QueenError): SslMode {
  if (text === 'no-verify') return 'require'
  const mode = SSL_MODES.find((known) => known === text)
  if (mode === undefined) throw complain('has an unknown sslmode', didYouMean(text, SSL_MODES))
  return mode
}

/**
 * How to connect, first choice first: two for the modes that fall back. The modes mean what they mean to libpq, not to
 * `pg`, which verifies certificates for `prefer` and `require` too. Where libpq looks for certificates in the user's
 * home, Node's own list of authorities is used. A socket is never encrypted.
 *
 * @throws QueenError `CONFIG_INVALID` for a file that cannot be read or a PGSSLMODE that does not exist
 */
export async function tlsAttempts(
  request: TlsRequest | undefined,
  host: string,
  environment: Environment,
): Promise<readonly Ssl[]> {
  const mode = modeOf(request, environment)
  if (mode === 'disable' || host.startsWith('/')) return [false]
  const files = await readFiles(request, environment)
  const root = rootCertOf(request, environment)
  // With the host, older releases of pg check the certificate of an address against it instead of localhost.
  if (mode === 'verify-full' || root === SYSTEM) return [{ ...files, host, rejectUnauthorized: true }]
  const trusting: Ssl = { ...files, rejectUnauthorized: false }
  if (mode === 'allow') return [false, trusting]
  if (mode === 'prefer') return [trusting, false]
  if (mode === 'require' && root === undefined) return [trusting]
  return [{ ...files, rejectUnauthorized: true, checkServerIdentity: () => undefined }]
}

function modeOf(request: TlsRequest | undefined, environment: Environment): SslMode {
  if (request?.mode !== undefined) return request.mode
  const word = environment['PGSSLMODE']
  if (word !== undefined && word !== '')
    return sslMode(
      word,
      (problem, hint) => new QueenError('CONFIG_INVALID', `The environment variable PGSSLMODE ${problem}`, { hint }),
    )
  // Who names a certificate wants it to count.
  return Object.keys(FILES).some((name) => name in (request ?? {})) ? 'verify-full' : 'disable'
}

function rootCertOf(request: TlsRequest | undefined, environment: Environment): string | undefined {
  return request?.rootCert ?? (environment[FILES.rootCert] || undefined)
}

async function readFiles(request: TlsRequest | undefined, environment: Environment): Promise<ConnectionOptions> {
  const root = rootCertOf(request, environment)
  const cert = request?.cert ?? environment[FILES.cert]
  const key = request?.key ?? environment[FILES.key]
  return {
    ...(root === undefined || root === SYSTEM ? {} : { ca: await read('sslrootcert', root) }),
    ...(cert ? { cert: await read('sslcert', cert) } : {}),
    ...(key ? { key: await read('sslkey', key) } : {}),
  }
}

async function read(parameter: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new QueenError('CONFIG_INVALID', `The file of ${parameter} cannot be read: ${messageOf(error)}`, {
      hint: `${parameter} is the path of a PEM file, from the folder where the program runs`,
      cause: safeCause(error),
    })
  }
}
