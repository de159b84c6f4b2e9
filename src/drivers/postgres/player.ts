import { readable } from '../../core/duration.js'
import { ExecutionError, type Execution, type Operation } from '../../core/execution.js'
import { codeOf } from '../../core/redact.js'
import type { Failure } from '../failure.js'
import type { PgClient, PgNotice } from './client.js'
import { concurrentIndexIn, remainsOf } from './concurrent-index.js'
import { failureOf, locate, type Sent } from './failure.js'
import { hintFor, isLost, wordsOf } from './fault.js'
import type { Line } from './line.js'
import type { LockSql } from './lock.js'
import { isSqlState, type Reply } from './message.js'
import { messagesFor, type Move } from './script-messages.js'
import { Supervision } from './supervision.js'
import { Traces } from './traces.js'
import { transactionOn, type PostgresTransaction } from './transaction.js'
import type { Watch } from './watch.js'

type Message = Extract<Move, { kind: 'message' }>
type Call = Extract<Move, { kind: 'call' }>

/** Plays one script on an open connection. */
export class Player<Client extends PgClient> {
  readonly #line: Line<Client>
  readonly #script: readonly Operation<PostgresTransaction<Client>>[]
  readonly #execution: Execution
  readonly #supervision: Supervision<Client>
  readonly #traces = new Traces()
  readonly #lock: LockSql | undefined
  /** What the server last said about the transaction. */
  #status: Reply['status'] = 'I'
  #xid: string | undefined
  #reached = -1

  constructor(
    line: Line<Client>,
    watch: Watch<Client>,
    script: readonly Operation<PostgresTransaction<Client>>[],
    execution: Execution,
  ) {
    this.#line = line
    this.#script = script
    this.#execution = execution
    this.#supervision = new Supervision(line, watch, execution)
    this.#lock = line.affinity === 'session' && line.note !== undefined ? line.lock : undefined
    for (const operation of script) if (operation.kind === 'statement') this.#traces.see(operation.text)
  }

  /** See `Session.execute`. */
  async play(): Promise<void> {
    const { client, facts, records, restore, identity, label } = this.#line
    const execution = this.#execution
    const circumstances = { facts, records, restore, identity, label, execution, lock: this.#lock }
    const listen = (notice: PgNotice): void =>
      execution.notice?.({ severity: notice.severity ?? 'NOTICE', message: notice.message ?? '' })
    client.on('notice', listen)
    try {
      for (const move of messagesFor(this.#script as never, circumstances)) {
        if (execution.signal.aborted) await this.#fail(this.#cancelled(operationOf(move)))
        if (move.kind === 'message') await this.#send(move)
        else await this.#call(move)
      }
      await this.#traces.remove(this.#line as unknown as Line<PgClient>)
    } finally {
      client.removeListener('notice', listen)
    }
  }

  async #send(move: Message): Promise<void> {
    const before = this.#status
    if (before === 'I') this.#xid = undefined
    const sent = this.#written(move)
    const { parts, holds, leaves } = move
    this.#reach(parts[0]!.operation)
    const reply = await this.#supervision.over(
      holds === 'user' ? 'migration' : 'own',
      this.#limit(move),
      async () => await this.#line.send(sent.text, (count) => this.#reach(parts[count]?.operation ?? -1)),
    )
    this.#status = reply.status
    if (reply.error !== undefined) await this.#fail(await this.#found(sent, reply, before))
    for (const [index, part] of parts.entries())
      if (part.purpose === 'identity') this.#xid = reply.results[index]![0]![0]!
    const last = parts.at(-1)!
    if (last.purpose === 'commit' && reply.tags.at(-1) !== 'COMMIT')
      await this.#escaped(last.operation, 'it had failed, and COMMIT rolled it back')
    if (leaves === 'open' && reply.status !== 'T')
      await this.#escaped(last.operation, 'it ended the transaction it ran in')
    if (leaves === 'closed' && reply.status !== 'I')
      await this.#escaped(this.#script.length - 1, 'it left a transaction open')
    if (leaves === 'either' && last.purpose === 'user') await this.#checkIndex(last.operation)
  }

