import { QueenError } from '../../core/errors.js'
import { portFrom } from '../url.js'
import type { PgClient, PgConfig, PgPool } from './client.js'
import { refuseUnusable } from './inside.js'
import type { TlsRequest } from './tls.js'
import { FORM, fromUrl, REFUSED } from './url.js'

/** The settings of a connection that Queen opens itself. */
export interface ConfigSource {
  readonly kind: 'config'
  readonly config: PgConfig
  readonly tls: TlsRequest | undefined
}

/** Where the database is. */
export type PostgresSource<Client extends PgClient = PgClient> =
  | ConfigSource
  | { readonly kind: 'client'; readonly client: Client }
  | { readonly kind: 'pool'; readonly pool: PgPool }

/** What `postgres` takes. */
export type PostgresTarget<Client extends PgClient = PgClient> = string | PgConfig | Client | PgPool

/**
 * Reads what `postgres` was given: a URL, the options of a `pg` client, a client or a pool. Nothing is connected, no
 * file read.
 *
 * @throws QueenError `CONFIG_INVALID`, which never repeats what may hold a password
 */
export function sourceFrom<Client extends PgClient>(target: PostgresTarget<Client>): PostgresSource<Client> {
  if (typeof target === 'string') return { kind: 'config', ...fromUrl(target) }
  if (typeof target !== 'object' || target === null)
    throw invalid(`is ${target === null ? 'null' : typeof target}`, `is the environment variable set? ${FORMS}`)
  if (isPool(target)) {
    refuseUnusable(target.options ?? {})
    return { kind: 'pool', pool: target }
  }
  if (isClient(target)) {
    refuseUnusable(target)
    return { kind: 'client', client: target as Client }
  }
  if ('then' in target) throw invalid('is a promise', 'write await in front of it')
  if (!isPlain(target)) throw invalid('is neither a pg Client nor a pg Pool, and no plain object of options')
  return { kind: 'config', ...fromConfig(target) }
}

function isPool(target: object): target is PgPool {
  const { connect, totalCount } = target as Partial<PgPool>
  return typeof connect === 'function' && typeof totalCount === 'number'
}

function isClient(target: object): target is PgClient {
  const { query, connect, escapeIdentifier } = target as Partial<PgClient>
  return [query, connect, escapeIdentifier].every((method) => typeof method === 'function')
}

/** By the length of the chain, since a test runner may have an Object of its own. */
function isPlain(target: object): target is PgConfig {
  const prototype: unknown = Object.getPrototypeOf(target)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** Options of `pg` as they are; a connection string among them has the last word, as it has in `pg`. */
function fromConfig(target: PgConfig): { config: PgConfig; tls: TlsRequest | undefined } {
  const { connectionString, ...options } = target
  const refused = Object.keys(REFUSED).find((name) => Boolean((options as Record<string, unknown>)[name]))
  if (refused !== undefined) throw invalid(`has the option ${refused}`, REFUSED[refused])
  const { host, port, user, database, ssl } = options
  if (port !== undefined) portFrom(String(port), invalid)
  if (connectionString === undefined || connectionString === '') {
    if ('connectionString' in target && [host, port, user, database].every((value) => value === undefined))
      throw invalid('has an empty connectionString', `is the environment variable set? ${FORMS}`)
    return { config: options, tls: undefined }
  }
  if (typeof connectionString !== 'string') throw invalid(`has a connectionString of type ${typeof connectionString}`)
  const { config, tls } = fromUrl(connectionString)
  const { ssl: _, ...rest } = options
  // An object in code is nearer to the purpose than a word in a string; but `ssl: false` does not undo sslmode=require.
  const keeps = (typeof ssl === 'object' && ssl !== null) || !asksForTls(tls)
  return { config: { ...(keeps ? options : rest), ...config }, tls }
}

function asksForTls(tls: TlsRequest | undefined): boolean {
  return Object.keys(tls ?? {}).some((name) => name !== 'channelBinding')
}

const FORMS = `write ${FORM}, { host, port, user, password, database }, or pass a pg Client or Pool`

function invalid(problem: string, hint = FORMS): QueenError {
  return new QueenError('CONFIG_INVALID', `The PostgreSQL database ${problem}`, { hint })
}
