import { createHash } from 'node:crypto'
import { setImmediate as tick, setTimeout as sleep } from 'node:timers/promises'
import type { HistoryTable, Holder, Lock, Session } from '../../core/driver.js'
import { readable } from '../../core/duration.js'
import { QueenError } from '../../core/errors.js'
import { ExecutionError, type Execution, type ExecutionFailure, type Operation } from '../../core/execution.js'
import type { JournalEntry, MigrationRecord } from '../../core/record.js'
import { codeOf, messageOf, safeCause } from '../../core/redact.js'
import { rulesFor } from '../../core/sql/dialect.js'
import type { SqliteClient } from './client.js'
import { exclusively } from './exclusive.js'
import { hintFor, isBusy, offsetOf } from './fault.js'
import { ForeignKeyWatch } from './foreign-keys.js'
import type { HeldLock, LockPlace } from './lock.js'
import { Records } from './records.js'
import { transactionOn, type SqliteTransaction } from './transaction.js'

/** How a session gets at its database, and puts it back. */
export interface SqliteAccess<Client extends SqliteClient> {
  /** null when the database does not exist and is not to be created. */
  open(missing: 'create' | 'leave'): Client | null
  /** `shared`: the program holds the same client, and must keep out while a function is at work. */
  readonly use: 'own' | 'shared'
  lockOn(client: Client): LockPlace
  close(client: Client): void
}

type Tx<Client extends SqliteClient> = SqliteTransaction<Client>

/** After so many milliseconds of uninterrupted work, timers and signals get their turn. */
const YIELD_EVERY = 10

/** A connection to an SQLite database, opened for good only when there is something to read or write. */
export class SqliteSession<Client extends SqliteClient> implements Session<Tx<Client>> {
  readonly rules = rulesFor('sqlite')
  readonly #access: SqliteAccess<Client>
  readonly #table: HistoryTable
  #open: Opened<Client> | undefined
  #lock: HeldLock | undefined
  #yielded = 0

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
      throw asQueenError(error)
    }
  }

  async prepare(): Promise<void> {
    const { client, records } = this.#reach('create')!
    const deadline = performance.now() + 60_000
    try {
      await this.#patiently(deadline, () => client.exec('BEGIN IMMEDIATE'))
      records.create()
      await this.#patiently(deadline, () => client.exec('COMMIT'))
    } catch (error) {
      if (client.inTransaction) client.exec('ROLLBACK')
      throw asQueenError(error)
    }
  }

  async execute(script: readonly Operation<Tx<Client>>[], execution: Execution): Promise<void> {
    const opened = this.#reach('create')!
    this.#lock?.note(execution.activity)
    let operation = 0
    opened.enter()
    try {
      for (; operation < script.length; operation++) {
        execution.reached?.(operation)
        await this.#play(opened, script[operation]!, execution)
      }
      operation = script.length - 1
      if (opened.client.inTransaction) throw new Fault('escaped', 'it left a transaction open')
    } catch (error) {
      throw failure(error, operation, script[operation]!, opened, execution.signal)
    } finally {
      opened.leave()
    }
  }

  // oxlint-disable-next-line require-await -- a fault must reject, never throw
  async close(): Promise<void> {
    const lock = this.#lock
    this.#lock = undefined
    await lock?.release().catch(() => {})
    if (this.#open !== undefined) this.#access.close(this.#open.client)
    this.#open = undefined
  }

  async #play(opened: Opened<Client>, operation: Operation<Tx<Client>>, execution: Execution): Promise<void> {
    const { client } = opened
    const deadline = performance.now() + execution.busyTimeout
    switch (operation.kind) {
      case 'begin':
        await this.#breathe(execution)
        await this.#patiently(deadline, () => client.exec('BEGIN IMMEDIATE'), execution.signal)
        opened.begun()
        return
      case 'commit': {
        await this.#breathe(execution)
        const broken = opened.keys.broken()
        if (broken.length > 0)
          throw new Fault(
            'violation',
            `it leaves references to rows that do not exist: ${broken.slice(0, 10).join('; ')}`,
          )
        await this.#patiently(deadline, () => client.exec('COMMIT'), execution.signal)
        opened.ended()
        return
      }
      case 'write': {
        const change = operation.write
        const changes = await this.#patiently(
          deadline,
          () => taking(() => opened.records.write(change)),
          execution.signal,
        )
        if (change.write === 'delete' && changes === 0)
          throw new Fault('taken', `${change.version} is not recorded any more`)
        return
      }
      case 'statement': {
        const begun = performance.now()
        await this.#patiently(deadline, () => client.exec(operation.text), execution.signal)
        opened.checkTransaction()
        const limit = execution.statementTimeout
        if (limit !== undefined && performance.now() - begun > limit)
          throw new Fault('timeout', `a statement took longer than ${readable(limit)}`)
        return
      }
      case 'call':
        await opened.guarded(async () => {
          if (this.#access.use === 'own') await operation.call(transactionOn(client))
          else await exclusively(client, async (own) => await operation.call(transactionOn(own)))
        })
        await this.#breathe(execution)
    }
  }

  /** Lets timers and signals be heard, which synchronous statements keep waiting; then stops if one of them said so. */
  async #breathe({ signal }: Execution): Promise<void> {
    if (performance.now() - this.#yielded > YIELD_EVERY) {
      await tick()
      this.#yielded = performance.now()
    }
    if (signal.aborted) throw new Fault('cancelled', messageOf(signal.reason))
  }

  /** Tries again for as long as other connections keep the file busy. */
  async #patiently<T>(deadline: number, work: () => T, signal?: AbortSignal): Promise<T> {
    for (let pause = 1; ; pause = Math.min(pause * 2, 100)) {
      try {
        return work()
      } catch (error) {
        if (!isBusy(error)) throw error
        if (performance.now() >= deadline) throw new Fault('busy', 'another connection kept the database busy', error)
        await sleep(pause * Math.random() + 1)
        if (signal?.aborted === true) throw new Fault('cancelled', messageOf(signal.reason))
      }
    }
  }

  async #look<T>(work: (opened: Opened<Client>) => T, missing: T): Promise<T> {
    try {
      const opened = this.#reach('leave')
      return opened === null ? missing : await this.#patiently(performance.now() + 60_000, () => work(opened))
    } catch (error) {
      throw asQueenError(error)
    }
  }

  #reach(missing: 'create' | 'leave'): Opened<Client> | null {
    if (this.#open !== undefined) return this.#open
    const client = this.#access.open(missing)
    if (client === null) return null
    return (this.#open = new Opened(client, this.#table, this.#access.lockOn(client)))
  }
}

