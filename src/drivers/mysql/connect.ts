import { readable } from '../../core/duration.js'
import { QueenError } from '../../core/errors.js'
import {
  loadMysql2,
  type MysqlConfig,
  type Mysql2,
  type MysqlTls,
  type RawConnection,
  type RawPool,
  type RawPoolConnection,
} from './client.js'
import { connectFault, lacksTls } from './connect-fault.js'
import { Vigil, type Opened } from './opened.js'
import type { ConfigSource, MysqlSource } from './source.js'
import { configOf, targetOf } from './target.js'
import { tlsAttempts } from './tls.js'

const CONNECT_TIMEOUT = 10_000
/** How long a server gets to say goodbye. */
const END_TIMEOUT = 2_000
/** When the system asks whether a silent peer is still there. */
const KEEP_ALIVE_DELAY = 10_000

/**
 * Opens the connection that a source leads to: one of Queen's own, one that the pool lends, or the user's.
 *
 * @throws QueenError `CONNECTION_FAILED` naming the place, `DRIVER_MISSING`, `CONFIG_INVALID`
 */
export async function openConnection<Client>(source: MysqlSource<Client>, name: string): Promise<Opened<Client>> {
  if (source.kind === 'config') return (await openOwn(source, name)) as Opened<Client>
  if (source.kind === 'pool') return (await borrow(source, CONNECT_TIMEOUT)) as Opened<Client>
  const { raw, client } = source
  refuseClosed(raw, targetOf(source))
  const vigil = new Vigil(raw)
  // oxlint-disable-next-line require-await -- it is a promise for the other kinds' sake
  return { client, raw, vigil, close: async () => vigil.stop() }
}

/**
 * Opens a second connection to the same place, to watch or to stop what the first one does: with the settings of the
 * connection or pool that was handed in, and never out of the pool, which may have none left.
 *
 * @throws QueenError `CONNECTION_FAILED`
 */
export async function openSecond(source: MysqlSource, name: string, timeoutMs = CONNECT_TIMEOUT): Promise<Opened> {
  if (source.kind === 'config') return await openOwn(source, name, timeoutMs)
  const { host, port, user, password, database, socketPath, ssl } = configOf(source)
  const config = { host, port, user, password, database, socketPath, ssl: ssl || undefined }
  return await openOwn({ kind: 'config', config, tls: {} }, name, timeoutMs)
}

async function openOwn(source: ConfigSource, name: string, timeoutMs = CONNECT_TIMEOUT): Promise<Opened> {
  const { config } = source
  const mysql2 = loadMysql2()
  const settings = withDefaults(config, name, timeoutMs)
  const attempts = config.ssl === undefined ? await tlsAttempts(source.tls) : [config.ssl]
  for (const [index, ssl] of attempts.entries()) {
    try {
      return await open(mysql2, { ...settings, ...(ssl !== undefined && { ssl: copied(ssl) }) })
    } catch (error) {
      if (index < attempts.length - 1 && lacksTls(error)) continue
      throw connectFault(error, targetOf(source), config.database)
    }
  }
  throw new Error('there is always one to try')
}

/** mysql2 writes into the object it is given. */
function copied(ssl: string | MysqlTls): string | MysqlTls {
  return typeof ssl === 'string' ? ssl : { ...ssl }
}

/** What a connection of Queen's own has, whatever the settings say. */
function withDefaults(config: MysqlConfig, name: string, timeoutMs: number): object {
  const given = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined))
  return {
    enableKeepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_DELAY,
    connectTimeout: timeoutMs,
    ...given,
    charset: 'utf8mb4',
    multipleStatements: true,
    // With IGNORE_SPACE, which mysql2 asks for, a table could not be named count. And no server reads our files.
    flags: ['-IGNORE_SPACE', '-LOCAL_FILES'],
    connectAttributes: { program_name: name },
  }
}

async function open(mysql2: Mysql2, settings: object): Promise<Opened> {
  const raw = mysql2.createConnection(settings)
  const vigil = new Vigil(raw)
  try {
    await new Promise<void>((resolve, reject) => {
      raw.once('connect', () => resolve())
      vigil.lost(reject)
    })
  } catch (error) {
    raw.destroy()
    throw error
  }
  return { client: raw.promise(), raw, vigil, close: async () => await end(raw, vigil) }
}

/** Ends a connection; where the server does not answer, hangs up. */
async function end(raw: RawConnection, vigil: Vigil): Promise<void> {
  if (vigil.reason !== undefined) return raw.destroy()
  let timer: NodeJS.Timeout | undefined
  await new Promise<void>((resolve) => {
    timer = setTimeout(resolve, END_TIMEOUT)
    vigil.lost(() => resolve())
    raw.end(() => resolve())
  })
  clearTimeout(timer)
  raw.destroy()
}

async function borrow(source: Extract<MysqlSource, { kind: 'pool' }>, timeoutMs: number): Promise<Opened> {
  const { database } = configOf(source)
  const raw = await lend(source.pool, timeoutMs).catch((error: unknown) => {
    throw connectFault(error, targetOf(source), database)
  })
  const vigil = new Vigil(raw)
  // oxlint-disable-next-line require-await -- a fault must reject, never throw
  const close = async (state: 'clean' | 'dirty'): Promise<void> => {
    vigil.stop()
    if (state === 'dirty') raw.destroy()
    else raw.release()
  }
  return { client: source.interface === 'promises' ? raw.promise() : raw, raw, vigil, close }
}

/** A connection of the pool, waited for no longer than asked: a pool waits for ever for one to come back. */
async function lend(pool: RawPool, timeoutMs: number): Promise<RawPoolConnection> {
  return await new Promise((resolve, reject) => {
    let late = false
    const timer = setTimeout(() => {
      late = true
      reject(new Error(`the pool lent no connection within ${readable(timeoutMs)}`))
    }, timeoutMs)
    pool.getConnection((error, connection) => {
      clearTimeout(timer)
      // Whichever comes after all goes back.
      if (late) connection?.release()
      else if (error !== null || connection === undefined) reject(error ?? new Error('the pool lent no connection'))
      else resolve(connection)
    })
  })
}

function refuseClosed(raw: RawConnection, target: string): void {
  const { _closing, _fatalError, _protocolError } = raw as object as Partial<Record<string, unknown>>
  if (!_closing && !_fatalError && !_protocolError) return
  throw new QueenError('CONNECTION_FAILED', `The connection to ${target} that was handed in has ended`, {
    hint: 'hand in an open connection',
  })
}
