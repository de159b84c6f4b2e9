import { appendFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ask } from '../postgres-database.mjs'
import { postgresBinaries } from './binaries.js'
import { answering, launch, logOf, onFreePort, run, serverFolder, type ServerProcess } from './process.js'

/** Names and values of postgresql.conf. */
export type PostgresSettings = Readonly<Record<string, string | number | boolean>>

/** `smart` waits for the clients, `fast` rolls them back, `immediate` is a crash: the next start recovers from the log. */
type PostgresStop = 'smart' | 'fast' | 'immediate'

/**
 * A PostgreSQL of a test's own, which may be stopped, crashed and reconfigured. It trusts everybody on the loopback.
 * `fsync` is off: what it has committed survives the death of its processes, not that of the machine.
 */
export interface PostgresServer {
  readonly url: string
  readonly host: '127.0.0.1'
  readonly port: number
  /** Where its Unix socket is. */
  readonly socketFolder: string
  readonly running: boolean
  start(): Promise<void>
  /** `fast` if nothing is said. */
  stop(how?: PostgresStop): Promise<void>
  /** Adds settings, for the next start; those that need none hold at once. */
  configure(settings: PostgresSettings): Promise<void>
  /** A hot standby that streams from this server, and answers already. */
  standby(settings?: PostgresSettings): Promise<PostgresServer>
  /** What it has printed so far. */
  log(): string
  /** Stops it, and deletes its folder. */
  remove(): Promise<void>
}

const SIGNALS: Record<PostgresStop, NodeJS.Signals> = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT' }

/** Starts a private server with an empty cluster; its superuser is postgres. */
export async function startPostgres(settings: PostgresSettings = {}): Promise<PostgresServer> {
  return await startCluster(settings, async (binaries, data, folder) => {
    const cluster = ['-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions']
    await run(join(binaries, 'initdb'), ['-D', data, ...cluster], folder)
    write(data, { fsync: false, max_connections: 200 })
  })
}

type MakeData = (binaries: string, data: string, folder: string) => Promise<void>

async function startCluster(settings: PostgresSettings, makeData: MakeData): Promise<PostgresServer> {
  const binaries = postgresBinaries()
  if (binaries === undefined) throw new Error('a private PostgreSQL needs its binaries; install postgresql')
  const folder = serverFolder('postgres')
  const data = join(folder, 'data')
  try {
    await makeData(binaries, data, folder)
    write(data, settings)
    return await onFreePort(folder, async (port) => {
      const server = cluster(binaries, folder, port)
      await server.start()
      return server
    })
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

function cluster(binaries: string, folder: string, port: number): PostgresServer {
  const data = join(folder, 'data')
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  let process: ServerProcess | undefined

  const server: PostgresServer = {
    url,
    host: '127.0.0.1',
    port,
    socketFolder: folder,
    get running() {
      return process?.running === true
    },
    async start() {
      const args = ['-D', data, '-p', `${port}`, '-k', folder, '-c', 'listen_addresses=127.0.0.1']
      process = launch({ command: join(binaries, 'postgres'), args, folder, crash: 'SIGQUIT' })
      await answering(process, folder, async () => await ask(url, 'SELECT'))
    },
    async stop(how = 'fast') {
      process?.kill(SIGNALS[how])
      await process?.exited
    },
    async configure(settings) {
      write(data, settings)
      if (!server.running) return
      // A reload is done when a backend that began after it says so, not when the signal is sent.
      const loaded = async (): Promise<unknown> => (await ask(url, 'SELECT pg_conf_load_time()::text AS at'))[0]?.['at']
      const before = await loaded()
      await ask(url, 'SELECT pg_reload_conf()')
      while ((await loaded()) === before);
    },
    async standby(settings = {}) {
      return await startCluster(settings, async (binaries, data, folder) => {
        const source = ['-h', '127.0.0.1', '-p', `${port}`, '-U', 'postgres']
        await run(
          join(binaries, 'pg_basebackup'),
          ['-D', data, '-R', '-X', 'stream', '-c', 'fast', '--no-sync', ...source],
          folder,
        )
      })
    },
    log: () => logOf(folder),
    async remove() {
      await server.stop('immediate')
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return server
}

/** The last of several settings of one name holds. */
function write(data: string, settings: PostgresSettings): void {
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'\n`)
  appendFileSync(join(data, 'postgresql.conf'), lines.join(''))
}