  async #call(move: Call): Promise<void> {
    const { signal } = this.#execution
    this.#reach(move.operation)
    try {
      const tx = this.#traces.observed(transactionOn(this.#line.client))
      await this.#supervision.over('migration', undefined, async () => await move.call(tx))
    } catch (error) {
      if (signal.aborted) {
        // A statement it left at work would keep the roll-back waiting.
        await this.#supervision.cancel()
        await this.#fail(this.#cancelled(move.operation))
      }
      const outcome = move.inside === 'transaction' ? 'rolledBack' : 'none'
      await this.#fail({ operation: move.operation, outcome, error, ...failureOf(error, 'user') })
    }
    if (signal.aborted) await this.#fail(this.#cancelled(move.operation))
  }

  /** A message as text. Each statement ends on a line of its own, because a comment may be the last of it. */
  #written({ parts }: Message): Sent {
    const starts: number[] = []
    let text = this.#line.prefix
    for (const part of parts) {
      starts.push(text.length)
      text += `${typeof part.text === 'string' ? part.text : part.text(this.#xid)}\n;\n`
    }
    return { parts, starts, text }
  }

  /** Milliseconds a message may take; undefined where nobody set a limit. */
  #limit({ parts, holds }: Message): number | undefined {
    const { busyTimeout, statementTimeout } = this.#execution
    if (holds === 'own') return busyTimeout
    const statements = parts.filter(({ purpose }) => purpose === 'user').length
    return statementTimeout === undefined ? undefined : busyTimeout + statements * statementTimeout
  }

  async #found(sent: Sent, reply: Reply, before: Reply['status']): Promise<Failure> {
    const { signal, statementTimeout } = this.#execution
    const error = reply.error!
    const { part, offset } = locate(sent, reply)
    const inside = before !== 'I' || sent.parts[0]!.purpose === 'begin'
    const at = { operation: part.operation, error, offset }
    // The code does not tell: dblink, for one, fails with those of lost connections that are not this one.
    if (this.#line.broken !== undefined || !isSqlState(error.code)) {
      // What is sent whole is carried out whole, and may have been.
      const told = inside && !sent.parts.some(({ purpose }) => purpose === 'commit')
      const operation = inside ? part.operation : sent.parts[0]!.operation
      const failure = signal.aborted ? 'cancelled' : 'lost'
      return { ...at, operation, failure, outcome: told ? 'rolledBack' : 'unknown' }
    }
    const outcome = inside ? 'rolledBack' : 'none'
    if (error.code === '57014' && signal.aborted) return { ...at, failure: 'cancelled', outcome }
    if (error.code === '57014' && part.purpose === 'user' && statementTimeout !== undefined)
      return {
        ...at,
        failure: 'timeout',
        outcome,
        message: `a statement took longer than ${readable(statementTimeout)}`,
      }
    if (part.purpose === 'guard' && error.code === '22012') return { ...at, ...(await this.#tornFrom(outcome)) }
    return { ...at, outcome, ...failureOf(error, part.purpose) }
  }

  /** What a guard stumbled over. */
  async #tornFrom(outcome: 'rolledBack' | 'none'): Promise<Pick<Failure, 'failure' | 'outcome' | 'message'>> {
    await this.#rollBack()
    const held = this.#lock && (await this.#line.send(`SELECT ${this.#lock.held}`)).results[0]?.[0]?.[0] === 't'
    if (held === false) return { failure: 'unlocked', outcome, message: 'it gave the migration lock away' }
    return { failure: 'escaped', outcome: 'unknown', message: 'it ended the transaction it ran in' }
  }

  async #escaped(operation: number, message: string): Promise<never> {
    return await this.#fail({ failure: 'escaped', operation, outcome: 'unknown', error: new Error(message) })
  }

  #cancelled(operation: number): Failure {
    const outcome = this.#status === 'I' ? 'none' : 'rolledBack'
    return { failure: 'cancelled', operation, outcome, error: this.#execution.signal.reason as Error }
  }

  /** An index that another run left INVALID must not pass for the one that was asked for. */
  async #checkIndex(operation: number): Promise<void> {
    const index = this.#indexIn(operation)
    if (index?.existing !== 'accepted') return
    const [name] = await remainsOf(this.#line, index)
    if (name === undefined) return
    const error = new Error(`the index ${name} is INVALID, and IF NOT EXISTS takes it for the one that was asked for`)
    const hint = `queen recover ${this.#execution.activity.version} --resume drops it and builds it anew`
    await this.#fail({ failure: 'failed', operation, outcome: 'none', error, hint })
  }

  #indexIn(operation: number) {
    const played = this.#script[operation]
    return played?.kind === 'statement' ? concurrentIndexIn(played.text) : undefined
  }

  /** Brings the session back to what it was, then says what went wrong. */
  async #fail(found: Failure): Promise<never> {
    const { operation, outcome, offset } = found
    let { error, failure, hint } = found
    await this.#supervision.after(async () => await this.#cleanUp())
    const { broken } = this.#line
    if (broken === undefined) {
      hint ??= await this.#leftBehind(operation)
      if (failure === 'failed') hint ??= hintFor(error, this.#line.actor)
    } else if (failure === 'failed' && isLost(error)) {
      // A function hears only of its own query, perhaps before the connection has ended, perhaps no more than that it has.
      failure = 'lost'
      if (!isSqlState(codeOf(error))) error = broken
    }
    const code = codeOf(error)
    throw new ExecutionError(found.message ?? wordsOf(error), {
      ...{ failure, operation, outcome, offset, hint, cause: error },
      serverCode: isSqlState(code) ? code : undefined,
      blockers: failure === 'locked' ? this.#supervision.blockers : undefined,
    })
  }

  async #cleanUp(): Promise<void> {
    if (this.#line.broken === undefined) await this.#rollBack()
    if (this.#line.broken !== undefined) return
    await this.#line.send(this.#line.restore.join(';\n'))
    await this.#traces.remove(this.#line as unknown as Line<PgClient>).catch(() => {})
  }

  async #rollBack(): Promise<void> {
    // A function may have begun one that the server did not get to tell of yet.
    if (this.#status === 'I' && !this.#script.some(({ kind }) => kind === 'call')) return
    this.#status = (await this.#line.send('ROLLBACK')).status
  }

  /** What a statement that broke off left in the database. */
  async #leftBehind(operation: number): Promise<string | undefined> {
    const index = this.#indexIn(operation)
    const remains = index === undefined ? [] : await remainsOf(this.#line, index).catch(() => [])
    if (remains.length === 0) return undefined
    const { version } = this.#execution.activity
    return `it left the INVALID index ${remains.join(', ')} behind: correct the cause, then queen recover ${version} --resume, which drops it before the statement is repeated`
  }

  #reach(operation: number): void {
    while (this.#reached < operation) {
      this.#reached++
      this.#execution.reached?.(this.#reached)
    }
  }
}

function operationOf(move: Move): number {
  return move.kind === 'call' ? move.operation : move.parts[0]!.operation
}
