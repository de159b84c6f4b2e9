export interface MySQLDatabase {
  readonly url: string
  readonly name: string
  /** One query, or several, on a connection of its own; the rows of the last one that has any. */
  query<Row = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<Row[]>
  /** Ends every session in it, and drops it. */
  drop(): Promise<void>
}

/** Makes a database with a name that nobody else has. */
export declare function createDatabase(server: string): Promise<MySQLDatabase>
export declare function onDatabase(url: string, name: string): string
export declare function ask<Row = Record<string, unknown>>(
  url: string,
  sql: string,
  values?: readonly unknown[],
): Promise<Row[]>
