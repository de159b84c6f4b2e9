/** A value that can be bound to a parameter of a statement. */
export type Parameter = string | number | bigint | boolean | null | Date | Uint8Array

/** What a migration's function works with. Drivers extend it with the type of their own `client`. */
export interface Transaction {
  /** Runs SQL without parameters; it may hold several statements. */
  exec(sql: string): Promise<void>
  /** Runs one statement and returns its rows; values are bound, never pasted into the text. */
  query<Row = Record<string, unknown>>(sql: string, parameters?: readonly Parameter[]): Promise<Row[]>
  /** The database library's own client, on the same connection. */
  readonly client: unknown
}

/** What a migration's function is told beside its transaction. */
export interface MigrationContext {
  readonly version: string
  readonly name: string
  /** The environment of this run, '' when none was named. */
  readonly environment: string
  /** How the database's SQL is written: `sqlite`, `postgres`, `mysql`. */
  readonly dialect: string
  /** Aborts when the run is cancelled or out of time. */
  readonly signal: AbortSignal
  /** A line for whoever watches the run. */
  log(message: string): void
  /** How far a long function has come. */
  progress(done: number, total?: number): void
  /** Whatever the caller of the run passed as `context`. */
  readonly app: unknown
}

/** The up or down half of a migration, written as code. */
export type MigrationFunction<Tx extends Transaction = Transaction> = (tx: Tx, ctx: MigrationContext) => Promise<void>
