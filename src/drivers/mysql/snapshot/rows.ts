import { grouped } from './grouped.js'
import type { Scope, Table } from './scope.js'
import { backticked, named } from './text.js'

/** A column that is read. */
interface Field {
  readonly name: string
  /** The type without what is in parentheses. */
  readonly type: string
}

const NUMBER = /^(?:tinyint|smallint|mediumint|int|bigint|decimal|float|double|bit)$/
const BYTES =
  /^(?:(?:var)?binary|(?:tiny|medium|long)?blob|vector|geometry|point|linestring|polygon|multi\w+|geom\w*collection)$/

/** How many tables are read by one statement. */
const AT_ONCE = 50

/** The rows of tables, each as JSON text; what MariaDB itself notes about the age of a row is none of it. */
export async function readRows(scope: Scope): Promise<Map<string, string[]>> {
  const tables = [...scope.tables.values()].filter(({ type }) => type !== 'SEQUENCE')
  const fields = await readFields(scope)
  const result = new Map(tables.map(({ name }) => [name, [] as string[]]))
  for (let first = 0; first < tables.length; first += AT_ONCE) {
    const some = tables.slice(first, first + AT_ONCE)
    for (const [index, ...values] of await scope.query(statement(scope, some, fields))) {
      const { name } = some[Number(index)]!
      result.get(name)!.push(rowText(fields.get(name) ?? [], values))
    }
  }
  for (const list of result.values()) list.sort()
  return new Map([...result].map(([name, list]) => [named(name), list]))
}

/** By table, in the order of their names. */
async function readFields({ query, here }: Scope): Promise<ReadonlyMap<string, readonly Field[]>> {
  const found = await query(`SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE FROM information_schema.COLUMNS
    WHERE TABLE_SCHEMA = ${here} AND coalesce(GENERATION_EXPRESSION, '') NOT IN ('ROW START', 'ROW END')`)
  const fields = found.map(([table, name, type]) => ({ table: table!, name: name!, type: type!.toLowerCase() }))
  fields.sort((a, b) => (a.name < b.name ? -1 : 1))
  return grouped(fields, ({ table }) => table)
}

/** Tables have different numbers of columns: what some lack of the longest is NULL. */
function statement(
  { database }: Scope,
  tables: readonly Table[],
  fields: ReadonlyMap<string, readonly Field[]>,
): string {
  const width = Math.max(...tables.map(({ name }) => fields.get(name)?.length ?? 0))
  const selects = tables.map(({ name }, index) => {
    const values = (fields.get(name) ?? []).map((field) => `CONVERT(${valueOf(field)} USING utf8mb4)`)
    const padding = Array.from({ length: width - values.length }, () => 'NULL')
    return `SELECT ${[index, ...values, ...padding].join(', ')} FROM ${backticked(database)}.${backticked(name)}`
  })
  return selects.join('\nUNION ALL\n')
}

function valueOf({ name, type }: Field): string {
  const column = backticked(name)
  if (type === 'bit') return `${column} + 0`
  // As itself it has six digits, of the nine that tell it from its neighbours.
  if (type === 'float') return `${column} + 0e0`
  if (!BYTES.test(type)) return column
  // The server makes NULL of what would not fit into a message.
  return `IF(LENGTH(${column}) < @@max_allowed_packet / 4, HEX(${column}), CONCAT(LENGTH(${column}), ' bytes of SHA-512 ', SHA2(${column}, 512)))`
}

function rowText(fields: readonly Field[], values: readonly (string | null)[]): string {
  return `{${fields.map(({ name, type }, index) => `${JSON.stringify(name)}:${valueText(type, values[index]!)}`).join(',')}}`
}

function valueText(type: string, value: string | null): string {
  if (value === null) return 'null'
  // ZEROFILL fills with what no number of JSON begins with.
  if (NUMBER.test(type)) return value.replace(/^0+(?=\d)/, '')
  // MySQL's own type; in MariaDB JSON is a text, and kept as one.
  if (type === 'json') return value
  return JSON.stringify(BYTES.test(type) && !value.includes(' ') ? `x'${value.toLowerCase()}'` : value)
}
