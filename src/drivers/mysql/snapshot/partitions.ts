import type { SchemaObject } from '../../../core/driver.js'
import { grouped } from './grouped.js'
import type { Scope } from './scope.js'
import { comment, named, words } from './text.js'

/** A partition, or a part of one, as information_schema has it. */
interface Partition {
  readonly table: string
  readonly name: string
  readonly part: string | null
  readonly method: string
  readonly expression: string
  readonly partMethod: string | null
  readonly partExpression: string | null
  readonly bound: string | null
  readonly comment: string
}

/** How tables are partitioned, and their partitions. */
export async function partitions(scope: Scope): Promise<SchemaObject[]> {
  const all = await readPartitions(scope)
  const tables = grouped(all, ({ table }) => table)
  const each = grouped(all, ({ table, name }) => named(table, name))
  return [
    ...(await Promise.all(
      [...tables].map(async ([table, parts]) => ({
        kind: 'partitioning',
        name: named(table),
        definition: await methodOf(scope, parts[0]!),
      })),
    )),
    ...[...each].map(([name, parts]) => ({ kind: 'partition', name, definition: definitionOf(parts) })),
  ]
}

async function readPartitions({ query, here, tables }: Scope): Promise<Partition[]> {
  const found =
    await query(`SELECT TABLE_NAME, PARTITION_NAME, SUBPARTITION_NAME, PARTITION_METHOD, PARTITION_EXPRESSION,
    SUBPARTITION_METHOD, SUBPARTITION_EXPRESSION, PARTITION_DESCRIPTION, PARTITION_COMMENT
    FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = ${here} AND PARTITION_NAME IS NOT NULL
    ORDER BY TABLE_NAME, PARTITION_ORDINAL_POSITION, SUBPARTITION_ORDINAL_POSITION`)
  return found
    .filter(([table]) => tables.has(table!))
    .map(([table, name, part, method, expression, partMethod, partExpression, bound, text]) => ({
      table: table!,
      name: name!,
      part: part!,
      method: method!,
      expression: expression ?? '',
      partMethod: partMethod!,
      partExpression: partExpression!,
      bound: bound!,
      comment: text ?? '',
    }))
}

async function methodOf(scope: Scope, partition: Partition): Promise<string> {
  const { method, expression, partMethod, partExpression } = partition
  return words(
    'PARTITION BY',
    method,
    method === 'SYSTEM_TIME' ? await historyOf(scope, partition.table) : `(${expression})`,
    partMethod !== null && `SUBPARTITION BY ${partMethod} (${partExpression ?? ''})`,
  )
}

/** How MariaDB divides the history of a table. When the first part began is told with it, and nobody's choice. */
async function historyOf({ createTable }: Scope, table: string): Promise<string> {
  const shown = /PARTITION BY SYSTEM_TIME (INTERVAL (?:'[^']*'|\S+) \w+|LIMIT \d+)?/.exec(await createTable(table))
  return shown?.[1] ?? ''
}

function definitionOf(parts: readonly Partition[]): string {
  const [{ method, bound, comment: text }] = parts as readonly [Partition]
  return words(
    'PARTITION',
    boundOf(method, bound),
    parts.some(({ part }) => part !== null) && `SUBPARTITIONS (${parts.map(({ part }) => named(part!)).join(', ')})`,
    comment(text),
  )
}

function boundOf(method: string, bound: string | null): string {
  // Where a part of the history ends, the server finds by itself.
  if (method === 'SYSTEM_TIME') return bound === 'CURRENT' ? 'CURRENT' : 'HISTORY'
  if (bound === null) return ''
  if (bound === 'MAXVALUE') return 'VALUES LESS THAN MAXVALUE'
  return `VALUES ${method.startsWith('LIST') ? 'IN' : 'LESS THAN'} (${bound})`
}
