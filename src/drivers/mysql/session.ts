import type { Holder, Lock, Session } from '../../core/driver.js'
import { QueenError } from '../../core/errors.js'
import type { Execution, Operation } from '../../core/execution.js'
import type { JournalEntry, MigrationRecord } from '../../core/record.js'
import type { LexicalRules } from '../../core/sql/dialect.js'
import { entryFrom, missingColumns, notHistory, recordFrom } from '../sql/records.js'
import { Turns } from '../turns.js'
import { Line, type Access } from './line.js'
import { numberOf } from './message.js'
import { createTables } from './tables.js'
import type { MysqlTransaction } from './transaction.js'
import { refuseUnlockable } from './unlockable.js'
import { Watch } from './watch.js'

type Rows = readonly (readonly (string | null)[])[]

/** Numbers that say that there is no such table or database. */
const ABSENT = new Set([1146, 1049])
const NO_COLUMN = 1054

/** A connection to MySQL or MariaDB, which is made anew when it broke while nothing was going on. */
export class MysqlSession<Client> implements Session<MysqlTransaction<Client>> {
  readonly #access: Access<Client>
  readonly #watch: Watch
  readonly #turns: Turns
  #line: Line<Client>
  #state: 'open' | 'closed' = 'open'
  #lock: 'free' | 'held' = 'free'

  private constructor(access: Access<Client>, line: Line<Client>) {
    this.#access = access
    this.#line = line
    this.#watch = new Watch(access.source)
    this.#turns = access.source.kind === 'connection' ? Turns.of(access.source.raw) : new Turns()
  }

  /** @throws QueenError `CONNECTION_FAILED`, `CONFIG_INVALID`, `DRIVER_MISSING` */
  static async open<Client>(access: Access<Client>): Promise<MysqlSession<Client>> {
    return new MysqlSession(access, await Line.open(access))
  }

  get rules(): LexicalRules {
    return this.#line.facts.rules
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
    return await this.#turn(async (line) => await line.notes.read(async (...sql) => await line.ask(...sql)))
  }

  async fingerprint(like?: string): Promise<string> {
    return await this.#turn(async (line) => {
      const [rows] = await line.ask(`SELECT ${line.records.fingerprint(like)}`)
      return rows![0]![0]!
    })
  }

  async tryLock(who: string): Promise<Lock | null> {
    return await this.#turn(async (line) => {
      const { name, take } = line.lock
      if (this.#lock === 'held' || this.#turns.held.has(name)) return null
      refuseUnlockable(line.facts, this.#access.target)
      const taken = (await line.ask(take))[0]?.[0]?.[0] ?? null
      if (taken === null)
        throw new QueenError('CONNECTION_FAILED', `${this.#access.target}: the server could not tell about the lock`, {
          hint: 'GET_LOCK gave NULL: it ran out of memory, or somebody stopped it with KILL; run again',
        })
      if (taken !== '1') return null
      // Whoever waits for a function of a migration must not lose the lock for being silent.
      await line.ask('SET SESSION wait_timeout = 86400')
      await line.notes.sign(async (...sql) => await line.ask(...sql), who)
      this.#lock = 'held'
      this.#turns.held.add(name)
      return { release: async () => await this.#release() }
    })
  }

  async prepare(): Promise<void> {
    await this.#turn(async (line) => await createTables(line as Line))
  }

  async execute(script: readonly Operation<MysqlTransaction<Client>>[], execution: Execution): Promise<void> {
    // Loaded by the first script: a start with nothing to do plays none.
    const { Player } = await import('./player.js')
    await this.#turn(async (line) => {
      await new Player({ line, watch: this.#watch, lock: this.#lock }, script, execution).play()
    })
  }

  /** Lets somebody read, in one transaction that sees one state. */
  async inspect<T>(
    work: (query: (sql: string) => Promise<(string | null)[][]>, line: Line<Client>) => Promise<T>,
  ): Promise<T> {
    return await this.#turn(async (line) => {
      await line.ask('START TRANSACTION WITH CONSISTENT SNAPSHOT')
      try {
        return await work(async (sql) => (await line.ask(sql)).at(-1) as (string | null)[][], line)
      } finally {
        await line.send('ROLLBACK')
      }
    })
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    await this.#watch.close()
    const line = this.#line
    await this.#turns.take(async () => {
      this.#turns.held.delete(line.lock.name)
      const held = this.#lock === 'held'
      this.#lock = 'free'
      // A connection of Queen's own ends, and everything with it.
      const lent = this.#access.source.kind !== 'config' && line.broken === undefined
      const parting = lent ? [...(held ? [line.lock.release] : []), line.state.parting] : []
      const done = await line.ask(...parting).catch(() => undefined)
      await line.close(done !== undefined && line.broken === undefined ? 'clean' : 'dirty')
    })
  }

  async #release(): Promise<void> {
    const line = this.#line
    if (this.#lock === 'free') throw lockLost()
    await this.#turns.take(async () => {
      this.#lock = 'free'
      this.#turns.held.delete(line.lock.name)
      await this.#watch.close()
      const [released] = await line.ask(line.lock.release).catch(() => [])
      if (released?.[0]?.[0] !== '1') throw lockLost()
    })
  }

  /** The rows of a table of Queen's; null when there is none. */
  async #read(line: Line<Client>, sql: string): Promise<Rows | null> {
    try {
      return (await line.ask(sql))[0]!
    } catch (error) {
      const number = numberOf(error) ?? 0
      if (ABSENT.has(number)) return null
      if (number !== NO_COLUMN) throw error
      const [columns] = await line.ask(line.records.columns)
      const missing = missingColumns(columns!.map(([name]) => name!))
      const { database, names } = line.records
      throw notHistory(`"${database}"."${names.history}"`, missing)
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
    if (this.#line.broken !== undefined && this.#lock === 'free' && this.#state === 'open') {
      await this.#line.close('dirty')
      this.#line = await Line.open(this.#access)
    }
    return this.#line
  }
}

function lockLost(): QueenError {
  return new QueenError('LOCK_LOST', 'The migration lock was lost before the run was over', {
    hint: 'its connection ended, or something released it. What it did is recorded: run again to go on with the rest',
  })
}
