import type { MysqlConfig } from './client.js'
import type { MysqlSource } from './source.js'
import { fromUrl } from './url.js'

/** A source as a URL, for people: no password in it. */
export function targetOf(source: MysqlSource): string {
  const { host = 'localhost', port = 3306, user, database, socketPath } = configOf(source)
  const name = user === undefined || user === '' ? '' : `${encodeURIComponent(user)}@`
  const path = encodeURIComponent(database ?? '')
  if (socketPath !== undefined && socketPath !== '') return `mysql://${name}localhost/${path}?socket=${socketPath}`
  return `mysql://${name}${host.includes(':') ? `[${host}]` : host}:${port}/${path}`
}

/** The settings a source leads to; those of a connection that was handed in are what mysql2 kept of them. */
export function configOf(source: MysqlSource): MysqlConfig {
  if (source.kind === 'config') return source.config
  const kept = source.kind === 'connection' ? source.raw.config : (source.pool.config?.connectionConfig ?? {})
  const { uri, ...config } = kept as MysqlConfig
  try {
    return uri === undefined || config.host !== undefined ? config : { ...config, ...fromUrl(uri).config }
  } catch {
    // It is only shown.
    return config
  }
}
