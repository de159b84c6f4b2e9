import { messageOf } from '../../core/redact.js'
import type { SqliteClient, SqliteStatement } from './client.js'

interface Violation {
  readonly table: string
  readonly rowid: number | null
  readonly parent: string
}

/**
 * Watches over references while SQLite does not: during a migration foreign keys are off, because with them on a table
 * rebuild inside a transaction deletes the children of every row (https://www.sqlite.org/lang_altertable.html#otheralter),
 * and the setting cannot change inside one. So violations are counted before and after instead.
 */
export class ForeignKeyWatch {
  readonly #client: SqliteClient
  readonly #version: SqliteStatement
  #before: ReadonlyMap<string, number> = new Map()
  #latest: { readonly version: unknown; readonly found: ReadonlyMap<string, number> } | undefined

  constructor(client: SqliteClient) {
    this.#client = client
    this.#version = client.prepare('PRAGMA data_version').raw()
  }

  /** Inside the transaction, before the migration: what is already broken. Known without a look if nobody else wrote since. */
  begin(): void {
    const version = this.#dataVersion()
    this.#before = this.#latest?.version === version ? this.#latest!.found : this.#violations()
  }

  /** Before COMMIT: what is broken now and was not before, in words. */
  broken(): readonly string[] {
    const found = this.#violations()
    this.#latest = { version: this.#dataVersion(), found }
    return [...found].filter(([what, count]) => count > (this.#before.get(what) ?? 0)).map(([what]) => what)
  }

  /** After a rollback nothing that was seen inside the transaction is worth anything. */
  forget(): void {
    this.#latest = undefined
  }

  #dataVersion(): unknown {
    return (this.#version.get() as [number])[0]
  }

  #violations(): ReadonlyMap<string, number> {
    const found = new Map<string, number>()
    const count = (what: string): void => void found.set(what, (found.get(what) ?? 0) + 1)
    try {
      for (const { table, rowid, parent } of this.#client.pragma('foreign_key_check') as Violation[])
        count(`${table}${rowid === null ? '' : ` row ${rowid}`} refers to no row of ${parent}`)
    } catch (error) {
      // A key that refers to columns which are not unique cannot be checked at all; that may have been so before.
      count(messageOf(error))
    }
    return found
  }
}
