import { QueenError } from './errors.js'
import type { MigrationContext, MigrationFunction, Parameter, Transaction } from './transaction.js'

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
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
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
    await orAborted(call(own, ctx), ctx.signal)
    // Let calls that were issued in the same breath as the return show themselves as finished before judging.
    if (underWay > 0) throw new Error('its function returned before its queries had finished: await each of them')
  } finally {
    open = false
  }
}

/** The promise's result, or a rejection as soon as the signal aborts. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  let abort: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason as Error)
    signal.addEventListener('abort', abort, { once: true })
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort!)
  }
}
