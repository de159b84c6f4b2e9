import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { ask } from '../postgres-database.mjs'
import { pgBouncerBinary } from './binaries.js'
import { answering, launch, logOf, onFreePort, own, serverFolder } from './process.js'

/** When a server's session goes back to the pool. */
type PoolMode = 'session' | 'transaction' | 'statement'

export interface PgBouncerOptions {
  /** The PostgreSQL behind it. */
  readonly server: { readonly url: string }
  /** `transaction` if nothing is said. */
  readonly mode?: PoolMode
  /**
   * Roles of the server that may come as themselves, without a password. Without this, everybody is let in, as the
   * user of the server's URL.
   */
  readonly users?: readonly string[]
  /** More lines of pgbouncer.ini. */
  readonly settings?: Readonly<Record<string, string | number>>
}

/** A PgBouncer of a test's own. */
export interface PgBouncerServer {
  readonly url: string
  readonly port: number
  log(): string
  remove(): Promise<void>
}

/** Starts a private PgBouncer before a server; every database of the server can be reached through it. */
export async function startPgBouncer(options: PgBouncerOptions): Promise<PgBouncerServer> {
  const command = pgBouncerBinary()
  if (command === undefined) throw new Error('a private PgBouncer needs its binary; install pgbouncer')
  const folder = serverFolder('pgbouncer')
  try {
    return await onFreePort(folder, async (port) => await start(command, folder, port, options))
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

async function start(
  command: string,
  folder: string,
  port: number,
  { server, mode = 'transaction', users, settings = {} }: PgBouncerOptions,
): Promise<PgBouncerServer> {
  const behind = new Client({ connectionString: server.url })
  const forced = { user: behind.user, password: behind.password ?? undefined }
  write(folder, 'users', (users ?? []).map((user) => `"${user.replaceAll('"', '""')}" ""\n`).join(''))
  write(
    folder,
    'ini',
    [
      '[databases]',
      `* = ${parameters({ host: behind.host, port: behind.port, ...(users === undefined ? forced : {}) })}`,
      '[pgbouncer]',
      ...lines({
        listen_addr: '127.0.0.1',
        listen_port: port,
        unix_socket_dir: '',
        auth_type: users === undefined ? 'any' : 'trust',
        auth_file: join(folder, 'users'),
        pool_mode: mode,
        max_client_conn: 300,
        default_pool_size: 20,
        ignore_startup_parameters: 'extra_float_digits,options',
        ...settings,
      }),
      '',
    ].join('\n'),
  )
  const pooler = launch({ command, args: [join(folder, 'ini')], folder, crash: 'SIGKILL' })
  const url = `postgres://${encodeURIComponent(users?.[0] ?? behind.user ?? 'postgres')}@127.0.0.1:${port}/${behind.database ?? 'postgres'}`
  await answering(pooler, folder, async () => await ask(url, 'SELECT'))
  return {
    url,
    port,
    log: () => logOf(folder),
    async remove() {
      pooler.kill('SIGKILL')
      await pooler.exited
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function write(folder: string, name: string, text: string): void {
  const file = join(folder, name)
  writeFileSync(file, text, { mode: 0o600 })
  own(file)
}

function lines(settings: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(settings).map(([name, value]) => `${name} = ${value}`)
}

/** A connection string; a quote is doubled in it. */
function parameters(values: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}='${String(value).replaceAll("'", "''")}'`)
    .join(' ')
}
