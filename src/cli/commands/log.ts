import type { CommandContext, Outcome } from '../context.js'
import { defined } from '../defined.js'
import { wholeNumber } from '../whole-number.js'

/** Shows the journal, newest first. */
export async function log({ flags, database }: CommandContext): Promise<Outcome> {
  const last = wholeNumber(flags.last, '--last')
  const entries = await (await database()).log(defined({ last }))
  return { result: { command: 'log', entries } }
}
