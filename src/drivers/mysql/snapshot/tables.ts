import type { SchemaObject } from '../../../core/driver.js'
import type { Scope } from './scope.js'
import { comment, named, words } from './text.js'

/** Tables with their options; the next AUTO_INCREMENT is none of the schema. */
export async function tables(scope: Scope): Promise<SchemaObject[]> {
  return [...scope.tables.values()]
    .filter(({ type }) => type !== 'SEQUENCE')
    .map((table) => ({
      kind: 'table',
      name: named(table.name),
      definition: words(
        'TABLE',
        `ENGINE=${table.engine}`,
        `COLLATE=${table.collation}`,
        // Partitions are told by themselves.
        table.options.replace(/\s*\bpartitioned\b/, '').trim(),
        table.type === 'SYSTEM VERSIONED' && 'WITH SYSTEM VERSIONING',
        comment(table.comment),
      ),
    }))
}
