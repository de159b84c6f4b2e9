import { QueenError } from '../core/errors.js'

/** What a test function is handed by Vitest (`onTestFinished`) or `node:test` (`after`), as far as it is used. */
export interface TestContext {
  onTestFinished?(cleanUp: () => Promise<void>): unknown
  after?(cleanUp: () => Promise<void>): unknown
  /** How `node:test` takes a remark into its report. */
  diagnostic?(message: string): unknown
  /** How Vitest does. */
  annotate?(message: string): unknown
}

/** Has work done at the end of a test, whether it passes or fails. @throws QueenError `CONFIG_INVALID` */
export function atEnd(t: TestContext, cleanUp: () => Promise<void>): void {
  if (typeof t?.onTestFinished === 'function') t.onTestFinished(cleanUp)
  else if (typeof t?.after === 'function') t.after(cleanUp)
  else
    throw new QueenError('CONFIG_INVALID', 'newTest() needs the context of a test, so that it can clean up behind it', {
      hint: `write test('migrations', async (t) => { await newTest(t)... }) with the test of vitest or node:test`,
    })
}

/** Puts a remark into the report of a test, where its runner has a place for it. */
export async function remark(t: TestContext, message: string): Promise<void> {
  if (typeof t.diagnostic === 'function') t.diagnostic(message)
  else if (typeof t.annotate === 'function') await t.annotate(message)
}
