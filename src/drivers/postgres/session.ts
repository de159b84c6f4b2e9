import type { Holder, Lock, Session } from '../../core/driver.js'
import { QueenError } from '../../core/errors.js'
import type { Execution, Operation } from '../../core/execution.js'
import { codeOf } from '../../core/redact.js'
import type { JournalEntry, MigrationRecord } from '../../core/record.js'
import { rulesFor } from '../../core/sql/dialect.js'
import { entryFrom, missingColumns, notHistory, recordFrom } from '../sql/records.js'
import type { PoolerOption } from './affinity.js'
import type { PgClient } from './client.js'
import { concurrentIndexIn, remainsOf } from './concurrent-index.js'
import { holderFrom } from './holder.js'
import { Line, type Place } from './line.js'
import type { Reply } from './message.js'
import { ownSettings, set } from './settings.js'
import { createTables } from './tables.js'
import type { PostgresTransaction } from './transaction.js'
import { Turns } from '../turns.js'
import { refuseUnlockable } from './unlockable.js'
import { Watch } from './watch.js'

/** Where a session connects to, as whom, and what is in between. */
export interface PostgresAccess<Client extends PgClient> extends Place<Client> {
  readonly pooler: PoolerOption
}

type Tx<Client extends PgClient> = PostgresTransaction<Client>

/** Codes that say that there is no such table or schema. */
const ABSENT = new Set(['42P01', '3F000'])
const CLOCK = "SELECT pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()) * 1000"

/** A connection to PostgreSQL, opened when it is first needed, and anew when it broke while nothing was going on. */
export class PostgresSession<Client extends PgClient> implements Session<Tx<Client>> {
  readonly rules = rulesFor('postgres')
  readonly #access: PostgresAccess<Client>
  readonly #watch: Watch<Client>
  readonly #turns: Turns
  #line: Line<Client> | undefined
  #lock: 'free' | 'held' = 'free'
  /** Milliseconds the server's clock is ahead of this process's. */
  #ahead = 0

  constructor(access: PostgresAccess<Client>) {
    this.#access = access
    this.#watch = new Watch(access.source)
    this.#turns = access.source.kind === 'client' ? Turns.of(access.source.client) : new Turns()
  }

  get affinity(): 'session' | 'transaction' {
    return this.#line?.affinity === 'transaction' ? 'transaction' : 'session'
  }

