import type { SchemaObject } from '../../../core/driver.js'
import { definer, modes } from './definer.js'
import type { Scope } from './scope.js'
import { named, words } from './text.js'

/** Triggers of tables, with the one that each of them follows. */
export async function triggers(scope: Scope): Promise<SchemaObject[]> {
  const { query, here, tables } = scope
  const found =
    await query(`SELECT EVENT_OBJECT_TABLE, TRIGGER_NAME, ACTION_TIMING, EVENT_MANIPULATION, ACTION_STATEMENT,
    SQL_MODE, DEFINER FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ${here}
    ORDER BY EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER`)
  const own = found.filter(([table]) => tables.has(table!))
  return own.map(([table, name, timing, event, body, sqlMode, by], index) => {
    const before = own[index - 1]
    const follows = before !== undefined && before[0] === table && before[2] === timing && before[3] === event
    return {
      kind: 'trigger',
      name: named(table!, name!),
      definition: words(
        definer(scope, by!),
        `${timing} ${event}`,
        follows && `FOLLOWS ${named(before[1]!)}`,
        modes(scope, sqlMode ?? ''),
        body ?? '(hidden)',
      ),
    }
  })
}
