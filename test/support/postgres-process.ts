import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const childOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** What became of a process. */
interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Its migrations; -1 when it did not come to tell. */
  readonly applied: number
  readonly warnings: readonly string[]
  readonly stderr: string
}

/** A migrating process that is loaded and waits for the word. */
export interface MigratingProcess {
  readonly pid: number
  go(): void
  kill(): void
  readonly ended: Promise<Ending>
}

/** What a process migrates, see `postgres-fault-child.mjs`. */
export interface Orders {
  readonly url: string
  readonly count: number
  readonly kinds?: 'all' | 'transactional'
  readonly env?: Readonly<Record<string, string>>
  /** The program: `postgres-fault-child.mjs` unless another is named. */
  readonly program?: string
}

/** Loads a process that migrates. */
export async function loaded(orders: Orders): Promise<MigratingProcess> {
  const { url, count, kinds = 'all', env = {}, program = 'postgres-fault-child.mjs' } = orders
  const child = fork(childOf(program), [url, String(count), kinds], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...env },
  })
  let [stdout, stderr] = ['', '']
  child.stdout!.on('data', (chunk) => (stdout += chunk))
  child.stderr!.on('data', (chunk) => (stderr += chunk))
  const ended = new Promise<Ending>((resolve) =>
    child.once('close', (code, signal) => {
      const told =
        stdout === '' ? { applied: -1, warnings: [] } : (JSON.parse(stdout) as Pick<Ending, 'applied' | 'warnings'>)
      resolve({ code, signal, stderr, ...told })
    }),
  )
  await Promise.race([new Promise((resolve) => child.once('message', resolve)), ended])
  return {
    pid: child.pid!,
    // One that was killed meanwhile hears nothing any more.
    go: () => void child.send('go', () => {}),
    kill: () => void child.kill('SIGKILL'),
    ended,
  }
}

/** Starts loading so many, and returns when all of them wait for the word. */
export async function loadedAtOnce(orders: Orders, processes: number): Promise<readonly MigratingProcess[]> {
  return await Promise.all(Array.from({ length: processes }, async () => await loaded(orders)))
}
