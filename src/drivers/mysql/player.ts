import { readable } from '../../core/duration.js'
import { ExecutionError, type Execution, type Operation } from '../../core/execution.js'
import type { Failure } from '../failure.js'
import { failureOf, offsetIn, tidied } from './failure.js'
import { endsConnection, hintFor, isInterrupted, isLost } from './fault.js'
import type { Line } from './line.js'
import { inTransaction, numberOf } from './message.js'
import type { Part } from './parts.js'
import { refuseLong } from './longest.js'
import { messagesFor, patienceOf, type Move } from './script-messages.js'
import { Supervision } from './supervision.js'
import { transactionOn, type MysqlTransaction } from './transaction.js'
import { Transmission, type Sent } from './transmission.js'
import type { Watch } from './watch.js'

type Call = Extract<Move, { kind: 'call' }>

/** What a script is played on. */
export interface Stage<Client> {
  readonly line: Line<Client>
  readonly watch: Watch
  readonly lock: 'held' | 'free'
}

/** Plays one script on an open connection. */
export class Player<Client> {
  readonly #line: Line<Client>
  readonly #stage: Stage<Client>
  readonly #script: readonly Operation<MysqlTransaction<Client>>[]
  readonly #execution: Execution
  readonly #supervision: Supervision
  /** Whether a transaction is open, as the server last said. */
  #open = false
  #reached = -1

  constructor(stage: Stage<Client>, script: readonly Operation<MysqlTransaction<Client>>[], execution: Execution) {
    this.#line = stage.line
    this.#stage = stage
    this.#script = script
    this.#execution = execution
    this.#supervision = new Supervision(stage.line, stage.watch, execution)
  }

