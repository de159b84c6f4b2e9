export interface PostgresDatabase {
  readonly url: string
  readonly name: string
  /** One query, or several without values, on a connection of its own; the rows of the last one. */
  query<Row = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<Row[]>
  /** Ends every session on it, and drops it. */
  drop(): Promise<void>
}

export declare function createDatabase(server: string): Promise<PostgresDatabase>
export declare function onDatabase(url: string, name: string): string
export declare function ask<Row = Record<string, unknown>>(
  url: string,
  sql: string,
  values?: readonly unknown[],
): Promise<Row[]>
