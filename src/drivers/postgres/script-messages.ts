import type { Execution, Operation } from '../../core/execution.js'
import type { Isolation } from '../../core/migration.js'
import { classify } from '../../core/sql/classify.js'
import { rulesFor } from '../../core/sql/dialect.js'
import type { LockSql } from './lock.js'
import type { Part, Purpose } from './message.js'
import { waitsForLocks } from './patience.js'
import type { Records } from './records.js'
import { ownSettings, set, unlike, userSettings, type Setting, type Standing } from './settings.js'
import type { PostgresTransaction } from './transaction.js'

/** One thing to do for a script: to send a message, or to call a function of the user's. */
export type Move =
  | {
      readonly kind: 'message'
      readonly parts: readonly Part[]
      /** What must be true of the transaction afterwards. */
      readonly leaves: 'open' | 'closed' | 'either'
      /** Whether it runs something of the migration's, which may take as long as it takes. */
      readonly holds: 'own' | 'user'
    }
  | {
      readonly kind: 'call'
      readonly operation: number
      readonly call: (tx: PostgresTransaction) => Promise<void>
      readonly inside: 'transaction' | 'nothing'
    }

/** What the messages of a script are made with. */
export interface Circumstances extends Standing {
  readonly execution: Execution
  readonly records: Records
  /** The lock this session holds; undefined: none, or a pooler leaves none. */
  readonly lock: LockSql | undefined
  /** What puts the connection back into the state it is to be in. */
  readonly restore: readonly string[]
  /** Says what is being done, where others see it. */
  readonly label: Setting
}

/** Milliseconds a statement waits for a lock on a table where nobody says anything else. */
const LOCK_TIMEOUT = 1_000
/** The most a setting of milliseconds holds. */
const LONGEST = 2_147_483_647

const rules = rulesFor('postgres')

/**
 * Writes a script as messages, as few as possible: what lies between two calls of functions is one. Around every stretch
 * of the migration's own statements the session is set to what they are to see, and back.
 */
export function messagesFor(
  script: readonly Operation<PostgresTransaction>[],
  circumstances: Circumstances,
): readonly Move[] {
  const writer = new MessageWriter(circumstances)
  script.forEach((operation, index) => writer.add(operation, index))
  return writer.finish()
}

class MessageWriter {
  readonly #with: Circumstances
  readonly #moves: Move[] = []
  #parts: Part[] = []
  #transaction: 'none' | 'open' = 'none'
  /** What the session is set to where the message being written has come to. */
  #set: 'unset' | 'own' | 'user' = 'unset'
  /** The version last recorded in this transaction. */
  #recorded: string | undefined
  /** Whether the migration has had its hands on the session since it was last looked at. */
  #touched: 'no' | 'yes' = 'no'
  /** Whether the transaction's id was asked for, as it is before a function gets it. */
  #identified: 'no' | 'yes' = 'no'
  /** Whether something outlasts a transaction and has to be put back. */
  #lasting: 'no' | 'yes' = 'no'
  #last = 0

  constructor(circumstances: Circumstances) {
    this.#with = circumstances
    circumstances.records.forget()
  }

  add(operation: Operation<PostgresTransaction>, index: number): void {
    this.#last = index
    switch (operation.kind) {
      case 'begin':
        return this.#begin(operation.isolation, index)
      case 'commit':
        return this.#commit(index)
      case 'write': {
        this.#become('own', index)
        this.#push(this.#with.records.write(operation.write), index, 'write')
        const { write } = operation
        if (write.write === 'insert' && typeof write.values.version === 'string') this.#recorded = write.values.version
        if (write.write === 'update') this.#recorded = write.version
        if (write.write === 'delete') this.#recorded = undefined
        return
      }
      case 'statement':
        return this.#transaction === 'open' ? this.#inside(operation.text, index) : this.#alone(operation.text, index)
      case 'call':
        return this.#call(operation.call, index)
    }
  }

  finish(): readonly Move[] {
    if (this.#lasting === 'yes') {
      for (const text of this.#with.restore) this.#push(text, this.#last, 'setting')
    }
    this.#flush('closed')
    return this.#moves
  }

  #begin(isolation: Isolation | undefined, index: number): void {
    this.#flush('either')
    const level = isolation === undefined ? '' : ` ISOLATION LEVEL ${isolation.toUpperCase()}`
    this.#push(`BEGIN${level}`, index, 'begin')
    this.#transaction = 'open'
    this.#set = 'unset'
    this.#recorded = undefined
    this.#identified = 'no'
  }