  /** See `Session.execute`. */
  async play(): Promise<void> {
    const { state, facts, records, lock, notes } = this.#line
    const execution = this.#execution
    for (const operation of this.#script) if (operation.kind === 'statement') state.see(operation.text)
    const held = this.#stage.lock === 'held' ? { lock, notes } : undefined
    const circumstances = { facts, records, execution, held, patience: this.#line.patience }
    const moves = messagesFor(this.#script as never, circumstances)
    refuseLong(moves, facts)
    if (execution.signal.aborted) await this.#fail(this.#cancelled(0))
    if (state.touched || this.#script.some(({ kind }) => kind === 'call')) await state.enter(this.#ask)
    this.#line.patience = patienceOf(execution)
    for (const move of moves) {
      if (execution.signal.aborted)
        await this.#fail(this.#cancelled(move.kind === 'call' ? move.operation : move.parts[0]!.operation))
      if (move.kind === 'message') await this.#send(move.parts)
      else await this.#call(move)
    }
    if (this.#open) await this.#escaped('it left a transaction open')
    await this.#restore()
  }

  get #ask() {
    return async (...statements: readonly string[]) => await this.#line.ask(...statements)
  }

  async #send(parts: readonly Part[]): Promise<void> {
    const transmission = new Transmission(this.#line, parts, {
      begins: (part) => {
        this.#reach(part.operation)
        this.#supervision.begins(part.purpose === 'user' ? 'user' : 'own')
      },
      notice: (notice) => this.#execution.notice?.(notice),
    })
    const before = this.#open
    const whose = parts.some(({ purpose }) => purpose === 'user') ? 'migration' : 'own'
    const sent = await this.#supervision.over(whose, async () => await transmission.send())
    const told = sent.replies.map(inTransaction).findLast((open) => open !== undefined)
    this.#open = told ?? before
    if (sent.error === undefined) return
    if (await this.#settled(sent, parts)) return
    await this.#fail(this.#found(sent, parts, before))
  }

  async #call(move: Call): Promise<void> {
    const { signal } = this.#execution
    const { state, client, raw, facts, statements } = this.#line
    this.#reach(move.operation)
    const tx = observed(transactionOn({ client, raw, rules: facts.rules, statements }), state)
    try {
      await this.#supervision.over('migration', async () => await move.call(tx as never))
    } catch (error) {
      if (signal.aborted) {
        // A statement it left at work would keep the roll-back waiting.
        await this.#supervision.stopNow()
        await this.#fail(this.#cancelled(move.operation))
      }
      const inside = move.inside === 'transaction'
      if (this.#line.broken !== undefined || endsConnection(error)) {
        // mysql2 tells whoever asked, and nobody else.
        this.#line.destroy()
        await this.#fail({
          operation: move.operation,
          outcome: inside ? 'rolledBack' : 'unknown',
          error,
          failure: 'lost',
        })
      }
      await this.#fail({
        operation: move.operation,
        outcome: inside ? 'rolledBack' : 'none',
        error,
        ...failureOf(error, 'user'),
      })
    }
    if (signal.aborted) await this.#fail(this.#cancelled(move.operation))
  }

  /**
   * A statement that commits by itself took effect, and what was to say so failed, because a stop came a moment late: it
   * is said again. True when that was the end of the script.
   */
  async #settled({ failed }: Sent, parts: readonly Part[]): Promise<boolean> {
    const open = parts.slice(0, failed).findLastIndex(({ purpose }) => purpose === 'begin' || purpose === 'commit')
    const inside = parts[open]?.purpose === 'begin'
    const behind = parts.slice(0, failed).findLastIndex(({ purpose }) => purpose === 'marker')
    const rest = parts.slice(failed)
    if (inside || behind === -1 || this.#line.broken !== undefined || rest[0]!.purpose === 'user') return false
    const end = rest.findIndex(({ purpose }) => purpose === 'begin' || purpose === 'user' || purpose === 'save')
    const writes = end === -1 ? rest : rest.slice(0, end)
    // The first write behind it is its count; what begins the next statement belongs to that.
    const next = writes.findIndex(({ operation }) => operation > parts[behind]!.operation + 1)
    const said = end === -1 ? writes : writes.slice(0, Math.max(next, 0))
    for (const { text } of said) if ((await this.#line.send(text)).error !== undefined) return false
    return end === -1 && !this.#supervision.late
  }

  #found({ error, failed }: Sent, parts: readonly Part[], before: boolean): Failure {
    const { signal, statementTimeout } = this.#execution
    const part = parts[failed]!
    const begun = parts.slice(0, failed + 1).findLast(({ purpose }) => purpose === 'begin' || purpose === 'commit')
    const inside = begun === undefined ? before : begun.purpose === 'begin' && begun !== part
    const offset = part.purpose === 'user' ? offsetIn(part.text, error) : undefined
    const at = { operation: part.operation, error, offset, message: tidied(error) }
    const stopped = isInterrupted(numberOf(error))
    if (isLost(error) || this.#line.broken !== undefined) {
      // What is sent whole is carried out whole, and may have been.
      const told = inside && !parts.some(({ purpose }) => purpose === 'commit')
      return { ...at, failure: signal.aborted ? 'cancelled' : 'lost', outcome: told ? 'rolledBack' : 'unknown' }
    }
    const outcome = inside ? 'rolledBack' : 'none'
    if (stopped && signal.aborted) return { ...at, failure: 'cancelled', outcome }
    if (stopped && this.#supervision.late) {
      const message = `a statement took longer than ${readable(statementTimeout!)}`
      return { ...at, failure: 'timeout', outcome, message, operation: this.#lastStatement(part) }
    }
    const found = failureOf(error, part.purpose)
    return { ...at, ...found, outcome: found.failure === 'escaped' ? 'unknown' : outcome }
  }

  /** A stop that came a moment late met what stands behind the statement. */
  #lastStatement({ operation }: Part): number {
    return this.#script.slice(0, operation + 1).findLastIndex(({ kind }) => kind === 'statement')
  }

  async #escaped(message: string): Promise<never> {
    const operation = this.#script.length - 1
    return await this.#fail({ failure: 'escaped', operation, outcome: 'unknown', error: new Error(message) })
  }

  #cancelled(operation: number): Failure {
    const outcome = this.#open ? 'rolledBack' : 'none'
    return { failure: 'cancelled', operation, outcome, error: this.#execution.signal.reason as Error }
  }

  /** Brings the session back to what it was, then says what went wrong. */
  async #fail(found: Failure): Promise<never> {
    const { error, failure, operation, outcome, offset } = found
    if (this.#line.broken === undefined) {
      await this.#rollBack()
      await this.#restore().catch(() => {})
    }
    const number = numberOf(error)
    throw new ExecutionError(found.message ?? tidied(error), {
      ...{ failure, operation, outcome, offset, cause: error },
      hint: found.hint ?? hintFor(error, this.#line.facts),
      serverCode: number === undefined ? undefined : String(number),
      blockers: failure === 'locked' ? this.#supervision.blockers : undefined,
    })
  }

  /** Where even that fails, in an XA transaction of the migration's, it is ended by its name, or with the connection. */
  async #rollBack(): Promise<void> {
    const { error } = await this.#line.send('ROLLBACK')
    this.#open = false
    if (error === undefined) return
    for (const branch of this.#line.state.branches)
      for (const verb of ['END', 'ROLLBACK']) await this.#line.send(`XA ${verb} ${branch}`)
    if ((await this.#line.send('ROLLBACK')).error !== undefined) this.#line.destroy()
  }

  async #restore(): Promise<void> {
    const { state } = this.#line
    if (!state.touched || this.#line.broken !== undefined) return
    this.#line.patience = undefined
    await state.restore(this.#ask)
  }

  #reach(operation: number): void {
    while (this.#reached < operation) {
      this.#reached++
      this.#execution.reached?.(this.#reached)
    }
  }
}

/** The same transaction, whose texts are seen. */
function observed<Client>(tx: MysqlTransaction<Client>, state: Line['state']): MysqlTransaction<Client> {
  return {
    exec: async (sql) => {
      state.see(sql)
      await tx.exec(sql)
    },
    query: async (sql, parameters) => {
      state.see(sql)
      return await tx.query(sql, parameters)
    },
    get client() {
      state.seeAnything()
      return tx.client
    },
  }
}
