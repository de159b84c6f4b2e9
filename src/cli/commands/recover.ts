import type { CommandContext, Outcome } from '../context.js'
import { invalid } from '../invalid.js'

const WAYS = ['resume', 'applied', 'pending'] as const

/** Settles a migration that stopped half-way. */
export async function recover({ words, flags, run, database }: CommandContext): Promise<Outcome> {
  const version = words[0]!
  const [how, ...more] = WAYS.filter((way) => flags[way] === true)
  if (how === undefined || more.length > 0)
    throw invalid(
      how === undefined ? `it is not said how ${version} is to be settled` : 'more than one way is named',
      '--resume goes on behind what is committed, --applied means you have finished it by hand, --pending that you have undone it: write one of them',
    )
  await (await database()).recover(version, how, run)
  return { result: { command: 'recover', version, how } }
}
