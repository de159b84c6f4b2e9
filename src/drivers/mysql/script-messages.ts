import type { Execution, Operation } from '../../core/execution.js'
import type { Isolation } from '../../core/migration.js'
import { classify } from '../../core/sql/classify.js'
import { onlineText } from '../../core/sql/mysql-online.js'
import type { Facts } from './facts.js'
import type { HolderNotes } from './holder.js'
import type { LockSql } from './lock.js'
import { MARKER, SAVEPOINT, unless, type Part, type Purpose } from './parts.js'
import type { Records } from './records.js'
import type { MysqlTransaction } from './transaction.js'

/** One thing to do for a script: to send statements, or to call a function of the user's. */
export type Move =
  | { readonly kind: 'message'; readonly parts: readonly Part[] }
  | {
      readonly kind: 'call'
      readonly operation: number
      readonly call: (tx: MysqlTransaction<never>) => Promise<void>
      readonly inside: 'transaction' | 'nothing'
    }

/** What the messages of a script are made with. */
export interface Circumstances {
  readonly facts: Facts
  readonly execution: Execution
  readonly records: Records
  /** The lock this session holds, and its notes; undefined: none. */
  readonly held: { readonly lock: LockSql; readonly notes: HolderNotes } | undefined
  /** Seconds the session waits for locks at present; undefined: not known. */
  readonly patience: number | undefined
}

/** What runs statements that nobody has seen. */
const PROGRAMS = /^(CALL|EXECUTE|BEGIN|IF|CASE|LOOP|WHILE|REPEAT|FOR)\b/
const UNLOCK = 'UNLOCK TABLES'
const WRITABLE = 'SET SESSION TRANSACTION READ WRITE'

type Script = readonly Operation<MysqlTransaction<never>>[]

/** Seconds a statement waits for a lock on a table, or on a row. The server counts whole ones. */
export function patienceOf({ ddlLockTimeout = 1_000 }: Execution): number {
  return Math.min(Math.max(1, Math.ceil(ddlLockTimeout / 1000)), 31_536_000)
}

/**
 * Writes a script as messages, as few as possible: what lies between two calls of functions is one. Behind every
 * statement of the migration's stands a marker, since it may have any number of results; and before Queen records
 * anything it looks whether transaction and lock are still the ones they were.
 */
export function messagesFor(script: Script, circumstances: Circumstances): readonly Move[] {
  const writer = new MessageWriter(script, circumstances)
  script.forEach((operation, index) => writer.add(operation, index))
  return writer.finish()
}

class MessageWriter {
  readonly #script: Script
  readonly #with: Circumstances
  readonly #moves: Move[] = []
  #parts: Part[] = []
  #transaction: 'none' | 'open' = 'none'
  /** Whether there is a savepoint that tells this transaction from another. */
  #saved: 'no' | 'yes' = 'no'
  /** Whether the migration has had its hands on the session since it was last looked at. */
  #touched: 'no' | 'yes' = 'no'
  /** The version whose record this script wrote, while nobody else can have touched it. */
  #recorded: string | undefined
  /** What a statement before did to the session that would be in Queen's way. */
  #obstacles = new Set<string>()
  readonly #noted: 'no' | 'yes'
  /** Whether the migration has transactions of its own, which one of Queen's would end. */
  readonly #control: 'no' | 'yes'
  /** Whether several writes outside of a transaction are being made one: the journal must not tell of an end twice. */
  #grouped: 'no' | 'yes' = 'no'
  #last = 0

  constructor(script: Script, circumstances: Circumstances) {
    this.#script = script
    this.#with = circumstances
    circumstances.records.forget()
    const { rules } = circumstances.facts
    const controls = script.some((one) => one.kind === 'statement' && classify(one.text, rules).effect === 'control')
    this.#control = controls ? 'yes' : 'no'
    const seconds = patienceOf(circumstances.execution)
    if (circumstances.patience !== seconds)
      this.#push(
        `SET SESSION lock_wait_timeout = ${seconds}, SESSION innodb_lock_wait_timeout = ${seconds}`,
        0,
        'setting',
      )
    this.#noted = circumstances.held !== undefined && needsNote(script, circumstances.execution) ? 'yes' : 'no'
    if (this.#noted === 'yes' && script[0]?.kind !== 'begin') this.#note('begin', 0)
  }

