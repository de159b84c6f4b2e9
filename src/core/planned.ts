import type { PreparedStep } from './script.js'
import type { Direction } from './record.js'

/** A step of a plan as it is shown: everything a reader needs to judge it, and nothing to execute. */
export interface PlannedStep {
  readonly direction: Direction
  readonly version: string
  readonly name: string
  /** Where it was registered: `migrations.ts:12`. */
  readonly at: string
  /** `transaction`: all or nothing. `counted`: statement by statement. */
  readonly mode: 'transaction' | 'counted'
  /** What is executed, in order; a function has no text. */
  readonly items: readonly ({ readonly kind: 'statement'; readonly text: string } | { readonly kind: 'function' })[]
  /** Whether a statement drops or deletes something. Functions cannot be looked into. */
  readonly destructive: boolean
}

export function plannedStep(step: PreparedStep<never>): PlannedStep {
  const { direction, migration, mode, items } = step
  return {
    direction,
    version: migration.version,
    name: migration.name,
    at: String(migration.at),
    mode,
    items: items.map((item) =>
      item.kind === 'statement' ? { kind: 'statement', text: item.text } : { kind: 'function' },
    ),
    destructive: items.some((item) => item.kind === 'statement' && item.nature.destructive === 'yes'),
  }
}
