import type { HistoryTable, Holder, Lock, Session } from '../../core/driver.js'
import { QueenError } from '../../core/errors.js'
import type { Execution, Operation } from '../../core/execution.js'
import type { JournalEntry, MigrationRecord } from '../../core/record.js'
import { rulesFor } from '../../core/sql/dialect.js'
import { patiently } from './busy.js'
import type { SqliteClient } from './client.js'
import { asQueenError } from './fault.js'
import type { HeldLock, LockPlace } from './lock.js'
import { Opened, type Use } from './opened.js'
import type { Player } from './player.js'
import type { SqliteTransaction } from './transaction.js'

/** How a session gets at its database, and puts it back. */
export interface SqliteAccess<Client extends SqliteClient> {
  /** null when the database does not exist and is not to be created. */
  open(missing: 'create' | 'leave'): Client | null
  readonly use: Use
  /** Which database it is, for messages. */
  readonly target: string
  lockOn(client: Client): LockPlace
  close(client: Client): void
}

type Tx<Client extends SqliteClient> = SqliteTransaction<Client>

/** A connection to an SQLite database, opened for good only when there is something to read or write. */
export class SqliteSession<Client extends SqliteClient> implements Session<Tx<Client>> {
  readonly rules = rulesFor('sqlite')
  readonly #access: SqliteAccess<Client>
  readonly #table: HistoryTable
  #open: Opened<Client> | undefined
  #lock: HeldLock | undefined
  #player: Player<Client> | undefined

  constructor(access: SqliteAccess<Client>, table: HistoryTable) {
    this.#access = access
    this.#table = table
  }

  /** The open database; null while there is none. */
  get database(): Client | null {
    return this.#reach('leave')?.client ?? null
  }

  /** Names of Queen's own tables, in lower case. */
  get ownTables(): ReadonlySet<string> {
    return new Set([this.#table.name.toLowerCase(), `${this.#table.name}_log`.toLowerCase()])
  }

  async history(): Promise<readonly MigrationRecord[] | null> {
    return await this.#look((opened) => opened.records.history(), null)
  }

  async journal(limit?: number): Promise<readonly JournalEntry[]> {
    return await this.#look((opened) => opened.records.journal(limit), [])
  }

  async holder(): Promise<Holder | null> {
    return await this.#look((opened) => opened.lockPlace.holder(), null)
  }

  async fingerprint(): Promise<string> {
    return await this.#look((opened) => opened.fingerprint(), '')
  }

  // oxlint-disable-next-line require-await -- a fault must reject, never throw
  async tryLock(who: string): Promise<Lock | null> {
    try {
      const { client, lockPlace } = this.#reach('create')!
      if (client.inTransaction)
        throw new QueenError('CONNECTION_FAILED', 'The database is in the middle of another transaction', {
          hint: 'commit it or roll it back before the run',
        })
      const { since } = client.prepare(`SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now') AS since`).get() as {
        since: string
      }
      const lock = lockPlace.take(who, since)
      if (lock === null) return null
      this.#lock = lock
      return {
        release: async () => {
          this.#lock = undefined
          await lock.release()
        },
      }
    } catch (error) {
      throw asQueenError(error, this.#access.target)
    }
  }

  async prepare(): Promise<void> {
    const { client, records } = this.#reach('create')!
    const deadline = performance.now() + 60_000
    try {
      await patiently(deadline, () => client.exec('BEGIN IMMEDIATE'))
      records.create()
      await patiently(deadline, () => client.exec('COMMIT'))
    } catch (error) {
      if (client.inTransaction) client.exec('ROLLBACK')
      throw asQueenError(error, this.#access.target)
    }
  }

  async execute(script: readonly Operation<Tx<Client>>[], execution: Execution): Promise<void> {
    const opened = this.#reach('create')!
    this.#lock?.note(execution.activity)
    // Loaded by the first script: a start with nothing to do plays none.
    this.#player ??= new (await import('./player.js')).Player(opened)
    await this.#player.play(script, execution)
  }

  // oxlint-disable-next-line require-await -- a fault must reject, never throw
  async close(): Promise<void> {
    const lock = this.#lock
    this.#lock = undefined
    await lock?.release().catch(() => {})
    if (this.#open !== undefined) this.#access.close(this.#open.client)
    this.#open = undefined
    this.#player = undefined
  }

  async #look<T>(work: (opened: Opened<Client>) => T, missing: T): Promise<T> {
    try {
      const opened = this.#reach('leave')
      return opened === null ? missing : await patiently(performance.now() + 60_000, () => work(opened))
    } catch (error) {
      throw asQueenError(error, this.#access.target)
    }
  }

  #reach(missing: 'create' | 'leave'): Opened<Client> | null {
    if (this.#open !== undefined) return this.#open
    const client = this.#access.open(missing)
    if (client === null) return null
    return (this.#open = new Opened(client, this.#access.use, this.#table, this.#access.lockOn(client)))
  }
}
