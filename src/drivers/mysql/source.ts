import { QueenError } from '../../core/errors.js'
import { portFrom } from '../url.js'
import type { MysqlConfig, MysqlConnection, MysqlPool, RawConnection, RawPool } from './client.js'
import type { TlsRequest } from './tls.js'
import { FORM, fromUrl } from './url.js'

/** The settings of a connection that Queen opens itself. */
export interface ConfigSource {
  readonly kind: 'config'
  readonly config: MysqlConfig
  readonly tls: TlsRequest
}

/** Where the database is. What was handed in is kept as it was, beside the callback interface inside of it. */
export type MysqlSource<Client = unknown> =
  | ConfigSource
  | { readonly kind: 'connection'; readonly client: Client; readonly raw: RawConnection }
  | { readonly kind: 'pool'; readonly pool: RawPool; readonly interface: 'promises' | 'callbacks' }

/** What `mysql` takes. */
export type MysqlTarget<Client> = string | MysqlConfig | Client | MysqlPool

/**
 * Reads what `mysql` was given: a URL, options of mysql2, a connection or a pool of either of its interfaces. Nothing is
 * connected, no file read.
 *
 * @throws QueenError `CONFIG_INVALID`, which never repeats what may hold a password
 */
export function sourceFrom<Client extends MysqlConnection>(target: MysqlTarget<Client>): MysqlSource<Client> {
  if (typeof target === 'string') return { kind: 'config', ...fromUrl(target) }
  if (typeof target !== 'object' || target === null)
    throw invalid(`is ${target === null ? 'null' : typeof target}`, `is the environment variable set? ${FORMS}`)
  // A promise of one has everything but what it promises.
  if ('then' in target && typeof target.then === 'function') throw invalid('is a promise', 'write await in front of it')
  const inner = target as { readonly pool?: RawPool; readonly connection?: RawConnection }
  if (isPool(target)) return { kind: 'pool', pool: target as unknown as RawPool, interface: 'callbacks' }
  if (inner.pool !== undefined && isPool(inner.pool)) return { kind: 'pool', pool: inner.pool, interface: 'promises' }
  if (inner.connection !== undefined && isConnection(inner.connection))
    return { kind: 'connection', client: target as Client, raw: inner.connection }
  if (isConnection(target))
    return { kind: 'connection', client: target as unknown as Client, raw: target as RawConnection }
  if (!isPlain(target)) throw invalid('is neither a connection nor a pool of mysql2, and no plain object of options')
  return { kind: 'config', ...fromConfig(target as MysqlConfig) }
}

function isPool(target: object): boolean {
  return typeof (target as RawPool).getConnection === 'function' && 'config' in target
}

function isConnection(target: object): boolean {
  const { query, execute, unprepare } = target as Partial<RawConnection>
  return [query, execute, unprepare].every((method) => typeof method === 'function') && 'threadId' in target
}

/** By the length of the chain, since a test runner may have an Object of its own. */
function isPlain(target: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(target)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** Options of mysql2 as they are; a URL among them fills what they leave out, as it does in mysql2. */
function fromConfig(target: MysqlConfig): { config: MysqlConfig; tls: TlsRequest } {
  const { uri, ...options } = target
  const { host, port, user, database, socketPath } = options
  if (port !== undefined) portFrom(String(port), invalid)
  if (uri !== undefined && typeof uri !== 'string') throw invalid(`has a uri of type ${typeof uri}`)
  if (uri === undefined || uri === '') {
    if ([host, user, database, socketPath].every((value) => value === undefined || value === ''))
      throw invalid('names neither a host nor a database', `is the environment variable set? ${FORMS}`)
    return { config: options, tls: {} }
  }
  const { config, tls } = fromUrl(uri)
  return { config: { ...config, ...options }, tls: options.ssl === undefined ? tls : {} }
}

const FORMS = `write ${FORM}, { host, port, user, password, database }, or pass a connection or pool of mysql2`

function invalid(problem: string, hint = FORMS): QueenError {
  return new QueenError('CONFIG_INVALID', `The MySQL database ${problem}`, { hint })
}
