import type { SchemaObject } from '../../../core/driver.js'
import { grouped } from './grouped.js'
import type { Scope } from './scope.js'
import { comment, list, named, quoted, unescaped, unqualified, words } from './text.js'

/** A column as information_schema has it. */
interface Column {
  readonly table: string
  readonly name: string
  readonly type: string
  readonly nullable: string
  readonly standard: string | null
  readonly extra: string
  readonly generated: string
  readonly collation: string | null
  readonly comment: string | null
  readonly srid: string | null
}

const SPATIAL = /^(?:geometry|point|linestring|polygon|multi\w+|geom\w*collection)\b/i

/** The columns of tables and their order. */
export async function columns(scope: Scope): Promise<SchemaObject[]> {
  const all = await readColumns(scope)
  const systems = await referenceSystems(scope, all)
  const byTable = grouped(all, ({ table }) => table)
  return [
    ...[...byTable].map(([table, its]) => ({
      kind: 'columns',
      name: named(table),
      definition: list(its.map(({ name }) => name)),
    })),
    ...all.map((column) => ({
      kind: 'column',
      name: named(column.table, column.name),
      definition: definitionOf(scope, column, systems.get(named(column.table, column.name)) ?? column.srid),
    })),
  ]
}

async function readColumns({ query, here, family, tables }: Scope): Promise<Column[]> {
  const found = await query(`SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT, EXTRA,
    GENERATION_EXPRESSION, COLLATION_NAME, COLUMN_COMMENT, ${family === 'mysql' ? 'SRS_ID' : 'NULL'}
    FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ${here} ORDER BY TABLE_NAME, ORDINAL_POSITION`)
  return found
    .map(([table, name, type, nullable, standard, extra, generated, collation, text, srid]) => ({
      table: table!,
      name: name!,
      type: type!,
      nullable: nullable!,
      standard: standard!,
      extra: extra ?? '',
      generated: generated ?? '',
      collation: collation!,
      comment: text!,
      srid: srid!,
    }))
    .filter(({ table }) => (tables.get(table) ?? { type: 'SEQUENCE' }).type !== 'SEQUENCE')
}

/** MariaDB has them in a table of their own, which is slow to read. */
async function referenceSystems(
  { query, here, family }: Scope,
  all: readonly Column[],
): Promise<ReadonlyMap<string, string>> {
  if (family === 'mysql' || !all.some(({ type }) => SPATIAL.test(type))) return new Map()
  const found = await query(`SELECT G_TABLE_NAME, G_GEOMETRY_COLUMN, SRID FROM information_schema.GEOMETRY_COLUMNS
    WHERE G_TABLE_SCHEMA = ${here} AND SRID <> 0`)
  return new Map(found.map(([table, column, srid]) => [named(table!, column!), srid!]))
}

function definitionOf(scope: Scope, column: Column, srid: string | null): string {
  const checks = scope.checks.filter(
    ({ table, name, level }) => level === 'Column' && table === column.table && name === column.name,
  )
  return words(
    column.type,
    column.collation !== null &&
      column.collation !== scope.tables.get(column.table)!.collation &&
      `COLLATE ${column.collation}`,
    generation(scope, column),
    column.nullable === 'NO' && 'NOT NULL',
    standardOf(scope, column),
    rest(column.extra),
    srid !== null && `SRID ${srid}`,
    ...checks.map(({ clause }) => `CHECK (${clause})`),
    comment(column.comment),
  )
}

function generation({ family, database }: Scope, { generated, extra }: Column): string {
  if (generated === '') return ''
  if (generated === 'ROW START' || generated === 'ROW END') return `GENERATED ALWAYS AS ${generated}`
  const expression = family === 'mysql' ? unescaped(generated) : generated
  return `GENERATED ALWAYS AS (${unqualified(expression, database)}) ${/VIRTUAL/.test(extra) ? 'VIRTUAL' : 'STORED'}`
}

/** MariaDB keeps SQL, of which a bare NULL is what every column has without a default; MySQL keeps values, and SQL. */
function standardOf({ family, database }: Scope, { standard, extra, nullable }: Column): string {
  if (standard === null) return ''
  if (family === 'mariadb')
    return standard === 'NULL' && nullable === 'YES' ? '' : `DEFAULT ${unqualified(standard, database)}`
  if (!/DEFAULT_GENERATED/.test(extra)) return `DEFAULT ${quoted(standard)}`
  return `DEFAULT ${/^CURRENT_TIMESTAMP(?:\(\d\))?$/.test(standard) ? standard : `(${unescaped(standard)})`}`
}

/** AUTO_INCREMENT, ON UPDATE, INVISIBLE, WITHOUT SYSTEM VERSIONING: all that is not told already. */
function rest(extra: string): string {
  const more = extra.replaceAll(/DEFAULT_GENERATED|(?:VIRTUAL|STORED|PERSISTENT) GENERATED|,/g, '')
  return more.trim().replaceAll(/\s+/g, ' ').toUpperCase()
}
