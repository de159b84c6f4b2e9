import type { SchemaObject } from '../../core/driver.js'
import type { SqliteClient } from './client.js'
import { referenceText } from './reference-text.js'
import { conflictText, groupTexts, tableDefinition, type Constraint, type TableDefinition } from './table-definition.js'
import { expressionText, nameText } from './tokens.js'

/** A row of `PRAGMA table_list`. */
export interface TableRow {
  readonly name: string
  readonly type: 'table' | 'view' | 'virtual' | 'shadow'
  readonly wr: 0 | 1
  readonly strict: 0 | 1
}

interface ColumnRow {
  readonly name: string
  readonly type: string
  readonly notnull: 0 | 1
  readonly dflt_value: string | null
  readonly pk: number
  /** 1: of a virtual table, left out of `SELECT *`; 2 and 3: generated, virtual and stored. */
  readonly hidden: 0 | 1 | 2 | 3
}

/** A table, its columns, keys and checks: what the pragmas tell, and from the text what they do not. */
export function tableObjects(client: SqliteClient, table: TableRow, sql: string): SchemaObject[] {
  const columns = client.prepare(`SELECT * FROM pragma_table_xinfo(?, 'main')`).all(table.name) as ColumnRow[]
  const { name } = table
  const order = { kind: 'columns', name, definition: columns.map((column) => nameText(column.name)).join(', ') }
  if (table.type === 'virtual') {
    const virtual = {
      kind: 'table',
      name,
      definition: `VIRTUAL ${expressionText(sql.slice(sql.search(/\bUSING\b/i)))}`,
    }
    return [virtual, order, ...columns.map((column) => columnObject(name, column, []))]
  }
  const definition = tableDefinition(sql)
  const options = [table.wr === 1 && 'WITHOUT ROWID', table.strict === 1 && 'STRICT'].filter(
    (option) => option !== false,
  )
  return [
    { kind: 'table', name, definition: ['TABLE', ...options].join(' ') },
    order,
    ...columns.map((column) => columnObject(name, column, definition.constraints)),
    ...primaryKey(client, name, columns, definition),
    ...definition.constraints.flatMap((constraint) => constraintObject(name, constraint, columns)),
  ]
}

function columnObject(table: string, column: ColumnRow, constraints: readonly Constraint[]): SchemaObject {
  const own = constraints.filter((one) => one.column === nameText(column.name))
  const collation = own.find((one) => one.kind === 'collate')?.tokens[1]?.text.toUpperCase()
  const generated = own.find((one) => one.kind === 'generated')
  const conflict = conflictText(own.find((one) => one.kind === 'notNull')?.tokens ?? [])
  const parts = [
    expressionText(column.type).toUpperCase(),
    column.notnull === 1 && `NOT NULL${conflict}`,
    column.dflt_value !== null && `DEFAULT ${expressionText(column.dflt_value)}`,
    collation !== undefined && collation !== 'BINARY' && `COLLATE ${collation}`,
    generated !== undefined &&
      `AS (${groupTexts(generated.tokens)?.join(', ')}) ${column.hidden === 3 ? 'STORED' : 'VIRTUAL'}`,
    column.hidden === 1 && 'HIDDEN',
  ]
  const text = parts.filter((part) => part !== false && part !== '').join(' ')
  return { kind: 'column', name: `${table}.${column.name}`, definition: text === '' ? 'without a type' : text }
}

function primaryKey(
  client: SqliteClient,
  table: string,
  columns: readonly ColumnRow[],
  definition: TableDefinition,
): SchemaObject[] {
  const keys = columns.filter((column) => column.pk > 0).sort((a, b) => a.pk - b.pk)
  const written = definition.constraints.find((one) => one.kind === 'primaryKey')
  if (keys.length === 0 || written === undefined) return []
  // An index of its own, or not: INTEGER PRIMARY KEY DESC is no alias of the rowid, alone among its kind.
  const index = client.prepare(`SELECT name FROM pragma_index_list(?, 'main') WHERE origin = 'pk'`).get(table) as
    | { name: string }
    | undefined
  const sorted = index === undefined ? undefined : indexColumns(client, index.name)
  const list = sorted?.map((column) => indexColumnText(column)) ?? keys.map((column) => nameText(column.name))
  const auto = definition.rowids === 'autoincrement' ? ' AUTOINCREMENT' : ''
  return [
    {
      kind: 'primary key',
      name: table,
      definition: `${constraintName(written)}PRIMARY KEY (${list.join(', ')})${conflictText(written.tokens)}${auto}`,
    },
  ]
}

function constraintObject(table: string, constraint: Constraint, columns: readonly ColumnRow[]): SchemaObject[] {
  const { kind, name, tokens, column } = constraint
  const own = column === undefined ? undefined : [column]
  if (kind === 'check') {
    const text = `(${groupTexts(tokens)?.join(', ')})`
    return [
      {
        kind: 'check',
        name: name === undefined ? `${table} ${text}` : `${table}.${name}`,
        definition: `CHECK ${text}${conflictText(tokens)}`,
      },
    ]
  }
  const spelled = (list: readonly string[]): string =>
    list.map((one) => spelling(one.replace(/ ASC$/i, ''), columns)).join(', ')
  if (kind === 'unique') {
    const list = spelled(own ?? groupTexts(tokens) ?? [])
    return [
      {
        kind: 'unique key',
        name: `${table} (${list})`,
        definition: `${constraintName(constraint)}UNIQUE (${list})${conflictText(tokens)}`,
      },
    ]
  }
  if (kind !== 'foreignKey') return []
  const list = spelled(own ?? groupTexts(tokens) ?? [])
  const references = tokens.findIndex((token) => token.text === 'REFERENCES')
  return [
    {
      kind: 'foreign key',
      name: `${table} (${list})`,
      definition: `${constraintName(constraint)}${referenceText(tokens.slice(references))}`,
    },
  ]
}

function constraintName({ name }: Constraint): string {
  return name === undefined ? '' : `CONSTRAINT ${name} `
}

/** A column as its table spells it: elsewhere the letter case of a name does not matter. */
function spelling(name: string, columns: readonly ColumnRow[]): string {
  const column = columns.find((one) => nameText(one.name).toLowerCase() === name.toLowerCase())
  return column === undefined ? name : nameText(column.name)
}

/** A column of an index; `name` is null for an expression. */
export interface IndexColumnRow {
  readonly cid: number
  readonly name: string | null
  readonly desc: 0 | 1
  readonly coll: string
}

/** The columns an index is sorted by. */
export function indexColumns(client: SqliteClient, index: string): IndexColumnRow[] {
  return client
    .prepare(`SELECT * FROM pragma_index_xinfo(?, 'main') WHERE key = 1 ORDER BY seqno`)
    .all(index) as IndexColumnRow[]
}

/** A column of an index as text; what is the same by default is left out. */
export function indexColumnText(column: IndexColumnRow, expression?: string): string {
  const collation = column.coll.toUpperCase() === 'BINARY' ? '' : ` COLLATE ${column.coll.toUpperCase()}`
  const what = column.name === null ? (expression ?? 'rowid') : nameText(column.name) + collation
  return what + (column.desc === 1 ? ' DESC' : '')
}
