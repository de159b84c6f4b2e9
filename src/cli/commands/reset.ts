import type { CommandContext, Outcome } from '../context.js'
import { runOutcome } from './run-result.js'

/** Takes everything back. */
export async function reset({ run, database, consent }: CommandContext): Promise<Outcome> {
  const queen = await database()
  const planned = async () => (await queen.reset({ ...run, dryRun: true })).planned ?? []
  if (run.dryRun !== true) await consent({ command: 'reset', planned })
  return runOutcome('reset', queen, await queen.reset(run))
}
