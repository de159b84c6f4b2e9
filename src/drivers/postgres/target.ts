import { userInfo } from 'node:os'
import type { PgConfig } from './client.js'
import type { PostgresSource } from './source.js'
import { fromUrl } from './url.js'

/** Where a connection goes to, once the environment and the defaults have filled what was left out. */
interface Place {
  readonly host: string
  readonly port: number
  /** undefined only where the system knows no name for the user of this process. */
  readonly user: string | undefined
  readonly database: string | undefined
}

/** A place and how to show it. */
export interface Destination extends Place {
  /** As a URL, for people. */
  readonly target: string
}

/** The place that options lead to: what is missing comes from the PG* variables, then from libpq's defaults. */
function placeOf(config: PgConfig): Place {
  const environment = process.env
  const user = config.user || environment['PGUSER'] || environment['USER'] || systemUser()
  return {
    host: config.host || environment['PGHOST'] || 'localhost',
    port: Number(config.port || environment['PGPORT'] || 5432),
    user,
    database: config.database || environment['PGDATABASE'] || user,
  }
}

/** A source as a URL, for people: no password in it. */
export function targetOf(source: PostgresSource): string {
  return destinationOf(source).target
}

/** Where a source leads to. */
export function destinationOf(source: PostgresSource): Destination {
  const place = placeOf(configOf(source))
  return { ...place, target: shown(place) }
}

function configOf(source: PostgresSource): PgConfig {
  if (source.kind === 'config') return source.config
  if (source.kind === 'client') return source.client as PgConfig
  const { connectionString, ...options } = (source.pool.options ?? {}) as PgConfig
  return { ...options, ...parts(connectionString) }
}

/** The user's pool may have a string that Queen would refuse; it is only shown. */
function parts(connectionString: string | undefined): PgConfig {
  try {
    return connectionString === undefined ? {} : fromUrl(connectionString).config
  } catch {
    return {}
  }
}

function shown({ host, port, user, database }: Place): string {
  const name = user === undefined ? '' : `${encodeURIComponent(user)}@`
  const path = encodeURIComponent(database ?? '')
  if (host.startsWith('/')) return `postgres://${name}/${path}?host=${host}${port === 5432 ? '' : `&port=${port}`}`
  return `postgres://${name}${host.includes(':') ? `[${host}]` : host}:${port}/${path}`
}

/** Unlike `pg`, libpq knows the user also where no variable names him, as in most containers. */
function systemUser(): string | undefined {
  try {
    return userInfo().username
  } catch {
    return undefined
  }
}
