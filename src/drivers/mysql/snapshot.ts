import type { SchemaObject } from '../../core/driver.js'

/** Asks the database; values come as text. */
export type Query = (sql: string) => Promise<(string | null)[][]>

/** Where Queen's own tables are. */
export interface OwnTables {
  readonly database: string
  readonly history: string
  readonly journal: string
}

export async function snapshot(_query: Query, _own: OwnTables): Promise<SchemaObject[]> {
  return await Promise.resolve([])
}

export async function rows(_query: Query, _own: OwnTables): Promise<Map<string, string[]>> {
  return await Promise.resolve(new Map())
}
