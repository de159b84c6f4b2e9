import type { CommandContext, Outcome } from '../context.js'

/** Records everything up to a version as applied without running it. */
export async function baseline({ words, run, database }: CommandContext): Promise<Outcome> {
  const versions = await (await database()).baseline(words[0]!, run)
  return { result: { command: 'baseline', versions } }
}
