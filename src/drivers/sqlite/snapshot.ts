import type { SchemaObject } from '../../core/driver.js'
import type { SqliteClient } from './client.js'
export function snapshot(_db: SqliteClient, _own: ReadonlySet<string>): SchemaObject[] {
  return []
}
export function rows(_db: SqliteClient, _own: ReadonlySet<string>): Map<string, string[]> {
  return new Map()
}
