import type { Parameter, Transaction } from '../../core/transaction.js'
import type { SqliteClient } from './client.js'

/** What a migration's function gets on SQLite. */
export interface SqliteTransaction<Client extends SqliteClient = SqliteClient> extends Transaction {
  /** The `better-sqlite3` database the migration runs on: a connection of its own, unless the database is in memory. */
  readonly client: Client
}

export function transactionOn<Client extends SqliteClient>(client: Client): SqliteTransaction<Client> {
  return {
    client,
    // oxlint-disable-next-line require-await -- a fault must reject, never throw
    exec: async (sql) => void client.exec(sql),
    // oxlint-disable-next-line require-await -- a fault must reject, never throw
    query: async <Row>(sql: string, parameters: readonly Parameter[] = []) => {
      const statement = client.prepare(sql)
      const bound = parameters.map(bindable)
      if (statement.reader) return statement.all(...bound) as Row[]
      statement.run(...bound)
      return []
    },
  }
}

/** SQLite knows neither booleans nor dates: 1 and 0, and ISO text in UTC, as its own functions write and read them. */
function bindable(value: Parameter): unknown {
  if (typeof value === 'boolean') return value ? 1 : 0
  return value instanceof Date ? value.toISOString() : value
}
