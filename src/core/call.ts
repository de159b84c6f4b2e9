import { QueenError } from './errors.js'
import type { MigrationContext, MigrationFunction, Parameter, Transaction } from './transaction.js'

/** The promise of a query, which knows whether anybody waits for it. */
class Awaitable<T> extends Promise<T> {
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  awaited = false

  // oxlint-disable-next-line unicorn/no-thenable -- the one way to see that somebody waits
  override then<A = T, B = never>(
    done?: ((value: T) => A | PromiseLike<A>) | null,
    failed?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.awaited = true
    // oxlint-disable-next-line promise/no-callback-in-promise -- passed on, not called
    return super.then(done, failed)
  }
}

/**
 * Runs a migration's function with a transaction that is its own for exactly as long as the function runs.
 *
 * Two slips would otherwise let statements land behind the COMMIT, in somebody else's transaction: a query nobody
 * awaits, and a function that goes on after it was cancelled. The first is found when the function returns; in both the
 * transaction is closed to it from then on.
 */
export async function callFunction<Tx extends Transaction>(
  call: MigrationFunction<Tx>,
  tx: Tx,
  ctx: MigrationContext,
): Promise<void> {
  let open = true
  let underWay = 0
  const forgotten = new Set<Awaitable<unknown>>()
  const guarded = <T>(work: () => Promise<T>): Promise<T> => {
    const call = new Awaitable<T>((resolve, reject) => void play(work).then(resolve, reject))
    for (const other of forgotten) if (other.awaited) forgotten.delete(other)
    forgotten.add(call)
    // One that nobody waits for is reported below; it must not end the process as well.
    Promise.prototype.then.call(call, undefined, () => {})
    return call
  }
  const play = async <T>(work: () => Promise<T>): Promise<T> => {
    if (!open)
      throw new QueenError(
        'MIGRATION_FAILED',
        `Migration ${ctx.version} used its transaction after its function had returned`,
        {
          hint: 'await every call of tx.exec and tx.query',
          version: ctx.version,
        },
      )
    underWay++
    try {
      return await work()
    } finally {
      underWay--
    }
  }
  const own = Object.create(tx, {
    exec: { value: (sql: string) => guarded(() => tx.exec(sql)) },
    query: { value: (sql: string, parameters?: readonly Parameter[]) => guarded(() => tx.query(sql, parameters)) },
  }) as Tx
  try {
    ctx.signal.throwIfAborted()
    await orAborted(call(own, ctx), ctx.signal)
    if (underWay > 0 || [...forgotten].some((query) => !query.awaited))
      throw new Error('its function did not wait for every query: await each call of tx.exec and tx.query')
  } finally {
    open = false
  }
}

/** The promise's result, or a rejection as soon as the signal aborts. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason as Error)
    signal.addEventListener('abort', abort, { once: true })
  })
  try {
    return await Promise.race([promise, aborted])
  } catch (error) {
    // However the function answers the signal: it failed because it was cancelled.
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', abort!)
  }
}
