import type { SchemaObject } from '../../../core/driver.js'
import { grouped } from './grouped.js'
import type { Scope } from './scope.js'
import { list, named, words } from './text.js'

/** Foreign keys with what they do. */
export async function foreignKeys(scope: Scope): Promise<SchemaObject[]> {
  const { query, here, tables, database } = scope
  const rules = await query(`SELECT TABLE_NAME, CONSTRAINT_NAME, MATCH_OPTION, UPDATE_RULE, DELETE_RULE
    FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = ${here}`)
  if (rules.length === 0) return []
  const columns = await query(`SELECT TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_SCHEMA,
    REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE
    WHERE CONSTRAINT_SCHEMA = ${here} AND REFERENCED_TABLE_NAME IS NOT NULL
    ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION`)
  const byKey = grouped(columns, ([table, key]) => named(table!, key!))
  return rules
    .filter(([table]) => tables.has(table!))
    .map(([table, key, match, onUpdate, onDelete]) => {
      const name = named(table!, key!)
      const pairs = byKey.get(name) ?? []
      const [, , , schema, referenced] = pairs[0] ?? []
      const target = schema === database ? named(referenced!) : named(schema ?? '', referenced ?? '')
      return {
        kind: 'foreign key',
        name,
        definition: words(
          `FOREIGN KEY (${list(pairs.map(([, , column]) => column!))})`,
          `REFERENCES ${target} (${list(pairs.map((pair) => pair[5]!))})`,
          match !== 'NONE' && `MATCH ${match}`,
          `ON UPDATE ${onUpdate} ON DELETE ${onDelete}`,
        ),
      }
    })
}
