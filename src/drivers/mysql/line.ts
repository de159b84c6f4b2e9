import type { HistoryTable } from '../../core/driver.js'
import { QueenError } from '../../core/errors.js'
import { identity } from '../../core/identity.js'
import type { MysqlConnection } from './client.js'
import { openConnection } from './connect.js'
import { FACTS_QUERIES, factsFrom, type Facts } from './facts.js'
import { asQueenError } from './fault.js'
import { HolderNotes } from './holder.js'
import { LockSql } from './lock.js'
import { inTransaction, send, type Reply, type Result } from './message.js'
import type { Opened } from './opened.js'
import { Records } from './records.js'
import { SessionState } from './session-state.js'
import type { MysqlSource } from './source.js'

/** Where a session connects to. */
export interface Access<Client = MysqlConnection> {
  readonly source: MysqlSource<Client>
  readonly target: string
  readonly table: HistoryTable
}

/** Nothing that Queen asks for itself takes this long; a line that is silent for so many milliseconds is dead. */
const SILENCE = 60_000
/** The bit of a connection's capabilities that says that a message may hold several statements. */
const MULTI_STATEMENTS = 1 << 16

/** An open connection, with what Queen knows about it. */
export class Line<Client = unknown> {
  readonly facts: Facts
  readonly records: Records
  readonly lock: LockSql
  readonly notes: HolderNotes
  readonly state: SessionState
  readonly source: MysqlSource<Client>
  readonly statements: 'one' | 'many'
  /** Seconds that the session waits for locks; undefined: not known. */
  patience: number | undefined
  readonly #opened: Opened<Client>
  readonly #target: string

  private constructor(opened: Opened<Client>, { source, target, table }: Access<Client>, facts: Facts) {
    this.#opened = opened
    this.#target = target
    this.source = source
    this.facts = facts
    this.statements = statementsOf(opened)
    this.records = new Records(table, facts, facts.rules)
    this.lock = new LockSql(facts.database, table.name)
    this.notes = new HolderNotes(this.records, this.lock)
    this.state = new SessionState(facts, source.kind === 'config' ? 'own' : 'lent')
  }

  /** @throws QueenError `CONNECTION_FAILED`, `CONFIG_INVALID` */
  static async open<Client>(access: Access<Client>): Promise<Line<Client>> {
    const { source, target, table } = access
    const opened = await openConnection(source, `queen ${identity()}`)
    try {
      const ask = async (sql: string): Promise<Reply> => {
        const reply = await send(opened.raw, opened.vigil, sql)
        if (reply.error !== undefined) throw asQueenError(reply.error, target, undefined)
        return reply
      }
      if (source.kind !== 'config' && inTransaction((await ask('DO 0')).results[0]!) === true)
        throw new QueenError('CONNECTION_FAILED', `${target}: the connection is in the middle of another transaction`, {
          hint: 'commit it or roll it back before the run',
        })
      const results: Result[] = []
      if (statementsOf(opened) === 'many') results.push(...(await ask(FACTS_QUERIES.join(';\n'))).results)
      else for (const query of FACTS_QUERIES) results.push(...(await ask(query)).results)
      const facts = factsFrom(
        results.map(({ rows }) => rows),
        table.schema,
        target,
      )
      // Otherwise the first SELECT would begin a transaction, and no later one would see anything new.
      if (!/^(ON|1)$/.test(facts.found['autocommit'] ?? '')) await ask('SET SESSION autocommit = 1')
      return new Line(opened, access, facts)
    } catch (error) {
      await opened.close('clean')
      throw error
    }
  }

  get client(): Client {
    return this.#opened.client
  }

  get raw(): Opened['raw'] {
    return this.#opened.raw
  }

  /** Why the connection is gone; undefined while it is there. */
  get broken(): Error | undefined {
    return this.#opened.vigil.reason
  }

  /** Sends one message. Never rejects. */
  async send(sql: string, came?: (result: Result) => void): Promise<Reply> {
    return await send(this.raw, this.#opened.vigil, sql, came)
  }

  /**
   * Asks for something of Queen's own and returns the rows of each statement.
   *
   * @throws the server's error, or that the connection was lost when nothing comes
   */
  async ask(...statements: readonly string[]): Promise<Result['rows'][]> {
    const timer = setTimeout(() => this.destroy(), SILENCE)
    try {
      const rows: Result['rows'][] = []
      for (const text of this.statements === 'many' ? [statements.join(';\n')] : statements) {
        const { error, results } = await this.send(text)
        if (error !== undefined) throw error
        rows.push(...results.map((result) => result.rows))
      }
      return rows
    } finally {
      clearTimeout(timer)
    }
  }

  /** What went wrong, as users are told. */
  fault(error: unknown): QueenError {
    return asQueenError(error, this.#target, this.facts)
  }

  /** Hangs up: what is under way ends as if the process had died. */
  destroy(): void {
    this.#opened.vigil.cut()
  }

  /** Parts with the connection. `clean`: it is in the state it was in. */
  async close(state: 'clean' | 'dirty'): Promise<void> {
    await this.#opened.close(state)
  }
}

function statementsOf({ raw }: Opened): 'one' | 'many' {
  return ((raw.config.clientFlags ?? 0) & MULTI_STATEMENTS) === 0 ? 'one' : 'many'
}
