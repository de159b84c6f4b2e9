import type { Driver, HistoryTable, Session } from './driver.js'
import { readable } from './duration.js'
import { QueenError } from './errors.js'
import type { Transaction } from './transaction.js'

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
  async use<T>(work: (session: Session<Tx>) => Promise<T>, timeoutMs: number): Promise<T> {
    const before = this.#last
    let done = (): void => {}
    const turn = new Promise<void>((resolve) => (done = resolve))
    this.#last = before.then(() => turn)
    try {
      await inTime(before, timeoutMs)
      this.#session ??= this.driver.connect(this.#table)
      return await work(await this.#session)
    } catch (error) {
      if (error instanceof QueenError && error.code === 'CONNECTION_FAILED') await this.#drop()
      throw error
    } finally {
      done()
    }
  }

  /** Closes the session, if one is open. The next use opens another. */
  async close(): Promise<void> {
    await this.#last
    await this.#drop()
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

async function inTime(before: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(busy(timeoutMs)), timeoutMs)
  })
  try {
    await Promise.race([before, expired])
  } finally {
    clearTimeout(timer)
  }
}

function busy(timeoutMs: number): QueenError {
  return new QueenError('LOCK_TIMEOUT', `This queen was busy with another run for ${readable(timeoutMs)}`, {
    hint: 'a migration cannot wait for a run of its own queen; otherwise wait longer with lockTimeout',
  })
}
