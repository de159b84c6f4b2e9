import type { DownOptions } from '../../core/options.js'
import type { CommandContext, Outcome } from '../context.js'
import { defined } from '../defined.js'
import { invalid } from '../invalid.js'
import { wholeNumber } from '../whole-number.js'
import { runOutcome } from './run-result.js'

/** Takes the last migrations back. */
export async function down({ words, flags, run, database, consent }: CommandContext): Promise<Outcome> {
  if (words[0] !== undefined && flags.steps !== undefined)
    throw invalid('both N and --steps are given', 'leave one of them out')
  const range = defined({ to: flags.to, steps: wholeNumber(words[0] ?? flags.steps, 'the number of steps') })
  const options = { ...run, ...range } as DownOptions
  const queen = await database()
  const planned = async () => (await queen.down({ ...options, dryRun: true })).planned ?? []
  if (run.dryRun !== true) await consent({ command: 'down', planned })
  return runOutcome('down', queen, await queen.down(options))
}
