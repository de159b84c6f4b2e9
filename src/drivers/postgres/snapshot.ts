import type { SchemaObject } from '../../core/driver.js'
import { quoteName } from '../sql/quote.js'
import { columns } from './snapshot/columns.js'
import { comments } from './snapshot/comments.js'
import { database } from './snapshot/database.js'
import { foreign } from './snapshot/foreign.js'
import { guards } from './snapshot/guards.js'
import { keys } from './snapshot/keys.js'
import { privileges } from './snapshot/privileges.js'
import { publications } from './snapshot/publications.js'
import { rarities } from './snapshot/rarities.js'
import { routines } from './snapshot/routines.js'
import { inUse, pin, relations, type OwnTables, type Part, type Query } from './snapshot/scope.js'
import { tables } from './snapshot/tables.js'
import { types } from './snapshot/types.js'
import { views } from './snapshot/views.js'

export type { OwnTables, Query } from './snapshot/scope.js'

/**
 * Everything users made in a database but Queen's own tables, in a stable order. Objects of the default schema are named
 * without it, and a name that needs quotes has them; definitions are qualified throughout. Objects of an extension are
 * left out: the extension stands for them.
 *
 * To be called in a transaction, which may be READ ONLY: the settings that what is read depends on (`search_path` first
 * of all) are set for the rest of it. The SQL of all parts relies on that and qualifies nothing.
 */
export async function snapshot(query: Query, own: OwnTables): Promise<SchemaObject[]> {
  const version = await pin(query)
  const parts = await inUse(query, allParts(own, version))
  const found = await query(statement(own, parts))
  return found
    .map(([rank, kind, name, definition]) => ({
      rank: Number(rank),
      object: { kind: kind!, name: name!, definition: laidOut(kind!, definition!) },
    }))
    .sort((a, b) => a.rank - b.rank || compare(a.object.kind, b.object.kind) || compare(a.object.name, b.object.name))
    .map(({ object }) => object)
}

/** In the order of the objects. */
function allParts({ schema }: OwnTables, version: number): readonly Part[] {
  return [
    ...database(schema),
    ...tables,
    ...columns(version),
    ...keys,
    ...views,
    ...guards,
    ...routines,
    ...types,
    ...privileges(schema),
    ...comments(schema),
    ...publications(version),
    ...foreign,
    ...rarities,
  ]
}

/** One statement, so that no change of somebody else comes between two parts. */
function statement(own: OwnTables, parts: readonly Part[]): string {
  const selects = parts.map(
    ({ select }, rank) => `SELECT ${rank} AS rank, part.* FROM (\n${select}\n) AS part (kind, name, definition)`,
  )
  return `WITH ${relations(own)}\n${selects.join('\nUNION ALL\n')}`
}

/** The server breaks the lines of a query by itself; a function's body is the user's to the letter. */
function laidOut(kind: string, definition: string): string {
  if (kind !== 'view' && kind !== 'materialized view' && kind !== 'rule') return definition
  return definition.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|\s+/g, (token) => (/^\s/.test(token) ? ' ' : token))
}

/** How many tables are read by one statement. */
const AT_ONCE = 100

/**
 * The rows of every table but Queen's own and those of extensions, each as JSON text with its columns by name, sorted.
 * Rows of a partitioned table are told of the partition they are in. To be called in a transaction, as `snapshot` is.
 */
export async function rows(query: Query, own: OwnTables): Promise<Map<string, string[]>> {
  await pin(query)
  const tables = await query(`WITH ${relations(own)}
    SELECT r.name, s.nspname, r.relname, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname)
    FROM relation r JOIN space s ON s.oid = r.relnamespace
    LEFT JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE r.relkind = 'r' GROUP BY 1, 2, 3`)
  tables.sort(([a], [b]) => compare(a!, b!))
  const result = new Map(tables.map(([name]) => [name!, [] as string[]]))
  for (let first = 0; first < tables.length; first += AT_ONCE) {
    const selects = tables
      .slice(first, first + AT_ONCE)
      .map(
        ([, schema, table, columns], index) =>
          `SELECT ${first + index}, row_to_json(t.*)::text FROM (SELECT ${columns ?? ''} FROM ONLY ${quoteName(schema!)}.${quoteName(table!)}) t`,
      )
    for (const [index, row] of await query(selects.join('\nUNION ALL\n')))
      result.get(tables[Number(index)]![0]!)!.push(row!)
  }
  for (const list of result.values()) list.sort()
  return result
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
