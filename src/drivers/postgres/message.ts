import type { EventEmitter } from 'node:events'
import type { PgClient, PgSubmittable } from './client.js'

/** One statement of a message. */
export interface Part {
  /** With the transaction's id, where it is known only when the message is sent. */
  readonly text: string | ((xid: string | undefined) => string)
  /** Index of the operation it is blamed on; what Queen does around operations is blamed on the one it is done for. */
  readonly operation: number
  readonly purpose: Purpose
}

/**
 * What a part is for, by which its failure is understood:
 * - `begin`, `commit`: begin and end the transaction
 * - `setting`: Queen's own preparations
 * - `write`: a change to Queen's tables; a row that is not there, or is there already, means that somebody was faster
 * - `user`: a statement of the migration's
 * - `identity`: tells the transaction's id
 * - `guard`: fails when the transaction or the lock is not the one it was
 */
export type Purpose = 'begin' | 'setting' | 'write' | 'user' | 'identity' | 'guard' | 'commit'

/** What a server said to a message. Values are text, as they came. */
export interface Reply {
  /** The rows of each statement that was completed. */
  readonly results: readonly (readonly (readonly (string | null)[])[])[]
  /** The tag of each statement that was completed: `COMMIT`, `UPDATE 1`. */
  readonly tags: readonly string[]
  /** Whether a transaction is open behind the message: `I` none, `T` one, `E` one that has failed. */
  readonly status: 'I' | 'T' | 'E'
  readonly error?: ServerError
}

/** The protocol side of a client, as its query objects are handed it. */
interface Connection extends EventEmitter {
  query(text: string): void
  sendCopyFail(message: string): void
}

/** An error as the client library hands it out: with a SQLSTATE when the server sent it, without when the line broke. */
export interface ServerError extends Error {
  readonly code?: string
  /** 1-based, in characters of the whole message. */
  readonly position?: string
  readonly detail?: string
  readonly hint?: string
  readonly schema?: string
  readonly table?: string
}

/**
 * Several statements in one message of the simple protocol, which is one round trip. The library's own queries tell
 * neither how many statements of a message were completed before one failed, nor what state the transaction is in, so
 * this is a query object of ours, as pg-cursor and pg-query-stream are.
 */
class Message implements PgSubmittable {
  readonly #text: string
  readonly #completed: (count: number) => void
  readonly #settle: (reply: Reply) => void
  readonly #results: (string | null)[][][] = []
  readonly #tags: string[] = []
  #rows: (string | null)[][] = []
  #error: ServerError | undefined

  constructor(text: string, settle: (reply: Reply) => void, completed: (count: number) => void = () => {}) {
    this.#text = text
    this.#settle = settle
    this.#completed = completed
  }

  submit(target: unknown): void {
    const connection = target as Connection
    // The client library forgets a query at its first error; what ends a message is that the server is ready again.
    connection.once('readyForQuery', ({ status }: { readonly status: Reply['status'] }) =>
      this.#settle(this.#reply(status)),
    )
    connection.query(this.#text)
  }

  handleRowDescription(): void {}

  handleDataRow({ fields }: { readonly fields: readonly (string | Uint8Array | null)[] }): void {
    this.#rows.push(fields.map((field) => (field === null ? null : field.toString())))
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#results.push(this.#rows)
    this.#rows = []
    this.#tags.push(text)
    this.#completed(this.#tags.length)
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: '' })
  }

  handleReadyForQuery(): void {}

  handlePortalSuspended(): void {}

  handleCopyInResponse(connection: Connection): void {
    connection.sendCopyFail('a migration has no data to send')
  }

  handleCopyData(): void {}

  handleError(error: ServerError): void {
    this.#error ??= error
    // Without a SQLSTATE the line broke, and nobody will be ready again.
    if (!isSqlState(error.code)) this.#settle(this.#reply('I'))
  }

  #reply(status: Reply['status']): Reply {
    const error = this.#error
    return { results: this.#results, tags: this.#tags, status, ...(error && { error }) }
  }
}

/** Sends a message; never rejects: whatever went wrong is in the reply. */
export async function send(client: PgClient, text: string, completed?: (count: number) => void): Promise<Reply> {
  return await new Promise((resolve) => {
    const settle = (reply: Reply): void => {
      client.removeListener('end', lost)
      resolve(reply)
    }
    const message = new Message(text, settle, completed)
    // An error that ends the connection is not followed by readiness.
    const lost = (): void => message.handleError(new Error('Connection terminated'))
    client.on('end', lost)
    client.query(message)
  })
}

/** Whether a code is one of the server's: five letters or digits. */
export function isSqlState(code: string | undefined): code is string {
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]+$/.test(code)
}
