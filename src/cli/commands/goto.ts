import type { CommandContext, Outcome } from '../context.js'
import { runOutcome } from './run-result.js'

/** Goes up or down to a version. */
export async function goto({ words, run, database, consent }: CommandContext): Promise<Outcome> {
  const version = words[0]!
  const queen = await database()
  const planned = async () => (await queen.goto(version, { ...run, dryRun: true })).planned ?? []
  if (run.dryRun !== true) await consent({ command: 'goto', planned })
  return runOutcome('goto', queen, await queen.goto(version, run))
}
