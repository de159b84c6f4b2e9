import { QueenError } from '../core/errors.js'
import type { Queen, RunReport } from '../core/queen.js'
import type { Scratch } from '../core/driver.js'
import type { Transaction } from '../core/transaction.js'
import { inTemporaryFile } from './default-driver.js'
import { errorText } from './error-text.js'
import type { TestDriver } from './scratch-driver.js'

/**
 * Lets several queens, each with a connection of its own, apply the same migrations to one new database at once. Each
 * migration must be applied exactly once, and nobody may fail.
 *
 * @throws Error with one line for everything that went wrong
 */
export async function concurrently<Tx extends Transaction>(
  queen: Queen<Tx>,
  driver: TestDriver<Tx>,
  count: number,
): Promise<readonly RunReport[]> {
  if (!Number.isSafeInteger(count) || count < 2)
    throw new QueenError('CONFIG_INVALID', `testConcurrent(${count}) is not possible`, {
      hint: 'write how many run at once, 2 at least',
    })
  const scratch = await sharedScratch(driver)
  const queens = Array.from({ length: count }, () => queen.with(scratch.driver))
  try {
    const expected = (await queens[0]!.status()).filter(({ state }) => state !== 'skipped')
    if (expected.length === 0)
      throw new Error('testConcurrent has no migrations to apply: register some with add(), or pass { migrations }')
    const outcomes = await Promise.allSettled(queens.map(async (one) => await one.up()))
    const reports = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    const problems = outcomes.flatMap((outcome, index) =>
      outcome.status === 'rejected' ? [`queen ${index + 1} of ${count} failed: ${errorText(outcome.reason)}`] : [],
    )
    const applied = reports.flatMap((report) => report.applied.map(({ version }) => version))
    for (const { version, name } of expected) {
      const times = applied.filter((one) => one === version).length
      if (times !== 1) problems.push(`${version} ${name} was applied ${times === 0 ? 'by nobody' : `${times} times`}`)
    }
    for (const { version, name, state } of await queens[0]!.status())
      if (state !== 'applied' && state !== 'skipped')
        problems.push(`${version} ${name} is ${state} at the end, not applied`)
    if (problems.length > 0) throw new Error(problems.join('\n'))
    return reports
  } finally {
    await Promise.all(queens.map(async (one) => await one.close()))
    await scratch.drop()
  }
}

/**
 * A scratch database that several connections see. One in memory lives in the connection that made it; then a file of
 * the same kind takes its place.
 */
async function sharedScratch<Tx extends Transaction>(driver: TestDriver<Tx>): Promise<Scratch<Tx>> {
  const scratch = await driver.scratch()
  if (await isShared(scratch)) return scratch
  await scratch.drop()
  const file = await inTemporaryFile()
  if (file.driver.dialect === driver.dialect) return file as unknown as Scratch<Tx>
  await file.drop()
  throw new QueenError(
    'CONFIG_INVALID',
    `testConcurrent needs a database for several connections, and a scratch database of ${driver.target} lives in one`,
    {
      hint: 'use a driver whose scratch databases can be shared',
    },
  )
}

/** Whether what one connection does is seen by another. */
async function isShared(scratch: Scratch<never>): Promise<boolean> {
  const table = { name: 'queen_test_probe' }
  const [one, other] = [await scratch.driver.connect(table), await scratch.driver.connect(table)]
  try {
    const lock = await one.tryLock('testConcurrent')
    const second = await other.tryLock('testConcurrent')
    await lock?.release()
    await second?.release()
    return lock !== null && second === null
  } finally {
    await one.close()
    await other.close()
  }
}
