import type { Parameter, Transaction } from '../../core/transaction.js'
import type { LexicalRules } from '../../core/sql/dialect.js'
import { split } from '../../core/sql/split.js'
import type { MysqlConnection, RawConnection } from './client.js'
import { hideStatement } from './message.js'

/** What a migration's function gets on MySQL and MariaDB. */
export interface MysqlTransaction<Client = MysqlConnection> extends Transaction {
  /**
   * The connection of mysql2 the migration runs on: for a URL or options one of `mysql2/promise`, otherwise of the
   * interface that was handed in.
   */
  readonly client: Client
}

/** Where a function's statements go. */
export interface Channel<Client> {
  readonly client: Client
  readonly raw: RawConnection
  readonly rules: LexicalRules
  /** Whether one message may hold several statements. */
  readonly statements: 'one' | 'many'
}

export function transactionOn<Client>({ client, raw, rules, statements }: Channel<Client>): MysqlTransaction<Client> {
  const ask = async (sql: string): Promise<unknown> => await answered((done) => raw.query({ sql, values: [] }, done))
  return {
    client,
    exec: async (sql) => {
      // A DELIMITER line is the client's business, and that is us.
      if (statements === 'many' && !/delimiter/i.test(sql)) await ask(sql)
      else for (const { text } of split(sql, rules)) await ask(text)
    },
    query: async <Row>(sql: string, parameters: readonly Parameter[] = []) => {
      const rows = parameters.length === 0 ? await ask(sql) : await prepared(raw, sql, parameters.map(bound))
      return (Array.isArray(rows) ? rows : []) as Row[]
    },
  }
}

/** Bound by the server: pasted in by the client, a value would depend on what a backslash means. */
async function prepared(raw: RawConnection, sql: string, values: readonly unknown[]): Promise<unknown> {
  try {
    return await answered((done) => raw.execute({ sql, values }, done))
  } finally {
    raw.unprepare(sql)
  }
}

/** As the server takes it: mysql2 sends every number as a floating one, which LIMIT refuses. */
function bound(value: Parameter): unknown {
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value))) return String(value)
  if (typeof value === 'boolean') return value ? '1' : '0'
  return value instanceof Uint8Array ? Buffer.from(value) : value
}

async function answered(ask: (done: (error: Error | null, rows?: unknown) => void) => unknown): Promise<unknown> {
  return await new Promise((resolve, reject) => {
    ask((error, rows) => {
      if (error === null) return resolve(rows)
      hideStatement(error)
      reject(error)
    })
  })
}
