import { NOT_BOUND, requireChannelBinding } from './channel-binding.js'
import { loadPg, type PgClient, type PgClientConstructor, type PgConfig } from './client.js'
import { connectFault, dependsOnEncryption } from './connect-fault.js'
import { destroy } from './inside.js'
import { listenForErrors, type Opened } from './opened.js'
import type { ConfigSource } from './source.js'
import { destinationOf, type Destination } from './target.js'
import { tlsAttempts } from './tls.js'

/** How long a server gets to say goodbye. */
const END_TIMEOUT = 2_000

/** When the system asks whether a silent peer is still there; without a time of one's own, after two hours. */
const KEEP_ALIVE_DELAY = 10_000

/**
 * Connects a client of Queen's own.
 *
 * @throws QueenError `CONNECTION_FAILED`, `DRIVER_MISSING`, `CONFIG_INVALID`
 */
export async function openOwn(source: ConfigSource, applicationName: string, timeoutMs: number): Promise<Opened> {
  const { config, tls } = source
  const Client = loadPg()
  const to = destinationOf(source)
  const settings = withDefaults({ ...config, user: to.user }, applicationName, timeoutMs)
  const attempts = config.ssl === undefined ? await tlsAttempts(tls, to.host, process.env) : [config.ssl]
  const handshake: Handshake =
    tls?.channelBinding === undefined
      ? connected
      : async (client) => {
          const bound = requireChannelBinding(client)
          await client.connect()
          if (!bound()) throw new Error(NOT_BOUND)
        }
  const bound = tls?.channelBinding === undefined ? {} : { enableChannelBinding: true }
  return await tryEach(attempts, { ...settings, ...bound }, { Client, handshake, to })
}

/**
 * Connects a client with settings that were complete before.
 *
 * @throws QueenError `CONNECTION_FAILED`
 */
export async function openLike(Client: PgClientConstructor, settings: PgConfig, to: Destination): Promise<Opened> {
  return await tryEach([settings.ssl], settings, { Client, handshake: connected, to })
}

/** Settings with what a connection of Queen's own has, unless they say otherwise. */
export function withDefaults(config: PgConfig, applicationName: string, timeoutMs: number): PgConfig {
  return {
    ...config,
    keepAlive: config.keepAlive ?? true,
    keepAliveInitialDelayMillis: config.keepAliveInitialDelayMillis ?? KEEP_ALIVE_DELAY,
    fallback_application_name: config.fallback_application_name ?? applicationName,
    connectionTimeoutMillis: config.connectionTimeoutMillis ?? timeoutMs,
    // Queen reads text, and sends one message after the other.
    ...{ binary: false, pipeline: false },
  }
}

type Handshake = (client: PgClient) => Promise<unknown>

const connected: Handshake = async (client) => await client.connect()

interface Attempt {
  readonly Client: PgClientConstructor
  readonly handshake: Handshake
  readonly to: Destination
}

/** Tries one kind of encryption after the other, all within the time of one. */
async function tryEach(
  [ssl, ...others]: readonly PgConfig['ssl'][],
  settings: PgConfig,
  attempt: Attempt,
): Promise<Opened> {
  const start = performance.now()
  try {
    return await open({ ...settings, ssl }, attempt)
  } catch (error) {
    if (others.length === 0 || !dependsOnEncryption(error)) throw connectFault(error, attempt.to, Boolean(ssl))
  }
  const { connectionTimeoutMillis: limit = 0 } = settings
  const left = limit === 0 ? 0 : Math.max(1, limit - Math.ceil(performance.now() - start))
  return await tryEach(others, { ...settings, connectionTimeoutMillis: left }, attempt)
}

async function open(settings: PgConfig, { Client, handshake }: Attempt): Promise<Opened> {
  const client = new Client(settings)
  // Before it connects, and for good: a socket can also fail after the goodbye.
  const { reason } = listenForErrors(client)
  try {
    await handshake(client)
  } catch (error) {
    destroy(client)
    throw error
  }
  return { client, reason, close: () => end(client) }
}

/** Ends a connection; where the server does not answer, hangs up. */
async function end(client: PgClient): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      destroy(client)
      resolve()
    }, END_TIMEOUT)
  })
  await Promise.race([client.end(), late])
  clearTimeout(timer)
}
