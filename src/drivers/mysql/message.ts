import type { OkHeader, RawConnection, RawField } from './client.js'
import type { Vigil } from './opened.js'

/** What one statement gave: rows under the names of their columns, or the server's word that it is done. */
export interface Result {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
  readonly ok?: OkHeader
}

/** What a server said to a message. */
export interface Reply {
  /** In the order of the statements; one that calls a procedure may give several. */
  readonly results: readonly Result[]
  readonly error?: ServerError
}

/** An error as mysql2 hands it out: with a number and an SQLSTATE when the server sent it. */
export interface ServerError extends Error {
  readonly code?: string
  readonly errno?: number
  readonly sqlState?: string
}

/**
 * Sends a message, which may hold several statements where the connection takes them. Never rejects: whatever went wrong
 * is in the reply, with the results that came before it. `came` is told each one as it begins to arrive.
 */
export async function send(
  raw: RawConnection,
  vigil: Vigil,
  sql: string,
  came: (result: Result) => void = () => {},
): Promise<Reply> {
  return await new Promise((resolve) => {
    const results: Result[] = []
    let rows: (string | null)[][] = []
    const settle = (error?: Error): void => {
      forget()
      if (error !== undefined) hideStatement(error)
      resolve({ results, ...(error !== undefined && { error: error as ServerError }) })
    }
    const begin = (result: Result): void => {
      results.push(result)
      came(result)
    }
    const forget = vigil.lost(settle)
    if (vigil.reason !== undefined) return
    const query = raw.query({ sql, values: [], rowsAsArray: true, nestTables: false, typeCast: asText })
    query.on('fields', (fields?: readonly { readonly name: string }[]) => {
      if (fields === undefined) return
      rows = []
      begin({ columns: fields.map(({ name }) => name), rows })
    })
    query.on('result', (row: (string | null)[] | OkHeader) => {
      if (Array.isArray(row)) rows.push(row)
      else begin({ columns: [], rows: [], ok: row })
    })
    let failed: Error | undefined
    query.on('error', (error: Error) => void (failed ??= error))
    query.on('end', () => settle(failed))
  })
}

/** The text a server sent, in the character set it sent it in. */
function asText(field: RawField): string | null {
  return field.string()
}

/** mysql2 puts the whole statement into its errors, and a statement may hold a password. */
export function hideStatement(error: object): void {
  if ('sql' in error) delete error.sql
}

/** The server's number for an error; undefined where it was not the server that spoke. */
export function numberOf(error: unknown): number | undefined {
  const { errno, sqlState } = (error ?? {}) as Partial<ServerError>
  return typeof errno === 'number' && errno > 0 && sqlState !== undefined ? errno : undefined
}

/** Whether a transaction is open, as far as a result tells. */
export function inTransaction({ ok }: Result): boolean | undefined {
  return ok?.serverStatus === undefined ? undefined : (ok.serverStatus & 1) === 1
}
