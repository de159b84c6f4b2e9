import type { Driver, HistoryTable, Session } from './driver.js'
import { readable } from './duration.js'
import { QueenError } from './errors.js'
import type { Job } from './job.js'
import { limited } from './limits.js'
import type { Transaction } from './transaction.js'

/** How long somebody waits for his turn. */
type Patience = Pick<Job<never>, 'lockTimeout' | 'timeout' | 'signal' | 'stop'>

/**
 * One connection to a database, opened when it is first needed and used by one piece of work at a time: a status read
 * in the middle of a migration would see what is not committed.
 */
export class Connection<Tx extends Transaction> {
  readonly driver: Driver<Tx>
  readonly #table: HistoryTable
  #session: Promise<Session<Tx>> | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(driver: Driver<Tx>, table: HistoryTable) {
    this.driver = driver
    this.#table = table
  }

  /** Does work with the session, after all work that was asked for before. @throws QueenError `LOCK_TIMEOUT` */
  async use<T>(work: (session: Session<Tx>) => Promise<T>, patience: Patience): Promise<T> {
    const before = this.#last
    let done = (): void => {}
    const turn = new Promise<void>((resolve) => (done = resolve))
    this.#last = before.then(() => turn)
    try {
      await inTime(before, patience)
      return await work(await this.#connected())
    } catch (error) {
      if (error instanceof QueenError && error.code === 'CONNECTION_FAILED') await this.#drop()
      throw error
    } finally {
      done()
    }
  }

  /** Closes the session, if one is open. The next use opens another. */
  async close(): Promise<void> {
    const closed = this.#last.then(async () => await this.#drop())
    this.#last = closed.catch(() => {})
    await closed
  }

  async #connected(): Promise<Session<Tx>> {
    try {
      return await (this.#session ??= this.driver.connect(this.#table))
    } catch (error) {
      this.#session = undefined
      throw error
    }
  }

  async #drop(): Promise<void> {
    const session = this.#session
    this.#session = undefined
    await session?.then(
      (open) => open.close(),
      () => {},
    )
  }
}

/** Waits for the work before; who is cancelled, stopped or out of time waits no longer. */
async function inTime(before: Promise<unknown>, { lockTimeout, timeout, signal, stop }: Patience): Promise<void> {
  using run = limited(signal, timeout, 'The run')
  using stopped = limited(stop, undefined, '')
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(busy(lockTimeout)), lockTimeout)
    for (const limit of [run.signal, stopped.signal])
      if (limit.aborted) reject(limit.reason as Error)
      else limit.addEventListener('abort', () => reject(limit.reason as Error), { once: true })
  })
  try {
    await Promise.race([before, over])
  } finally {
    clearTimeout(timer)
  }
}

function busy(timeoutMs: number): QueenError {
  return new QueenError('LOCK_TIMEOUT', `This queen was busy with another run for ${readable(timeoutMs)}`, {
    hint: 'a migration cannot wait for a run of its own queen; otherwise wait longer with lockTimeout',
  })
}