  add(operation: Operation<MysqlTransaction<never>>, index: number): void {
    this.#last = index
    if (this.#script[index - 1]?.kind === 'call') this.#own(index)
    switch (operation.kind) {
      case 'begin':
        return this.#begin(operation.isolation, index)
      case 'commit':
        return this.#commit(index)
      case 'write':
        return this.#write(operation.write, index)
      case 'statement':
        return this.#statement(operation.text, index)
      case 'call':
        return this.#call(operation.call, index)
    }
  }

  finish(): readonly Move[] {
    if (this.#noted === 'yes' && this.#script[0]?.kind !== 'begin') {
      this.#own(this.#last)
      this.#note('end', this.#last)
    }
    if (this.#script.at(-1)?.kind !== 'commit') this.#push('DO 0', this.#last, 'probe')
    this.#flush()
    return this.#moves
  }

  #begin(isolation: Isolation | undefined, index: number): void {
    this.#own(index)
    if (isolation !== undefined)
      this.#push(`SET TRANSACTION ISOLATION LEVEL ${isolation.toUpperCase()}`, index, 'setting')
    this.#push('START TRANSACTION', index, 'begin')
    this.#transaction = 'open'
    this.#saved = 'no'
    if (this.#noted === 'yes' && this.#script[0]?.kind === 'begin') this.#note('begin', index)
  }

  #commit(index: number): void {
    this.#own(index)
    // What is committed says that nothing is at work; until then others read what is.
    if (this.#noted === 'yes' && this.#script[0]?.kind === 'begin') this.#note('end', index)
    this.#push('COMMIT', index, 'commit')
    this.#transaction = 'none'
    this.#saved = 'no'
  }

  #write(write: Extract<Operation, { kind: 'write' }>['write'], index: number): void {
    const { records } = this.#with
    this.#own(index)
    if ((write.write === 'update' || write.write === 'delete') && write.version !== this.#recorded)
      this.#push(unless(records.recorded(write.version)), index, 'same record')
    const next = this.#script[index + 1]
    if (this.#grouped === 'no' && next?.kind === 'write' && this.#transaction === 'none' && this.#control === 'no') {
      this.#push('START TRANSACTION', index, 'setting')
      this.#grouped = 'yes'
    }
    const texts = records.write(write, next?.kind === 'statement' ? next.text : undefined)
    for (const text of texts) this.#push(text, index, 'write')
    if (write.write === 'insert' && typeof write.values.version === 'string') this.#recorded = write.values.version
    if (write.write === 'update') this.#recorded = write.version
    if (write.write === 'delete') this.#recorded = undefined
    if (this.#grouped === 'no' || next?.kind === 'write') return
    this.#push('COMMIT', index, 'setting')
    this.#grouped = 'no'
  }

  #statement(text: string, index: number): void {
    const { facts, execution } = this.#with
    this.#save(index)
    const online = execution.online === true ? onlineText(text, facts.rules, facts.product) : text
    this.#push(online, index, 'user')
    this.#push('SHOW WARNINGS LIMIT 100', index, 'warnings')
    this.#push(`SELECT 1 AS \`${MARKER}\``, index, 'marker')
    this.#touched = 'yes'
    const { verb, effect } = classify(text, facts.rules)
    if (verb === 'LOCK TABLES' || verb === 'LOCK TABLE' || verb === 'FLUSH') this.#obstacles.add(UNLOCK)
    if (verb === 'SET' && /read\s+only|read_only/i.test(text)) this.#obstacles.add(WRITABLE)
    // The rest of a message was written in the character set it began with.
    if (verb === 'SET' && /\bnames\b|charset|character/i.test(text)) {
      this.#obstacles.add('SET NAMES utf8mb4')
      this.#flush()
    }
    // Core refuses what ends a transaction; a procedure may do so all the same, and nothing may follow it unseen.
    if (this.#transaction === 'open' && (effect === 'control' || PROGRAMS.test(verb))) this.#own(index + 1)
  }

  #call(call: (tx: MysqlTransaction<never>) => Promise<void>, index: number): void {
    this.#save(index)
    this.#flush()
    const inside = this.#transaction === 'open' ? 'transaction' : 'nothing'
    this.#moves.push({ kind: 'call', operation: index, call, inside })
    this.#touched = 'yes'
    // Nobody sees before what it does.
    if (inside === 'nothing') for (const obstacle of [UNLOCK, WRITABLE]) this.#obstacles.add(obstacle)
  }

  /** Before Queen goes on itself: is the transaction the same, and the lock still ours? */
  #own(index: number): void {
    if (this.#touched === 'no') return
    const { held } = this.#with
    const blamed = Math.max(0, index - 1)
    for (const text of this.#obstacles) this.#push(text, blamed, 'setting')
    this.#obstacles.clear()
    if (this.#transaction === 'open') this.#push(`RELEASE SAVEPOINT ${SAVEPOINT}`, blamed, 'same transaction')
    if (held !== undefined) this.#push(unless(held.lock.held), blamed, 'same lock')
    this.#saved = 'no'
    this.#touched = 'no'
    // A statement of the migration's may have changed Queen's tables as well.
    this.#recorded = undefined
  }

  #save(index: number): void {
    if (this.#transaction === 'none' || this.#saved === 'yes') return
    this.#push(`SAVEPOINT ${SAVEPOINT}`, index, 'save')
    this.#saved = 'yes'
  }

  #note(what: 'begin' | 'end', index: number): void {
    const { notes } = this.#with.held!
    this.#push(notes.doing(what === 'begin' ? this.#with.execution.activity : undefined), index, 'setting')
  }

  #push(text: string, operation: number, purpose: Purpose): void {
    this.#parts.push({ text, operation, purpose })
  }

  #flush(): void {
    if (this.#parts.length === 0) return
    this.#moves.push({ kind: 'message', parts: this.#parts })
    this.#parts = []
  }
}

/** Whether others learn what a script is for by no record of its own. */
function needsNote(script: Script, { activity }: Execution): boolean {
  if (!script.some(({ kind }) => kind === 'statement' || kind === 'call')) return false
  const [first, second] = script
  const opening = first?.kind === 'begin' ? second : first
  if (opening?.kind !== 'write') return true
  const { write } = opening
  if (write.write !== 'insert' && write.write !== 'update') return true
  const version = write.write === 'insert' ? write.values.version : write.version
  return write.values.status !== 'running' || version !== activity.version
}
