import type { SchemaObject } from '../../../core/driver.js'
import { definer, modes } from './definer.js'
import type { Scope } from './scope.js'
import { comment, named, words } from './text.js'

/** An event that was given no beginning has the moment as one at which it was made, or given its schedule. */
const STARTS = `IF(CONVERT_TZ(STARTS, TIME_ZONE, '+00:00') IN (CREATED, LAST_ALTERED), NULL, STARTS)`

/** Events with their schedules. */
export async function events(scope: Scope): Promise<SchemaObject[]> {
  const { query, here } = scope
  const found =
    await query(`SELECT EVENT_NAME, DEFINER, TIME_ZONE, EVENT_TYPE, EXECUTE_AT, INTERVAL_VALUE, INTERVAL_FIELD,
    ${STARTS}, ENDS, ON_COMPLETION, STATUS, EVENT_COMMENT, SQL_MODE, EVENT_DEFINITION
    FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ${here}`)
  return found.map(
    ([name, by, zone, type, at, value, field, starts, ends, completion, status, text, sqlMode, body]) => ({
      kind: 'event',
      name: named(name!),
      definition: words(
        definer(scope, by!),
        type === 'RECURRING' ? `EVERY ${value} ${field}` : `AT ${at}`,
        starts !== null && `STARTS ${starts}`,
        ends !== null && `ENDS ${ends}`,
        zone !== 'SYSTEM' && `TIME ZONE ${zone}`,
        completion === 'PRESERVE' && 'ON COMPLETION PRESERVE',
        status,
        comment(text),
        modes(scope, sqlMode ?? ''),
        `DO ${body ?? '(hidden)'}`,
      ),
    }),
  )
}
