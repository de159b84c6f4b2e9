import { QueenError } from '../core/errors.js'

/** As long as the lock is waited for by default. */
const PATIENCE = 300_000

/**
 * One after the other on a connection that several share: two queens may be given the same client, and what one of them
 * reads in the middle of the other's transaction is not there yet. The server cannot tell them apart either: a lock of
 * the session belongs to both, so who holds which is kept here.
 */
export class Turns {
  static readonly #shared = new WeakMap<object, Turns>()

  /** Keys of the locks that are held on this connection. */
  readonly held = new Set<string>()
  #last: Promise<unknown> = Promise.resolve()

  /** Those of a connection, which are the same for everybody who has it. */
  static of(connection: object): Turns {
    let turns = Turns.#shared.get(connection)
    if (turns === undefined) Turns.#shared.set(connection, (turns = new Turns()))
    return turns
  }

  /** Does work when everything that was asked for before is done. @throws QueenError `LOCK_TIMEOUT` */
  async take<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#last
    let done = (): void => {}
    const turn = new Promise<void>((resolve) => (done = resolve))
    this.#last = before.then(() => turn)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(tooLate()), PATIENCE)
    })
    try {
      await Promise.race([before, late])
      clearTimeout(timer)
      return await work()
    } finally {
      clearTimeout(timer)
      done()
    }
  }
}

function tooLate(): QueenError {
  return new QueenError('LOCK_TIMEOUT', 'The client that was handed in was busy with another run for 5 minutes', {
    hint: 'a migration cannot wait for a run on its own client: give that one a client of its own',
  })
}