/** An open database with what Queen keeps about it. */
class Opened<Client extends SqliteClient> {
  readonly client: Client
  readonly lockPlace: LockPlace
  readonly records: Records
  readonly keys: ForeignKeyWatch
  readonly #table: HistoryTable
  #transaction: 'none' | 'open' = 'none'
  #foreignKeys: unknown

  constructor(client: Client, table: HistoryTable, lockPlace: LockPlace) {
    this.client = client
    this.lockPlace = lockPlace
    this.#table = table
    this.records = new Records(client, table, () => this.fingerprint())
    this.keys = new ForeignKeyWatch(client)
  }

  /** Before a script. A client that was handed in gets its setting back afterwards. */
  enter(): void {
    this.#foreignKeys = this.client.pragma('foreign_keys', { simple: true })
    this.client.pragma('foreign_keys = OFF')
  }

  /** After a script: nothing is open, and what the migration set for this connection is put back. */
  leave(): void {
    this.ended()
    if (this.client.inTransaction) {
      this.client.exec('ROLLBACK')
      this.keys.forget()
    }
    this.client.pragma(`foreign_keys = ${this.#foreignKeys === 1 ? 'ON' : 'OFF'}`)
    if (this.client.memory) return
    // An exclusive locking mode would keep every other connection out, and ends only with the next read.
    if (this.client.pragma('locking_mode', { simple: true }) === 'exclusive') {
      this.client.pragma('locking_mode = NORMAL')
      this.client.pragma('schema_version')
    }
    // Without a journal on disk a crash in the next migration would leave half of it behind.
    const journal = this.client.pragma('journal_mode', { simple: true })
    if (journal === 'memory' || journal === 'off') this.client.pragma('journal_mode = DELETE')
  }

  begun(): void {
    this.#transaction = 'open'
    this.keys.begin()
  }

  ended(): void {
    this.#transaction = 'none'
  }

  checkTransaction(): void {
    if (this.#transaction === 'open' && !this.client.inTransaction)
      throw new Fault('escaped', 'it ended the transaction it ran in')
  }

  /** Runs a function of the user's, which has the client in its hands: a savepoint tells a COMMIT; BEGIN apart from neither. */
  async guarded(call: () => Promise<void>): Promise<void> {
    if (this.#transaction === 'none') return await call()
    this.client.exec('SAVEPOINT queen_guard')
    await call()
    this.checkTransaction()
    try {
      this.client.exec('RELEASE queen_guard')
    } catch {
      throw new Fault('escaped', 'it ended the transaction it ran in and began another')
    }
  }

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

/** A failure found here, before it is known where in the script it belongs. */
class Fault extends Error {
  readonly failure: ExecutionFailure

  constructor(failure: ExecutionFailure, message: string, cause?: unknown) {
    super(message, { cause })
    this.failure = failure
  }
}

/** The unique key of versions is what a second runner stumbles over. */
function taking(work: () => number): number {
  try {
    return work()
  } catch (error) {
    if (codeOf(error) === 'SQLITE_CONSTRAINT_UNIQUE') throw new Fault('taken', 'it is recorded already', error)
    throw error
  }
}

function failure(
  error: unknown,
  operation: number,
  played: Operation<never>,
  { client, keys }: Opened<SqliteClient>,
  signal: AbortSignal,
): ExecutionError {
  if (error instanceof ExecutionError) return error
  const wasOpen = client.inTransaction
  if (wasOpen) client.exec('ROLLBACK')
  keys.forget()
  const kind =
    error instanceof Fault ? error.failure : signal.aborted && error === signal.reason ? 'cancelled' : 'failed'
  const origin = error instanceof Fault && error.cause !== undefined ? error.cause : error
  return new ExecutionError(messageOf(error), {
    failure: kind,
    operation,
    outcome: kind === 'escaped' ? 'unknown' : wasOpen ? 'rolledBack' : 'none',
    offset: played.kind === 'statement' ? offsetOf(origin, played.text, client) : undefined,
    serverCode: codeOf(origin),
    hint: hintFor(origin),
    cause: error instanceof Fault ? error.cause : error,
  })
}

function asQueenError(error: unknown): QueenError {
  if (error instanceof QueenError) return error
  if (error instanceof Fault && error.failure === 'busy')
    return new QueenError('LOCK_TIMEOUT', messageOf(error), {
      hint: 'run again when the other connection has finished',
      cause: safeCause(error),
    })
  const code = codeOf(error)
  return new QueenError('CONNECTION_FAILED', `SQLite: ${messageOf(error)}`, {
    hint: hintFor(error) ?? 'check the path and the rights of this user',
    cause: safeCause(error),
    ...(code !== undefined && { serverCode: code }),
  })
}
