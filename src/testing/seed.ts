import { QueenError } from '../core/errors.js'
import type { Queen } from '../core/queen.js'
import type { Transaction } from '../core/transaction.js'
import { errorText } from './error-text.js'

/**
 * Rows to put in once a version is applied: SQL, or a function that gets the driver's transaction. By version.
 *
 * @example
 * ```ts
 * import type { Seed } from 'queen-migrate/testing'
 * export const seed: Seed = {
 *   '001': `INSERT INTO users (id, email) VALUES (1, 'ada@example.org')`,
 *   '002': async (tx) => await tx.exec(`UPDATE users SET name = 'Ada' WHERE id = 1`),
 * }
 * ```
 */
export type Seed<Tx extends Transaction = Transaction> = Readonly<Record<string, string | ((tx: Tx) => Promise<void>)>>

/** @throws QueenError `UNKNOWN_VERSION` for a seed that would never be used */
export function checkSeed(seed: Seed<never>, versions: readonly string[]): void {
  for (const version of Object.keys(seed))
    if (!versions.includes(version))
      throw new QueenError('UNKNOWN_VERSION', `There is a seed for ${version}, which is no migration of this test`, {
        hint: `versions are ${versions.join(', ')}`,
      })
}

/** Puts the seed of a version in, in a transaction of its own. */
export async function plant<Tx extends Transaction>(queen: Queen<Tx>, seed: Seed<Tx>, version: string): Promise<void> {
  const rows = seed[version]
  if (rows === undefined) return
  const call = async (tx: Tx): Promise<void> => await (typeof rows === 'string' ? tx.exec(rows) : rows(tx))
  const execution = {
    activity: { direction: 'up', version, name: 'seed' },
    busyTimeout: 5_000,
    signal: new AbortController().signal,
  } as const
  try {
    await queen.inspect(
      async (session) =>
        await session.execute([{ kind: 'begin' }, { kind: 'call', call }, { kind: 'commit' }], execution),
    )
  } catch (error) {
    throw new Error(`the seed of ${version} failed: ${errorText(error)}`, { cause: error })
  }
}
