import { createHash } from 'node:crypto'
import type { HistoryTable } from '../../core/driver.js'
import type { SqliteClient } from './client.js'
import type { LockPlace } from './lock.js'
import { Records } from './records.js'

/** Whose connection it is. `shared`: the program holds the same client, and must keep out while a function is at work. */
export type Use = 'own' | 'shared'

/** An open database with what Queen keeps about it. */
export class Opened<Client extends SqliteClient> {
  readonly client: Client
  readonly use: Use
  readonly lockPlace: LockPlace
  readonly records: Records
  readonly #table: HistoryTable

  constructor(client: Client, use: Use, table: HistoryTable, lockPlace: LockPlace) {
    this.client = client
    this.use = use
    this.lockPlace = lockPlace
    this.#table = table
    this.records = new Records(client, table, () => this.fingerprint())
    if (use === 'own') client.pragma('foreign_keys = OFF')
  }

  /** Changes when the schema does, Queen's own tables left out. */
  fingerprint(): string {
    const own = [this.#table.name, `${this.#table.name}_log`]
    const objects = this.client
      .prepare(
        'SELECT type, name, tbl_name, sql FROM main.sqlite_schema WHERE tbl_name NOT IN (?, ?) ORDER BY type, name',
      )
      .raw()
      .all(...own)
    return createHash('sha256').update(JSON.stringify(objects)).digest('hex')
  }
}
