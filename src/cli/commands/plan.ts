import type { CommandContext, Outcome } from '../context.js'
import { defined } from '../defined.js'
import { invalid } from '../invalid.js'
import { wholeNumber } from '../whole-number.js'

/** Shows what up or down would do. */
export async function plan({ words, flags, run, database }: CommandContext): Promise<Outcome> {
  const direction = words[0] ?? 'up'
  if (direction !== 'up' && direction !== 'down')
    throw invalid(`there is no direction ${JSON.stringify(direction)}`, 'write up or down')
  const { environment, allowOutOfOrder, allowUnknown } = run
  const range = { to: flags.to, steps: wholeNumber(flags.steps, '--steps') }
  const queen = await database()
  const planned = await queen.plan({ direction, ...defined({ ...range, environment, allowOutOfOrder, allowUnknown }) })
  return { result: { command: 'plan', target: queen.target, direction, planned } }
}
