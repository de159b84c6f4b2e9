import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ServerName } from './server.js'

const COMPOSE = ['compose', '-f', fileURLToPath(new URL('../../../compose.yaml', import.meta.url))]

/** As in compose.yaml. */
export const SERVICES: Record<ServerName, string> = {
  postgres: 'postgres://postgres@127.0.0.1:54339/postgres',
  pgbouncer: 'postgres://postgres@127.0.0.1:64339/postgres',
  mysql: 'mysql://root@127.0.0.1:33099/mysql',
  mariadb: 'mysql://root@127.0.0.1:33069/mysql',
}

/** A service of compose.yaml that runs. */
export interface Service {
  readonly url: string
  /** Takes it down, if it was started for this; what a person has started stays. */
  remove(): Promise<void>
}

/** Why Docker cannot be used here; null when it can. */
export async function withoutDocker(): Promise<string | null> {
  try {
    await docker(['info'], 3_000)
    await docker([...COMPOSE, 'version'], 3_000)
    return null
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no Docker' : 'Docker does not answer'
  }
}

/** Starts a service of compose.yaml; the first time it fetches the image. */
export async function startService(name: ServerName): Promise<Service> {
  const running = (await docker([...COMPOSE, 'ps', '--services', '--status', 'running'])).split('\n')
  if (running.includes(name)) return { url: SERVICES[name], remove: async () => {} }
  await docker([...COMPOSE, 'up', '--detach', '--wait', name])
  return {
    url: SERVICES[name],
    remove: async () => void (await docker([...COMPOSE, 'rm', '--stop', '--force', '--volumes', name])),
  }
}

async function docker(args: readonly string[], timeout = 300_000): Promise<string> {
  return (await promisify(execFile)('docker', args, { timeout, encoding: 'utf8' })).stdout
}
