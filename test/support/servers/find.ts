import { ask } from '../postgres-database.mjs'
import { mariadbBinaries, mysqlBinary, pgBouncerBinary, postgresBinaries } from './binaries.js'
import { SERVICES, startService, withoutDocker } from './docker.js'
import { greeting } from './handshake.js'
import { startMariaDB } from './mariadb.js'
import { startMySQL } from './mysql.js'
import { startPgBouncer } from './pgbouncer.js'
import { startPostgres } from './postgres.js'
import { inCI, SERVERS, type Missing, type Server, type ServerName } from './server.js'

/** A server that was started for the tests. */
export interface Started {
  readonly url: string
  remove(): Promise<void>
}

/** One way to have a server: it is started, or the answer is why it cannot be. */
export type Way = () => Promise<Started | string>

/** The servers that were started, and those that were looked for. */
export class Finder {
  readonly #asked = new Map<ServerName, Promise<Server>>()
  readonly #started: Started[] = []
  readonly #env: NodeJS.ProcessEnv
  readonly #ways: (name: ServerName) => readonly Way[]

  constructor(env: NodeJS.ProcessEnv = process.env, ways?: (name: ServerName) => readonly Way[]) {
    this.#env = env
    this.#ways = ways ?? ((name) => [this.#binaries(name), this.#docker(name)])
  }

  /** The same answer, however often one is asked for: named by its variable, else started here, else missing. */
  async find(name: ServerName): Promise<Server> {
    const asked = this.#asked.get(name) ?? this.#find(name)
    this.#asked.set(name, asked)
    return await asked
  }

  /** Stops what was started, the last one first. */
  async remove(): Promise<void> {
    for (const server of this.#started.splice(0).toReversed()) await server.remove()
  }

  async #find(name: ServerName): Promise<Server> {
    const { variable, package: binaries } = SERVERS[name]
    const missing = (reason: string, outcome: Missing['outcome']): Missing => ({
      reason,
      remedy: `set ${variable}, install ${binaries}, or start Docker`,
      outcome,
    })
    const unlessInCI = inCI(this.#env) ? 'fail' : 'skip'
    const url = this.#env[variable] ?? ''
    if (url === 'none') return missing(`${variable} is none`, unlessInCI)
    if (url !== '') {
      const refusal = await silence(url)
      if (refusal === null) return { url }
      // Somebody meant there to be one: to skip would be to hide that there is none.
      return missing(`the server of ${variable} does not answer (${refusal})`, 'fail')
    }
    const reasons: string[] = []
    for (const way of this.#ways(name)) {
      const started = await way().catch((error: unknown) => `it does not start (${messageOf(error)})`)
      if (typeof started === 'string') {
        reasons.push(started)
        continue
      }
      this.#started.push(started)
      return { url: started.url }
    }
    return missing(reasons.join(', and '), unlessInCI)
  }

  #binaries(name: ServerName): Way {
    const none = `${SERVERS[name].package} is not installed`
    const ways: Record<ServerName, Way> = {
      postgres: async () => (postgresBinaries() === undefined ? none : await startPostgres({ max_connections: 300 })),
      pgbouncer: async () => {
        if (pgBouncerBinary() === undefined) return none
        const server = await this.find('postgres')
        return 'url' in server ? await startPgBouncer({ server }) : 'there is no PostgreSQL to put behind it'
      },
      mysql: async () => (mysqlBinary() === undefined ? none : await startMySQL()),
      mariadb: async () => (mariadbBinaries() === undefined ? none : await startMariaDB()),
    }
    return ways[name]
  }

  #docker(name: ServerName): Way {
    return async () => {
      const without = await withoutDocker()
      if (without !== null) return without
      if (name === 'pgbouncer') {
        const server = await this.find('postgres')
        if (!('url' in server && server.url === SERVICES.postgres))
          return `that of Docker is before Docker's PostgreSQL, and the tests have another`
      }
      return await startService(name)
    }
  }
}

/** Why nobody answers under a URL; null when somebody does. */
async function silence(url: string): Promise<string | null> {
  try {
    const { protocol, hostname, port } = new URL(url)
    if (protocol.startsWith('postgres')) await ask(url, 'SELECT')
    else await greeting(hostname, Number(port || 3306))
    return null
  } catch (error) {
    return messageOf(error)
  }
}

/** Errors of the network have a code, and sometimes no message. */
function messageOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return [message, message?.includes(String(code)) ? undefined : code].filter(Boolean).join(', ') || String(error)
}
