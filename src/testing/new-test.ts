import type { SchemaObject } from '../core/driver.js'
import type { DownOptions, QueenOptions, UpOptions } from '../core/options.js'
import { Queen, type RunReport } from '../core/queen.js'
import type { Transaction } from '../core/transaction.js'
import { concurrently } from './concurrency.js'
import { inMemory } from './default-driver.js'
import { errorText } from './error-text.js'
import { roundTrip, type RoundTrip, type UpDownOptions } from './round-trip.js'
import { ScratchDriver, type TestDriver } from './scratch-driver.js'
import { atEnd, remark, type TestContext } from './test-context.js'

/** Options of `newTest`: what to test, where, and the options of the queen. */
export interface TestOptions<Tx extends Transaction = Transaction, Bound extends Tx = Tx> extends QueenOptions {
  /** The migrations to test. Default: none yet, add them to the test itself. */
  readonly migrations?: Queen<Tx>
  /** A driver for the server to make a scratch database on. Default: SQLite in memory. */
  readonly driver?: TestDriver<Bound>
}

/** What a queen in a test can do beside what every queen can. */
export interface TestPowers<Tx extends Transaction = Transaction> {
  /**
   * Walks every migration up, down and up again, then everything down and up. The schema must come back to what it was.
   *
   * @throws Error with one line for everything that differs: `002 add_name (migrations.ts:12): down left index users_name_idx`
   */
  testUpDown(options?: UpDownOptions<Tx>): Promise<RoundTrip>
  /** Lets `count` queens (default 4) apply everything to one new database at once: each migration exactly once. */
  testConcurrent(count?: number): Promise<readonly RunReport[]>
  /** Every object of the schema but Queen's own tables. */
  schema(): Promise<readonly SchemaObject[]>
  /** `up` that fails the test unless it applied something, or everything is applied already. */
  mustUp(options?: UpOptions): Promise<RunReport>
  /** `down` that fails the test unless it took something back. */
  mustDown(options?: DownOptions): Promise<RunReport>
}

/** A queen bound to a scratch database that lasts as long as its test. */
export type TestQueen<Tx extends Transaction = Transaction> = Queen<Tx> & TestPowers<Tx>

const CLOSE_WITHIN = 5_000

/**
 * A queen for one test, with a new, empty database of its own. `t` is what the test function of Vitest or `node:test`
 * is handed; at the end of the test the database is dropped, also after a failure.
 *
 * @throws QueenError `CONFIG_INVALID` when `t` is no such context, or an option is wrong
 *
 * @example
 * ```ts
 * import { test } from 'node:test'
 * import { newTest } from 'queen-migrate/testing'
 * test('migrations', async (t) => {
 *   const q = newTest(t).add({
 *     version: '001',
 *     name: 'create_users',
 *     upSQL: 'CREATE TABLE users (id INTEGER PRIMARY KEY)',
 *     downSQL: 'DROP TABLE users',
 *   })
 *   await q.testUpDown()
 * })
 * ```
 */
export function newTest<Tx extends Transaction = Transaction, Bound extends Tx = Tx>(
  t: TestContext,
  options: TestOptions<Tx, Bound> = {},
): TestQueen<Bound> {
  const { migrations = new Queen<Tx>(), driver, ...rest } = options
  const scratch =
    driver === undefined
      ? new ScratchDriver<Bound>('sqlite', 'a test database in memory', inMemory as never)
      : scratchOf(driver)
  const queen = migrations.with<Bound>(scratch, rest)
  atEnd(t, async () => {
    try {
      await withinTime(queen.close())
    } finally {
      await scratch.drop()
    }
  })
  return Object.assign(queen, powers(queen, scratch, t))
}

function scratchOf<Tx extends Transaction>(driver: TestDriver<Tx>): ScratchDriver<Tx> {
  return new ScratchDriver(driver.dialect, `a test database beside ${driver.target}`, () => Promise.resolve(driver))
}

function powers<Tx extends Transaction>(queen: Queen<Tx>, scratch: ScratchDriver<Tx>, t: TestContext): TestPowers<Tx> {
  return {
    testUpDown: async (options = {}) => {
      const result = await roundTrip(queen, scratch, options)
      for (const note of result.notes) await remark(t, note)
      return result
    },
    testConcurrent: async (count = 4) => await concurrently(queen, scratch, count),
    schema: async () => await queen.inspect(async (session) => await scratch.snapshot(session)),
    mustUp: async (options = {}) => {
      const report = await attempt('mustUp', async () => await queen.up(options))
      if (report.applied.length > 0) return report
      const status = await queen.status(options.environment === undefined ? {} : { environment: options.environment })
      const left = status.filter(({ state }) => state === 'pending' || state === 'outOfOrder')
      if (left.length > 0)
        throw new Error(`mustUp: nothing was applied, and ${left[0]!.version} ${left[0]!.name} is still to be`)
      if (status.every(({ state }) => state !== 'applied'))
        throw new Error('mustUp: there was nothing to apply: register migrations with add(), or pass { migrations }')
      return report
    },
    mustDown: async (options = {}) => {
      const report = await attempt('mustDown', async () => await queen.down(options))
      if (report.applied.length === 0) throw new Error('mustDown: nothing was taken back')
      return report
    },
  }
}

async function attempt<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw new Error(`${what}: ${errorText(error)}`, { cause: error })
  }
}

/** A test that ran out of time may have left a migration at work: its database is dropped all the same. */
async function withinTime(closing: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_WITHIN)))
  await Promise.race([closing, late]).finally(() => clearTimeout(timer))
}
