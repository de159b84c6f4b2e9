import { quoteName } from '../sql/quote.js'
import type { PgClient } from './client.js'
import type { Line } from './line.js'
import type { PostgresTransaction } from './transaction.js'

const PREPARED = 'SELECT name FROM pg_catalog.pg_prepared_statements WHERE from_sql'

/**
 * What a script may leave behind in the session that no setting and no end of a transaction takes away: temporary tables,
 * which would hide tables of the same name from the next migration, and statements prepared in SQL, which would be in its
 * way. Looked for only where a text mentions them, or where nobody saw the text.
 */
export class Traces {
  #temporary: 'no' | 'maybe' = 'no'
  #prepared: 'no' | 'maybe' = 'no'

  see(text: string): void {
    if (/\b(pg_)?temp(orary)?\b/i.test(text)) this.#temporary = 'maybe'
    if (/\bprepare\b/i.test(text)) this.#prepared = 'maybe'
  }

  /** The same transaction, whose texts are seen. */
  observed<Client extends PgClient>(tx: PostgresTransaction<Client>): PostgresTransaction<Client> {
    const see = (text: string): void => this.see(text)
    return {
      exec: async (sql) => {
        see(sql)
        await tx.exec(sql)
      },
      query: async (sql, parameters) => {
        see(sql)
        return await tx.query(sql, parameters)
      },
      get client() {
        // What is done with the client itself nobody sees.
        see('temp, prepare')
        return tx.client
      },
    }
  }

  /** Removes what there is. @throws the server's error */
  async remove(line: Line<PgClient>): Promise<void> {
    const { temporary, prepared } = line.facts
    const discard = this.#temporary === 'no' ? [] : temporary.length === 0 ? ['DISCARD TEMP'] : await drops(line)
    const names = this.#prepared === 'maybe' ? ((await line.ask(PREPARED))[0] ?? []).map(([name]) => name!) : []
    const gone = names.filter((name) => !prepared.includes(name)).map((name) => `DEALLOCATE ${quoteName(name)}`)
    if (discard.length + gone.length > 0) await line.ask(...discard, ...gone)
  }
}

/** Whoever lent the connection has temporary tables of his own on it; they stay. */
async function drops(line: Line<PgClient>): Promise<string[]> {
  const [rows] =
    await line.ask(`SELECT CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, relname
  FROM pg_catalog.pg_class WHERE relnamespace = pg_catalog.pg_my_temp_schema() AND relkind IN ('r', 'p', 'v', 'S')
    AND oid <> ALL ('{${line.facts.temporary.join(',')}}')`)
  return rows!.map(([kind, name]) => `DROP ${kind} IF EXISTS pg_temp.${quoteName(name!)} CASCADE`)
}
