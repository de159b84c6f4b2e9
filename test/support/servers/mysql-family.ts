import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { greeting } from './handshake.js'
import { answering, launch, logOf, onFreePort, serverFolder, type ServerProcess } from './process.js'

/**
 * A server of the MySQL family of a test's own, which may be stopped, crashed and started with other options. What it
 * has committed survives the death of its process, not that of the machine.
 */
export interface MySQLServer {
  readonly url: string
  readonly host: '127.0.0.1'
  readonly port: number
  /** Its Unix socket. */
  readonly socket: string
  readonly running: boolean
  /** With more options than the first time, if any are given. */
  start(options?: readonly string[]): Promise<void>
  /** `fast` rolls the clients back; `immediate` is a crash, from which the next start recovers. */
  stop(how?: 'fast' | 'immediate'): Promise<void>
  log(): string
  /** Stops it, and deletes its folder. */
  remove(): Promise<void>
}

/** What MySQL and MariaDB have in common: the same options, and different ways to make the data folder. */
export async function startMySQLFamily(
  name: string,
  command: string,
  options: readonly string[],
  makeData: (folder: string) => Promise<void>,
): Promise<MySQLServer> {
  const folder = serverFolder(name)
  try {
    await makeData(folder)
    return await onFreePort(folder, async (port) => {
      const server = daemon(command, options, folder, port)
      await server.start()
      return server
    })
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

function daemon(command: string, options: readonly string[], folder: string, port: number): MySQLServer {
  const socket = join(folder, 'sock')
  let process: ServerProcess | undefined
  const server: MySQLServer = {
    url: `mysql://root@127.0.0.1:${port}/mysql`,
    host: '127.0.0.1',
    port,
    socket,
    get running() {
      return process?.running === true
    },
    async start(more = []) {
      const place = [`--datadir=${join(folder, 'data')}`, `--socket=${socket}`, `--pid-file=${join(folder, 'pid')}`]
      const address = ['--bind-address=127.0.0.1', `--port=${port}`, '--max-connections=300']
      // The log of InnoDB is handed to the system at each commit, and not waited for.
      const quick = ['--skip-log-bin', '--innodb-flush-log-at-trx-commit=2']
      const args = ['--no-defaults', ...place, ...address, ...quick, ...options, ...more]
      process = launch({ command, args, folder, crash: 'SIGKILL' })
      await answering(process, folder, async () => await greeting('127.0.0.1', port))
    },
    async stop(how = 'fast') {
      process?.kill(how === 'fast' ? 'SIGTERM' : 'SIGKILL')
      await process?.exited
    },
    log: () => logOf(folder),
    async remove() {
      await server.stop('immediate')
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return server
}
