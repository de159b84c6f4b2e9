import type { Session } from './driver.js'
import type { Emitter } from './events.js'
import type { Item } from './items.js'
import type { PlanStep } from './plan.js'

/** Has the driver remove what a statement that broke off left behind, where it leaves something, and tells of it. */
export async function removeRemains(
  session: Pick<Session, 'removeRemains'>,
  events: Emitter,
  { migration, direction }: PlanStep<never>,
  item: Item<never> | undefined,
): Promise<void> {
  if (session.removeRemains === undefined || item?.kind !== 'statement') return
  const { version, name } = migration
  const label = `${direction === 'up' ? '' : 'the down of '}${version} ${name}`
  for (const what of await session.removeRemains(item.text))
    events.emit('warning', {
      severity: 'warning',
      code: 'INTERRUPTED',
      message: `Statement ${item.number} of ${label} had been broken off and had left ${what}, which was removed`,
      hint: '',
      versions: [version],
    })
}
