import type { SchemaObject } from '../../core/driver.js'
import { quoteName } from '../sql/quote.js'
import type { SqliteClient } from './client.js'
import { indexColumns, indexColumnText, tableObjects, type TableRow } from './table-snapshot.js'
import { groupEnd, isWord, splitList, textOf, tokensOf, type SqlToken } from './tokens.js'

interface SchemaRow {
  readonly type: 'table' | 'index' | 'view' | 'trigger'
  readonly name: string
  readonly tbl_name: string
  readonly sql: string | null
}

/**
 * Everything in a database but Queen's own tables (`own`, in lower case): tables, columns and their order, keys,
 * checks, indexes, views, triggers, and the two numbers a file carries for its program.
 */
export function snapshot(client: SqliteClient, own: ReadonlySet<string>): SchemaObject[] {
  const stored = client
    .prepare('SELECT type, name, tbl_name, sql FROM main.sqlite_schema ORDER BY type, name')
    .all() as SchemaRow[]
  const sqlOf = new Map(stored.map((row) => [row.name, row.sql ?? '']))
  const objects = tables(client, own).flatMap((table) => tableObjects(client, table, sqlOf.get(table.name) ?? ''))
  for (const row of stored) {
    if (row.sql === null || own.has(row.tbl_name.toLowerCase())) continue
    if (row.type === 'index') objects.push(indexObject(client, row.name, row.sql))
    else if (row.type !== 'table')
      objects.push({ kind: row.type, name: row.name, definition: textOf(behindName(tokensOf(row.sql))) })
  }
  return distinct([...objects, ...numbers(client)])
}

/** The rows of every table but Queen's own, each as JSON text with its columns by name, sorted. */
export function rows(client: SqliteClient, own: ReadonlySet<string>): Map<string, string[]> {
  return new Map(tables(client, own).map(({ name }) => [name, rowsOf(client, name)]))
}

/** Tables a user made. Shadow tables belong to a virtual one, which stands for them. */
function tables(client: SqliteClient, own: ReadonlySet<string>): TableRow[] {
  const sql = `SELECT * FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual') ORDER BY name`
  return (client.prepare(sql).all() as TableRow[]).filter(
    ({ name }) => !/^sqlite_/i.test(name) && !own.has(name.toLowerCase()),
  )
}

function indexObject(client: SqliteClient, name: string, sql: string): SchemaObject {
  const tokens = tokensOf(sql)
  const rest = behindName(tokens)
  const open = rest.findIndex((token) => token.text === '(')
  const end = groupEnd(rest, open)
  const expressions = splitList(rest.slice(open + 1, end - 1)).map(expressionOf)
  const columns = indexColumns(client, name).map((column, index) => indexColumnText(column, expressions[index]))
  const unique = isWord(tokens[1], 'UNIQUE') ? 'UNIQUE ' : ''
  const where = end === rest.length ? '' : ` ${textOf(rest.slice(end))}`
  return { kind: 'index', name, definition: `${unique}${textOf(rest.slice(0, open))} (${columns.join(', ')})${where}` }
}

/** A column of an index without its direction, which a pragma tells. */
function expressionOf(tokens: readonly SqlToken[]): string {
  const directed = isWord(tokens.at(-1), 'ASC') || isWord(tokens.at(-1), 'DESC')
  return textOf(directed ? tokens.slice(0, -1) : tokens)
}

/** The tokens behind CREATE, the kind and the name: SQLite stores definitions in just this form. */
function behindName(tokens: readonly SqlToken[]): readonly SqlToken[] {
  return tokens.slice(isWord(tokens[1], 'UNIQUE') ? 4 : 3)
}

function numbers(client: SqliteClient): SchemaObject[] {
  return ['application_id', 'user_version']
    .map((name) => ({ kind: 'setting', name, definition: String(client.pragma(name, { simple: true })) }))
    .filter(({ definition }) => definition !== '0')
}

/** A constraint that is written twice counts once; different ones of one name are numbered. */
function distinct(objects: readonly SchemaObject[]): SchemaObject[] {
  const seen = new Map<string, string[]>()
  return objects.flatMap((object) => {
    const key = `${object.kind} ${object.name}`
    const before = seen.get(key) ?? []
    if (before.includes(object.definition)) return []
    seen.set(key, [...before, object.definition])
    return before.length === 0 ? [object] : [{ ...object, name: `${object.name} #${before.length + 1}` }]
  })
}

/** A statement that can hand out integers whole, as `better-sqlite3`'s can. */
interface ExactStatement {
  safeIntegers?(on: boolean): unknown
  all(): Record<string, unknown>[]
}

function rowsOf(client: SqliteClient, table: string): string[] {
  const statement = client.prepare(`SELECT * FROM main.${quoteName(table)}`) as unknown as ExactStatement
  // With numbers alone 1 and 1.0, and integers beyond 2^53, would look alike.
  statement.safeIntegers?.(true)
  return statement.all().map(rowText).sort()
}

function rowText(row: Record<string, unknown>): string {
  const names = Object.keys(row).sort()
  return `{${names.map((name) => `${JSON.stringify(name)}:${valueText(row[name])}`).join(',')}}`
}

function valueText(value: unknown): string {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number')
    return Number.isInteger(value) ? value.toFixed(1) : Number.isFinite(value) ? String(value) : `"${value}"`
  return value instanceof Uint8Array ? `"x'${Buffer.from(value).toString('hex')}'"` : JSON.stringify(value)
}
