import type { Holder } from '../../core/driver.js'
import type { Activity } from '../../core/execution.js'
import { tickName } from '../sql/quote.js'
import { literal } from './literal.js'
import type { LockSql } from './lock.js'
import { numberOf } from './message.js'
import { moment, type Records } from './records.js'

/** Asks on a connection and gives the rows of each statement. */
export type Ask = (...statements: readonly string[]) => Promise<readonly (readonly (readonly (string | null)[])[])[]>

/** What this user may not read, or what is not there: the lock itself does not depend on it. */
const UNREADABLE = new Set([1142, 1143, 1146, 1044, 1227, 1290, 1792])

/**
 * What the holder of the lock tells others about itself. Only the server's own users may see the sessions of other
 * users, and nobody sees what one of them is for while it computes; so there is a small table beside the history, whose
 * one row counts only while the connection that wrote it has the lock.
 *
 * What is at work needs no writing: it is the record that says `running`, which is read before it is committed.
 */
export class HolderNotes {
  readonly #records: Records
  readonly #lock: LockSql
  readonly #table: string

  constructor(records: Records, lock: LockSql) {
    this.#records = records
    this.#lock = lock
    this.#table = `${tickName(records.database)}.${tickName(records.names.lock)}`
  }

  /** Writes down who has the lock. Where that is not to be had, others see less. */
  async sign(ask: Ask, who: string): Promise<void> {
    const row = `REPLACE INTO ${this.#table} (id, connection_id, who, since, doing) VALUES (1, CONNECTION_ID(), ${literal(who)}, UTC_TIMESTAMP(3), NULL)`
    try {
      await ask(row)
    } catch (error) {
      if (numberOf(error) !== 1146) return this.#unlessUnreadable(error)
      const columns =
        'id TINYINT NOT NULL PRIMARY KEY, connection_id BIGINT UNSIGNED NOT NULL, who TEXT NOT NULL, since DATETIME(3) NOT NULL, doing TEXT'
      const options = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin'
      await ask(`CREATE TABLE IF NOT EXISTS ${this.#table} (${columns}) ${options}`, row).catch((reason: unknown) =>
        this.#unlessUnreadable(reason),
      )
    }
  }

  /** The statement that tells what a script is for, where no record of it does; undefined takes it back. */
  doing(activity: Activity | undefined): string {
    const text = activity === undefined ? 'NULL' : literal(JSON.stringify(activity))
    return `UPDATE ${this.#table} SET doing = ${text} WHERE id = 1 AND connection_id = CONNECTION_ID()`
  }

  /** Who has the lock now, as far as this user may know; null when nobody does. */
  async read(ask: Ask): Promise<Holder | null> {
    const id = (await ask(`SELECT ${this.#lock.owner}`))[0]?.[0]?.[0]
    if (id === null || id === undefined) return null
    const about = await this.#optional(
      ask,
      `SELECT user, host, command, state, info FROM information_schema.PROCESSLIST WHERE id = ${id}`,
    )
    const [user, host, command, state, info] = about ?? []
    const note = await this.#optional(
      ask,
      'SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED',
      `SELECT who, CONCAT(REPLACE(since, ' ', 'T'), 'Z'), doing FROM ${this.#table} WHERE connection_id = ${id}`,
    )
    const details = [
      `connection ${id}`,
      ...(user ? [`${user}@${host}`] : []),
      ...(state ? [state] : command ? [command] : []),
      ...(info ? [shortened(info)] : []),
    ].join(', ')
    if (note === undefined) return { who: user ? `${user}@${host}, connection ${id}` : `connection ${id}`, details }
    const [who, since, doing] = note
    return { who: who!, since: since!, details, ...(await this.#doing(ask, since!, doing ?? null)) }
  }

  async #doing(ask: Ask, since: string, noted: string | null): Promise<Pick<Holder, 'doing'>> {
    if (noted !== null) return { doing: JSON.parse(noted) as Activity }
    const running = await this.#optional(
      ask,
      'SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED',
      this.#records.running(moment(since)),
    )
    if (running === undefined) return {}
    const [direction, version, name] = running
    return { doing: { direction: direction as Activity['direction'], version: version!, name: name! } }
  }

  /** The first row of the last statement; undefined when there is none to be read. */
  async #optional(ask: Ask, ...statements: readonly string[]): Promise<readonly (string | null)[] | undefined> {
    try {
      return (await ask(...statements)).at(-1)?.[0]
    } catch (error) {
      this.#unlessUnreadable(error)
      return undefined
    }
  }

  #unlessUnreadable(error: unknown): void {
    if (!UNREADABLE.has(numberOf(error) ?? 0)) throw error
  }
}

/** The beginning of a statement, on one line. */
export function shortened(query: string): string {
  const line = query.replace(/\s+/g, ' ').trim()
  return line.length > 80 ? `${line.slice(0, 79)}…` : line
}
