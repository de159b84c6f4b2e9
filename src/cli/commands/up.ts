import type { CommandContext, Outcome } from '../context.js'
import { defined } from '../defined.js'
import { wholeNumber } from '../whole-number.js'
import { runOutcome } from './run-result.js'

/** Applies what is pending. */
export async function up({ flags, run, database }: CommandContext): Promise<Outcome> {
  const range = defined({ to: flags.to, steps: wholeNumber(flags.steps, '--steps') })
  const queen = await database()
  return runOutcome('up', queen, await queen.up({ ...run, ...range }))
}
