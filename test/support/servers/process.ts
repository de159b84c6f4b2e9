import { execFile, execFileSync, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const GUARD = fileURLToPath(new URL('guard.mjs', import.meta.url))

/** How long a server may take to start on a busy machine. */
const PATIENCE_MS = 60_000

/** Database servers refuse to run as root: root starts them as nobody. */
const USER = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {}

/** A server's program, and the folder it lives in. */
export interface Program {
  readonly command: string
  readonly args: readonly string[]
  readonly folder: string
  /** The signal that ends it at once, when nobody is left to wait for it. */
  readonly crash: NodeJS.Signals
}

/** A server's process. */
export interface ServerProcess {
  readonly running: boolean
  /** Resolves when the process is gone, with its exit status. */
  readonly exited: Promise<number>
  kill(signal: NodeJS.Signals): void
}

/** A new folder that servers may write to. */
export function serverFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `queen-${name}-`))
  own(folder)
  return folder
}

/** Gives a file to the user that servers run as. */
export function own(path: string): void {
  if (USER.uid !== undefined) chownSync(path, USER.uid, USER.gid)
}

/** What a server has printed so far. */
export function logOf(folder: string): string {
  const file = join(folder, 'log')
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

/** Runs a program of a server's, as the user that servers run as, to its end. */
export async function run(command: string, args: readonly string[], folder: string): Promise<void> {
  await promisify(execFile)(command, args, { ...USER, cwd: folder })
}

/** Starts a server; it dies with this process, whatever this process dies of. */
export function launch(program: Program): ServerProcess {
  // Out of the terminal's process group: Ctrl-C is for the tests, which then stop their servers.
  const guard = spawn(process.execPath, [GUARD, JSON.stringify({ ...program, user: USER })], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
  })
  let running = true
  const exited = new Promise<number>((resolve) => {
    guard.once('exit', (code) => {
      running = false
      resolve(code ?? 1)
    })
  })
  // A server that is still there keeps no process from ending.
  guard.unref()
  // The server may be gone when a signal for it is written.
  guard.stdin.on('error', () => {})
  return {
    get running() {
      return running
    },
    exited,
    kill(signal) {
      // Whoever sends a signal waits for what comes of it.
      guard.ref()
      guard.stdin.write(`${signal}\n`)
    },
  }
}

/** Waits until a server answers; when it ends instead, the error is what it printed last. */
export async function answering(server: ServerProcess, folder: string, ask: () => Promise<unknown>): Promise<void> {
  const end = Date.now() + PATIENCE_MS
  for (;;) {
    const refusal = await ask().then(
      () => undefined,
      (error: unknown) => error,
    )
    if (refusal === undefined) return
    if (!server.running) throw new Error(`it ended while starting: ${lastLines(folder)}`)
    if (Date.now() > end) throw new Error(`it does not answer: ${String(refusal)}; ${lastLines(folder)}`)
    await pause(20)
  }
}

function lastLines(folder: string): string {
  return logOf(folder).trimEnd().split('\n').slice(-5).join(' / ')
}

/** Starts a server on a port of the loopback that nobody listens on; who is beaten to it tries another. */
export async function onFreePort<T>(folder: string, start: (port: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++)
    try {
      return await start(await freePort())
    } catch (error) {
      if (attempt === 3 || !/address already in use/i.test(logOf(folder))) throw error
    }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function idOf(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }))
}