  async history(): Promise<readonly MigrationRecord[] | null> {
    return await this.#turn(async (line) => {
      const rows = await this.#read(line, line.records.history)
      return rows === null ? null : rows.map(recordFrom)
    })
  }

  async journal(limit?: number): Promise<readonly JournalEntry[]> {
    return await this.#turn(async (line) => {
      const rows = await this.#read(line, line.records.journal(limit))
      return (rows ?? []).map(entryFrom)
    })
  }

  async holder(): Promise<Holder | null> {
    return await this.#turn(async (line) => {
      const [holders, clock] = await line.ask(line.lock.holder, CLOCK)
      const row = holders![0]
      return row === undefined ? null : holderFrom(row, Number(clock![0]![0]))
    })
  }

  async fingerprint(): Promise<string> {
    return await this.#turn(async (line) => (await line.ask(line.records.fingerprint))[0]![0]![0]!)
  }

  async tryLock(who: string): Promise<Lock | null> {
    return await this.#turn(async (line) => {
      const { key } = line.lock
      if (this.#lock === 'held' || this.#turns.held.has(key)) return null
      await refuseUnlockable(line, this.#access)
      const now = (await this.#takeLock(line, who)) ?? undefined
      if (now === undefined) return null
      this.#ahead = now - Date.now()
      line.note = { who, since: new Date(now).toISOString() }
      this.#lock = 'held'
      this.#turns.held.add(key)
      return { release: async () => await this.#release() }
    })
  }

  async prepare(): Promise<void> {
    await this.#turn(async (line) => await createTables(line, this.#access))
  }

  async execute(script: readonly Operation<Tx<Client>>[], execution: Execution): Promise<void> {
    // Loaded by the first script: a start with nothing to do plays none.
    const { Player } = await import('./player.js')
    await this.#turn(async (line) => {
      const since = new Date(Date.now() + this.#ahead).toISOString()
      line.work = line.note && { ...line.note, since, doing: execution.activity }
      try {
        await new Player(line, this.#watch, script, execution).play()
      } finally {
        line.work = undefined
      }
    })
  }

  async removeRemains(statement: string): Promise<readonly string[]> {
    const index = concurrentIndexIn(statement)
    if (index === undefined) return []
    return await this.#turn(async (line) => {
      const names = await remainsOf(line, index)
      if (names.length === 0) return []
      const settings = set(ownSettings(line.facts, 0), 'session')
      try {
        // Each by itself, as the server wants it.
        for (const text of [settings, ...names.map((name) => `DROP INDEX CONCURRENTLY IF EXISTS ${name}`)]) {
          const { error } = await line.send(text)
          if (error !== undefined) throw error
        }
      } finally {
        await line.send(line.restore.join(';\n'))
      }
      return names.map((name) => `the INVALID index ${name}`)
    })
  }

  /** Lets somebody read, in one transaction that sees one state, with only the server's own names to be found. */
  async inspect<T>(
    work: (query: (sql: string) => Promise<(string | null)[][]>, line: Line<Client>) => Promise<T>,
  ): Promise<T> {
    return await this.#turn(async (line) => {
      const ask = async (sql: string): Promise<Reply['results']> => {
        const { error, results } = await line.send(sql)
        if (error !== undefined) throw error
        return results
      }
      await ask(
        `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ${set([['search_path', 'pg_catalog, pg_temp']], 'transaction')}`,
      )
      try {
        return await work(async (sql) => (await ask(sql)).at(-1) as (string | null)[][], line)
      } finally {
        await line.send('ROLLBACK')
      }
    })
  }

  async close(): Promise<void> {
    const line = this.#line
    this.#line = undefined
    await this.#watch.close()
    if (line === undefined) return
    await this.#turns.take(async () => {
      this.#turns.held.delete(line.lock.key)
      const held = this.#lock === 'held' && line.affinity === 'session'
      this.#lock = 'free'
      line.note = undefined
      // A connection of Queen's own ends, and everything with it.
      const lent = this.#access.source.kind !== 'config' && line.broken === undefined
      const parting = [...(held ? [`SELECT ${line.lock.release}`] : []), ...line.restore]
      const reply = lent ? await line.send(parting.join(';\n')) : undefined
      await line.close(reply?.error === undefined && line.broken === undefined ? 'clean' : 'dirty')
    })
  }

  /** The server's clock when the lock was taken; null: somebody else has it. */
  async #takeLock(line: Line<Client>, who: string): Promise<number | null> {
    // A pooler leaves no lock to a client: the unique key of the records stands alone.
    if (line.affinity === 'transaction') return Number((await line.ask(CLOCK))[0]![0]![0])
    line.note = { who, since: new Date().toISOString() }
    const { label } = line
    line.note = undefined
    const attempt = async () =>
      await line.ask(set([...line.standing, label], 'session'), CLOCK, `SELECT ${line.lock.take}`)
    const [, clock, taken] = await attempt().catch(async (error: unknown) => {
      if (line.broken !== undefined) throw error
      // Some services forbid one or the other.
      await line.dropForbidden()
      return await attempt()
    })
    return taken![0]![0] === 't' ? Number(clock![0]![0]) : null
  }

  async #release(): Promise<void> {
    const line = this.#line
    if (this.#lock === 'free' || line === undefined) throw lockLost()
    await this.#turns.take(async () => {
      this.#lock = 'free'
      this.#turns.held.delete(line.lock.key)
      const session = line.affinity === 'session'
      line.note = undefined
      await this.#watch.close()
      if (!session) return
      const [released] = await line.ask(`SELECT ${line.lock.release}`, ...line.restore).catch(() => [])
      if (released?.[0]?.[0] !== 't') throw lockLost()
    })
  }

  /** The rows of a table of Queen's; null when there is none. */
  async #read(line: Line<Client>, sql: string): Promise<readonly (readonly (string | null)[])[] | null> {
    try {
      return (await line.ask(sql))[0]!
    } catch (error) {
      const code = codeOf(error) ?? ''
      if (ABSENT.has(code)) return null
      if (code !== '42703') throw error
      const [columns] = await line.ask(line.records.columns)
      const missing = missingColumns(columns!.map(([name]) => name!))
      const { schema, names } = line.records
      throw notHistory(`"${schema}"."${names.history}"`, missing)
    }
  }

  async #turn<T>(work: (line: Line<Client>) => Promise<T>): Promise<T> {
    return await this.#turns.take(async () => {
      const line = await this.#reach()
      try {
        return await work(line)
      } catch (error) {
        if (error instanceof Error && error.name === 'ExecutionError') throw error
        throw line.fault(error)
      }
    })
  }

  /** The connection. One that broke is made anew, unless the lock broke with it. */
  async #reach(): Promise<Line<Client>> {
    if (this.#line?.broken !== undefined && this.#lock === 'free') {
      await this.#line.close('dirty')
      this.#line = undefined
    }
    return (this.#line ??= await Line.open(this.#access))
  }
}

function lockLost(): QueenError {
  return new QueenError('LOCK_LOST', 'The migration lock was lost before the run was over', {
    hint: 'its connection ended, or something released it. What it did is recorded: run again to go on with the rest',
  })
}