  #commit(index: number): void {
    this.#become('own', index)
    // Part of the transaction, so that either all of it is there, or the state from before.
    for (const text of this.#with.restore) this.#push(text, index, 'setting')
    this.#push('COMMIT', index, 'commit')
    this.#transaction = 'none'
    this.#set = 'unset'
    this.#flush('closed')
  }

  #inside(text: string, index: number): void {
    this.#become('user', index)
    const patient = waitsForLocks(text)
    if (patient) this.#push('SET LOCAL lock_timeout = 0', index, 'setting')
    this.#push(text, index, 'user')
    this.#touched = 'yes'
    if (patient) this.#push(`SET LOCAL lock_timeout = ${this.#lockTimeout}`, index, 'setting')
    // Core refuses what ends a transaction. Should one slip through, nothing may follow it unseen.
    if (classify(text, rules).effect === 'control') this.#flush('open')
  }

  /** What runs outside of a transaction is sent by itself: some statements accept no company. */
  #alone(text: string, index: number): void {
    this.#settle(index, waitsForLocks(text) ? 0 : this.#lockTimeout)
    this.#push(text, index, 'user')
    this.#touched = 'yes'
    this.#flush('either')
  }

  #call(call: (tx: PostgresTransaction) => Promise<void>, index: number): void {
    if (this.#transaction === 'none') this.#settle(index, this.#lockTimeout)
    else {
      this.#become('user', index)
      if (this.#identified === 'no') this.#push('SELECT pg_catalog.pg_current_xact_id()', index, 'identity')
      this.#identified = 'yes'
      this.#flush('open')
    }
    const inside = this.#transaction === 'open' ? 'transaction' : 'nothing'
    this.#moves.push({ kind: 'call', operation: index, call, inside })
    this.#touched = 'yes'
  }

  /** Settings for a statement outside of a transaction last until they are put back. */
  #settle(index: number, lockTimeout: number): void {
    const { execution, label } = this.#with
    this.#push(set([label, ...userSettings(this.#with, execution, lockTimeout)], 'session'), index, 'setting')
    this.#lasting = 'yes'
    this.#set = 'unset'
    this.#flush('either')
  }

  /** Sets the session for Queen's own statements or for the migration's; before Queen goes on it looks where it is. */
  #become(whose: 'own' | 'user', index: number): void {
    if (this.#set !== whose) {
      const { execution, label } = this.#with
      const own = ownSettings(this.#with, clamped(execution.busyTimeout))
      const user = userSettings(this.#with, execution, this.#lockTimeout)
      // Behind something of the migration's nothing is known to hold; behind Queen's own everything is.
      const settings =
        whose === 'own'
          ? [...(this.#set === 'unset' ? [label] : []), ...own]
          : unlike(this.#set === 'own' ? own : [], user)
      if (settings.length > 0) this.#push(set(settings, 'transaction'), index, 'setting')
      this.#set = whose
    }
    if (whose === 'own' && this.#touched === 'yes') {
      this.#guard(index)
      this.#touched = 'no'
    }
  }

  /** Fails, by a division by zero, when the transaction or the lock is not the one it was. */
  #guard(index: number): void {
    const { lock, records } = this.#with
    const recorded = this.#recorded
    const open = this.#transaction === 'open'
    const conditions = (xid: string | undefined): string[] => [
      ...(open && xid !== undefined ? [`pg_catalog.pg_current_xact_id()::text = '${xid}'`] : []),
      ...(open && xid === undefined && recorded !== undefined ? [records.writtenHere(recorded)] : []),
      ...(lock === undefined ? [] : [lock.held]),
    ]
    const text = (xid: string | undefined): string => {
      const all = conditions(xid).map((condition) => `(${condition})`)
      return all.length === 0 ? 'SELECT 1' : `SELECT 1 / CASE WHEN ${all.join(' AND ')} THEN 1 ELSE 0 END`
    }
    this.#push(text, Math.max(0, index - 1), 'guard')
  }

  get #lockTimeout(): number {
    return clamped(this.#with.execution.ddlLockTimeout ?? LOCK_TIMEOUT)
  }

  #push(text: Part['text'], operation: number, purpose: Purpose): void {
    this.#parts.push({ text, operation, purpose })
  }

  #flush(leaves: 'open' | 'closed' | 'either'): void {
    if (this.#parts.length === 0) return
    const holds = this.#parts.some(({ purpose }) => purpose === 'user') ? 'user' : 'own'
    this.#moves.push({ kind: 'message', parts: this.#parts, leaves, holds })
    this.#parts = []
    if (this.#transaction === 'none') this.#set = 'unset'
  }
}

function clamped(milliseconds: number): number {
  return Math.min(Math.ceil(milliseconds), LONGEST)
}
