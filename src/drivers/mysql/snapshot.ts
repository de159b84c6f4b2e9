import type { SchemaObject } from '../../core/driver.js'
import { checks } from './snapshot/checks.js'
import { columns } from './snapshot/columns.js'
import { database } from './snapshot/database.js'
import { events } from './snapshot/events.js'
import { foreignKeys } from './snapshot/foreign-keys.js'
import { keys } from './snapshot/keys.js'
import { partitions } from './snapshot/partitions.js'
import { routines } from './snapshot/routines.js'
import { readRows } from './snapshot/rows.js'
import { open, type OwnTables, type Part, type Query } from './snapshot/scope.js'
import { sequences } from './snapshot/sequences.js'
import { pinned } from './snapshot/session.js'
import { tables } from './snapshot/tables.js'
import { triggers } from './snapshot/triggers.js'
import { views } from './snapshot/views.js'

export type { OwnTables, Query } from './snapshot/scope.js'

const PARTS: readonly Part[] = [
  database,
  tables,
  columns,
  keys,
  foreignKeys,
  checks,
  partitions,
  views,
  triggers,
  routines,
  events,
  sequences,
]

/** In the order of the objects. */
const KINDS: readonly string[] = [
  'setting',
  'table',
  'columns',
  'column',
  'primary key',
  'unique key',
  'index',
  'foreign key',
  'period',
  'check',
  'partitioning',
  'partition',
  'view',
  'trigger',
  'function',
  'procedure',
  'package',
  'package body',
  'library',
  'event',
  'sequence',
]

/**
 * Everything users made in a database but Queen's own tables, in a stable order. Nothing is read that the server counts
 * or caches, and the database is not named: the same schema in two databases reads the same.
 *
 * The session's settings that reading depends on are others meanwhile. Nothing keeps somebody else from changing the
 * schema between two statements: no statement of MySQL's tells everything.
 */
export async function snapshot(query: Query, own: OwnTables): Promise<SchemaObject[]> {
  return await pinned(query, async (version) => {
    const scope = await open(query, own, version)
    const objects: SchemaObject[] = []
    for (const part of PARTS) objects.push(...(await part(scope)))
    return objects.sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || compare(a.name, b.name))
  })
}

/**
 * The rows of every table but Queen's own, each as JSON text with its columns by name, sorted. All values are exact:
 * bytes are `x'00ff'`, moments are told in UTC. Where the session does not commit by itself, it has a transaction
 * afterwards.
 */
export async function rows(query: Query, own: OwnTables): Promise<Map<string, string[]>> {
  return await pinned(query, async (version) => await readRows(await open(query, own, version)))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
