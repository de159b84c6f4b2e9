import { readable } from '../../core/duration.js'
import { QueenError } from '../../core/errors.js'
import type { PgClient, PgClientConstructor, PgConfig, PgPool, PgPoolClient } from './client.js'
import { connectFault } from './connect-fault.js'
import { refuseUnusable, settingsOf, stateOf } from './inside.js'
import { listenForErrors, type Opened } from './opened.js'
import { openLike, openOwn, withDefaults } from './own-client.js'
import type { PostgresSource } from './source.js'
import { destinationOf, targetOf, type Destination } from './target.js'

const CONNECT_TIMEOUT = 10_000

/**
 * Opens the connection that a source leads to: a client of Queen's own, one that the pool lends, or the user's.
 *
 * @throws QueenError `CONNECTION_FAILED` naming the place, `DRIVER_MISSING`, `CONFIG_INVALID`
 */
export async function openClient<Client extends PgClient>(
  source: PostgresSource<Client>,
  applicationName: string,
  timeoutMs = CONNECT_TIMEOUT,
): Promise<Opened<Client>> {
  if (source.kind === 'client') return handedIn(source.client, targetOf(source))
  const opened =
    source.kind === 'config'
      ? await openOwn(source, applicationName, timeoutMs)
      : await borrow(source.pool, destinationOf(source), timeoutMs)
  return opened as Opened<PgClient> as Opened<Client>
}

/**
 * Opens a second connection to the same place, to watch or to cancel what the first one does. Where the pool has none
 * left or the user gave a single client, it is a new client with the same settings.
 *
 * @throws QueenError `CONNECTION_FAILED`
 */
export async function openSecond(
  source: PostgresSource,
  applicationName: string,
  timeoutMs = CONNECT_TIMEOUT,
): Promise<Opened> {
  if (source.kind === 'config') return await openOwn(source, applicationName, timeoutMs)
  const to = destinationOf(source)
  if (source.kind === 'client') {
    const Client = source.client.constructor as PgClientConstructor
    return await openLike(Client, withDefaults(settingsOf(source.client), applicationName, timeoutMs), to)
  }
  const { pool } = source
  const { Client } = pool as { Client?: PgClientConstructor }
  if (Client === undefined || hasRoom(pool)) return await borrow(pool, to, timeoutMs)
  return await openLike(Client, withDefaults(optionsOf(pool), applicationName, timeoutMs), to)
}

/** A pool's options; it hides the password from who enumerates them. */
function optionsOf(pool: PgPool): PgConfig {
  const options: PgConfig = pool.options ?? {}
  return { ...options, password: options.password }
}

function hasRoom(pool: PgPool): boolean {
  return pool.idleCount > 0 || pool.totalCount < maxOf(pool)
}

function maxOf(pool: PgPool): number {
  return (pool.options as { max?: number } | undefined)?.max ?? Infinity
}

async function borrow(pool: PgPool, to: Destination, timeoutMs: number): Promise<Opened<PgPoolClient>> {
  const client = await lend(pool, timeoutMs).catch((error: unknown) => {
    throw connectFault(error, to, false)
  })
  try {
    refuseUnusable(client)
  } catch (error) {
    client.release()
    throw error
  }
  const { reason, stop } = listenForErrors(client)
  // oxlint-disable-next-line require-await -- a fault must reject, never throw
  const close = async (state: 'clean' | 'dirty'): Promise<void> => {
    client.release(state === 'dirty')
    // Only now, when the pool listens again.
    stop()
  }
  return { client, reason, close }
}

/** A client of the pool, waited for no longer than asked: a pool waits for ever for a client to come back. */
async function lend(pool: PgPool, timeoutMs: number): Promise<PgPoolClient> {
  const lending = pool.connect()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const used = pool.totalCount - pool.idleCount
      reject(new Error(`the pool lent no client within ${readable(timeoutMs)} (${used} of ${maxOf(pool)} in use)`))
      // Whoever comes after all goes back.
      lending.then(
        (client) => client.release(),
        () => {},
      )
    }, timeoutMs)
  })
  try {
    return await Promise.race([lending, late])
  } finally {
    clearTimeout(timer)
  }
}

function handedIn<Client extends PgClient>(client: Client, target: string): Opened<Client> {
  const state = stateOf(client)
  if (state !== 'connected')
    throw new QueenError('CONNECTION_FAILED', `The client for ${target} that was handed in ${PROBLEM[state]}`, {
      hint: 'hand in a connected client: await client.connect()',
    })
  const { reason, stop } = listenForErrors(client)
  // oxlint-disable-next-line require-await -- it is a promise for the other kinds' sake
  return { client, reason, close: async () => stop() }
}

const PROBLEM = { 'not connected': 'is not connected', ended: 'has ended, and a client cannot be connected again' }
