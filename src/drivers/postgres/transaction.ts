import type { Parameter, Transaction } from '../../core/transaction.js'
import type { PgClient } from './client.js'

/** What a migration's function gets on PostgreSQL. */
export interface PostgresTransaction<Client extends PgClient = PgClient> extends Transaction {
  /** The `pg` client the migration runs on; named statements prepared on it stay until the connection ends. */
  readonly client: Client
}

export function transactionOn<Client extends PgClient>(client: Client): PostgresTransaction<Client> {
  return {
    client,
    exec: async (sql) => void (await client.query(sql)),
    query: async <Row>(sql: string, parameters: readonly Parameter[] = []) => {
      const result = await client.query({ text: sql, values: [...parameters] })
      return result.rows as Row[]
    },
  }
}
