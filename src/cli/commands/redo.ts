import type { CommandContext, Outcome } from '../context.js'
import { wholeNumber } from '../whole-number.js'
import { runOutcome } from './run-result.js'

/** Takes the last migrations back and applies them again. */
export async function redo({ words, run, database, consent }: CommandContext): Promise<Outcome> {
  const options = { ...run, steps: wholeNumber(words[0], 'the number of steps') ?? 1 }
  const queen = await database()
  const planned = async () => (await queen.redo({ ...options, dryRun: true })).planned ?? []
  if (run.dryRun !== true) await consent({ command: 'redo', planned })
  return runOutcome('redo', queen, await queen.redo(options))
}
