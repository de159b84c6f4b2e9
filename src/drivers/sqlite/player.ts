import { setImmediate as tick } from 'node:timers/promises'
import { readable } from '../../core/duration.js'
import { ExecutionError, type Execution, type Operation } from '../../core/execution.js'
import { codeOf, messageOf } from '../../core/redact.js'
import { patiently } from './busy.js'
import type { SqliteClient } from './client.js'
import { exclusively } from './exclusive.js'
import { Fault, hintFor, offsetOf } from './fault.js'
import { ForeignKeyWatch } from './foreign-keys.js'
import type { Opened } from './opened.js'
import { riskOf, type Risk } from './risk.js'
import { transactionOn, type SqliteTransaction } from './transaction.js'

/** After so many milliseconds of uninterrupted work, timers and signals get their turn. */
const YIELD_EVERY = 10

/** Plays scripts on an open database. */
export class Player<Client extends SqliteClient> {
  readonly #opened: Opened<Client>
  readonly #keys: ForeignKeyWatch
  #transaction: 'none' | 'open' = 'none'
  #foreignKeys: unknown
  #risk: Risk = { references: 'at risk', settings: 'at risk' }
  #yielded = 0

  constructor(opened: Opened<Client>) {
    this.#opened = opened
    this.#keys = new ForeignKeyWatch(opened.client)
  }

  /** See `Session.execute`. */
  async play(script: readonly Operation<SqliteTransaction<Client>>[], execution: Execution): Promise<void> {
    const { client } = this.#opened
    let operation = 0
    this.#enter(script)
    try {
      for (; operation < script.length; operation++) {
        execution.reached?.(operation)
        await this.#play(script[operation]!, execution)
      }
      operation = script.length - 1
      if (client.inTransaction) throw new Fault('escaped', 'it left a transaction open')
    } catch (error) {
      this.#keys.forget()
      throw failure(error, operation, script[operation]!, client, execution.signal)
    } finally {
      this.#leave()
    }
  }

  async #play(operation: Operation<SqliteTransaction<Client>>, execution: Execution): Promise<void> {
    const { client, records, use } = this.#opened
    const deadline = performance.now() + execution.busyTimeout
    switch (operation.kind) {
      case 'begin':
        await this.#breathe(execution)
        await patiently(deadline, () => client.exec('BEGIN IMMEDIATE'), execution.signal)
        this.#begun()
        return
      case 'commit':
        await this.#breathe(execution)
        this.#checkReferences()
        await patiently(deadline, () => client.exec('COMMIT'), execution.signal)
        this.#transaction = 'none'
        return
      case 'write': {
        const change = operation.write
        const changes = await patiently(deadline, () => taking(() => records.write(change)), execution.signal)
        if (changes === 0 && 'version' in change) throw new Fault('taken', `${change.version} is not recorded any more`)
        return
      }
      case 'statement': {
        const begun = performance.now()
        await patiently(deadline, () => client.exec(operation.text), execution.signal)
        this.#checkTransaction()
        const limit = execution.statementTimeout
        if (limit !== undefined && performance.now() - begun > limit)
          throw new Fault('timeout', `a statement took longer than ${readable(limit)}`)
        return
      }
      case 'call':
        await this.#guarded(async () => {
          if (use === 'own') await operation.call(transactionOn(client))
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

  /** Before a script. A client that was handed in gets its setting back afterwards. */
  #enter(script: readonly Operation<never>[]): void {
    this.#risk = riskOf(script)
    if (this.#opened.use === 'own') return
    // What the program did through its own client no other connection shows.
    this.#keys.forget()
    this.#foreignKeys = this.#opened.client.pragma('foreign_keys', { simple: true })
    this.#opened.client.pragma('foreign_keys = OFF')
  }

  /** After a script: nothing is open, and what the migration set for this connection is put back. */
  #leave(): void {
    this.#transaction = 'none'
    if (this.#opened.client.inTransaction) {
      this.#opened.client.exec('ROLLBACK')
      this.#keys.forget()
    }
    if (this.#opened.use === 'shared')
      this.#opened.client.pragma(`foreign_keys = ${this.#foreignKeys === 1 ? 'ON' : 'OFF'}`)
    else if (this.#risk.settings === 'at risk') this.#putBack()
  }

  #putBack(): void {
    this.#opened.client.pragma('foreign_keys = OFF')
    if (this.#opened.client.memory) return
    // An exclusive locking mode would keep every other connection out, and ends only with the next read.
    if (this.#opened.client.pragma('locking_mode', { simple: true }) === 'exclusive') {
      this.#opened.client.pragma('locking_mode = NORMAL')
      this.#opened.client.pragma('schema_version')
    }
    // Without a journal on disk a crash in the next migration would leave half of it behind.
    const journal = this.#opened.client.pragma('journal_mode', { simple: true })
    if (journal === 'memory' || journal === 'off') this.#opened.client.pragma('journal_mode = DELETE')
  }

  #begun(): void {
    this.#transaction = 'open'
    if (this.#risk.references === 'at risk') this.#keys.begin()
  }

  /** Before COMMIT. */
  #checkReferences(): void {
    const broken = this.#risk.references === 'at risk' ? this.#keys.broken() : []
    if (broken.length === 0) return
    const shown = broken.slice(0, 10).join('; ')
    throw new Fault('violation', `it leaves references to rows that do not exist: ${shown}`)
  }

  #checkTransaction(): void {
    if (this.#transaction === 'open' && !this.#opened.client.inTransaction)
      throw new Fault('escaped', 'it ended the transaction it ran in')
  }

  /** Runs a function of the user's, which has the client in its hands: a savepoint tells a COMMIT; BEGIN apart from neither. */
  async #guarded(call: () => Promise<void>): Promise<void> {
    if (this.#transaction === 'none') return await call()
    this.#opened.client.exec('SAVEPOINT queen_guard')
    await call()
    this.#checkTransaction()
    try {
      this.#opened.client.exec('RELEASE queen_guard')
    } catch {
      throw new Fault('escaped', 'it ended the transaction it ran in and began another')
    }
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
  client: SqliteClient,
  signal: AbortSignal,
): ExecutionError {
  if (error instanceof ExecutionError) return error
  const wasOpen = client.inTransaction
  if (wasOpen) client.exec('ROLLBACK')
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
