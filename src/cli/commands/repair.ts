import type { CommandContext, Outcome } from '../context.js'

/** Accepts the text of applied migrations as it is now. */
export async function repair({ words, run, database }: CommandContext): Promise<Outcome> {
  const versions = await (await database()).repair(words, run)
  return { result: { command: 'repair', versions } }
}
