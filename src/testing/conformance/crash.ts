import type { Driver, Session } from '../../core/driver.js'
import type { Operation } from '../../core/execution.js'
import type { Transaction } from '../../core/transaction.js'

/** What a process says that is not there any more: core has never heard of it, as it never hears of a power cut. */
export class Crash extends Error {}

/**
 * The same driver, whose process dies before the operation of this number, counted over all scripts. What was in an open
 * transaction by then is gone, as the database would see to.
 */
export function crashingAt<Tx extends Transaction>(driver: Driver<Tx>, operation: number): Driver<Tx> {
  let left = operation
  return {
    dialect: driver.dialect,
    target: driver.target,
    connect: async (table) => {
      const session = await driver.connect(table)
      return withExecute(session, async (script, execution) => {
        if (left >= script.length) {
          left -= script.length
          return await session.execute(script, execution)
        }
        const before = committedBefore(script, left)
        left = 0
        if (before.length > 0) await session.execute(before, execution)
        throw new Crash('the process died')
      })
    },
  }
}

/** The operations in front of one, without those of a transaction that is still open there. */
function committedBefore<Tx extends Transaction>(
  script: readonly Operation<Tx>[],
  end: number,
): readonly Operation<Tx>[] {
  const before = script.slice(0, end)
  const begin = before.findLastIndex(({ kind }) => kind === 'begin')
  const commit = before.findLastIndex(({ kind }) => kind === 'commit')
  return begin > commit ? before.slice(0, begin) : before
}

function withExecute<Tx extends Transaction>(session: Session<Tx>, execute: Session<Tx>['execute']): Session<Tx> {
  return {
    rules: session.rules,
    history: async () => await session.history(),
    journal: async (limit) => await session.journal(limit),
    tryLock: async (who) => await session.tryLock(who),
    holder: async () => await session.holder(),
    prepare: async () => await session.prepare(),
    execute,
    fingerprint: async () => await session.fingerprint(),
    close: async () => await session.close(),
  }
}
