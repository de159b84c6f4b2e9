import type { SchemaObject } from '../../../core/driver.js'
import type { Scope } from './scope.js'
import { backticked, literal, named, words } from './text.js'

/** MariaDB's sequences, without how far they have come. */
export async function sequences({ query, here, tables, database }: Scope): Promise<SchemaObject[]> {
  const all = [...tables.values()].filter(({ type }) => type === 'SEQUENCE')
  if (all.length === 0) return []
  const types = await query(`SELECT TABLE_NAME, COLUMN_TYPE FROM information_schema.COLUMNS
    WHERE TABLE_SCHEMA = ${here} AND COLUMN_NAME = 'minimum_value'`)
  const typeOf = new Map(types.map(([name, type]) => [name, type!]))
  const found = await query(
    all
      .map(
        ({
          name,
        }) => `SELECT ${literal(name)}, start_value, minimum_value, maximum_value, increment, cache_size, cycle_option
          FROM ${backticked(database)}.${backticked(name)}`,
      )
      .join('\nUNION ALL\n'),
  )
  return found.map(([name, start, least, most, step, cache, cycle]) => ({
    kind: 'sequence',
    name: named(name!),
    definition: words(
      `AS ${typeOf.get(name!)} START WITH ${start} MINVALUE ${least} MAXVALUE ${most} INCREMENT BY ${step} CACHE ${cache}`,
      cycle === '1' && 'CYCLE',
      `ENGINE=${tables.get(name!)!.engine}`,
    ),
  }))
}
