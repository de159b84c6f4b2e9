import { QueenError } from '../../core/errors.js'
import type { HistoryTable } from '../../core/driver.js'
import { identity } from '../../core/identity.js'
import type { PgClient } from './client.js'
import { openClient } from './connect.js'
import { BASELINE_QUERIES, factsFrom, factsQuery, type Facts, type Setting } from './facts.js'
import { asQueenError } from './fault.js'
import { applicationName, comment, type Note } from './holder.js'
import { destroy } from './inside.js'
import { LockSql } from './lock.js'
import { send, type Reply } from './message.js'
import { quoteName } from '../sql/quote.js'
import type { Actor } from './missing-right.js'
import type { Opened } from './opened.js'
import type { Affinity } from './affinity.js'
import { Records } from './records.js'
import { ownSettings, set, standingSettings } from './settings.js'
import type { PostgresSource } from './source.js'
import { destinationOf } from './target.js'

/** Where a session connects to, and as whom. */
export interface Place<Client extends PgClient> {
  readonly source: PostgresSource<Client>
  readonly target: string
  readonly table: HistoryTable
  readonly role: string | undefined
}

/** Nothing that Queen asks for itself takes this long; a line that is silent for so many milliseconds is dead. */
const SILENCE = 60_000

/** Servers that speak the protocol and lack what exactly-once is built on: locks of a session, and its transaction ids. */
const OTHERS = /\b(CockroachDB|Yugabyte|Redshift|Materialize|QuestDB)/i

/** An open connection, with what Queen knows about it. */
export class Line<Client extends PgClient> {
  readonly facts: Facts
  readonly records: Records
  readonly lock: LockSql
  readonly #opened: Opened<Client>
  readonly #place: Place<Client>
  /** What this connection is bound to; `unknown` until somebody needs a lock on it. */
  affinity: Affinity | 'unknown' = 'unknown'
  /** What others may read about this session while it holds the lock. */
  note: Note | undefined
  /** The same while something is done under the lock. */
  work: Note | undefined
  /** What this connection is set to while it holds the lock. */
  standing: readonly Setting[]

  private constructor(opened: Opened<Client>, place: Place<Client>, facts: Facts) {
    this.#opened = opened
    this.#place = place
    this.facts = facts
    this.standing = standingSettings(facts)
    const schema = facts.schema ?? 'public'
    this.records = new Records(schema, place.table)
    this.lock = new LockSql(schema, place.table.name)
  }

  /** @throws QueenError `CONNECTION_FAILED`, `CONFIG_INVALID` */
  static async open<Client extends PgClient>(place: Place<Client>): Promise<Line<Client>> {
    const opened = await openClient(place.source, `queen ${identity()}`)
    try {
      // A connection of Queen's own is as it was made; another may have been set to anything.
      const baseline = place.source.kind === 'config' ? [] : BASELINE_QUERIES
      // What a name leads to depends on who asks.
      const as = place.role === undefined ? [] : [set([['role', place.role]], 'transaction')]
      const reply = await send(opened.client, [...baseline, ...as, factsQuery(place.table)].join(';\n'))
      if (reply.error !== undefined)
        throw asQueenError(opened.reason() ?? reply.error, place.target, {
          login: destinationOf(place.source).user ?? '',
          role: place.role,
        })
      if (reply.status !== 'I')
        throw new QueenError(
          'CONNECTION_FAILED',
          `${place.target}: the client is in the middle of another transaction`,
          {
            hint: 'commit it or roll it back before the run',
          },
        )
      const facts = factsFrom(reply.results.at(-1)!, reply.results.slice(0, baseline.length))
      refuseOthers(facts, place.target)
      return new Line(opened, place, facts)
    } catch (error) {
      await opened.close('clean')
      throw error
    }
  }

  get client(): Client {
    return this.#opened.client
  }

  get source(): PostgresSource<Client> {
    return this.#place.source
  }

  /** Why the connection is gone; undefined while it is there. */
  get broken(): Error | undefined {
    return this.#opened.reason()
  }

  /** What every message begins with: who holds the lock and what for, for those who look at the server. */
  get prefix(): string {
    const note = this.work ?? this.note
    return note === undefined ? '' : comment(note)
  }

  /** Sends a message. Never rejects. */
  async send(text: string, completed?: (count: number) => void): Promise<Reply> {
    const reply = await send(this.client, text, completed)
    const { error } = reply
    // The reason came first, and every error after it only says that the connection is broken.
    const reason = error === undefined || 'severity' in error ? undefined : this.broken
    return reason === undefined ? reply : { ...reply, error: reason }
  }

  /**
   * Asks for something of Queen's own, in one message, and returns the rows of each statement but the settings.
   *
   * @throws the server's error, or `CONNECTION_FAILED` when nothing comes
   */
  async ask(...statements: readonly string[]): Promise<Reply['results']> {
    const settings = set(ownSettings(this.facts, SILENCE), 'transaction')
    const timer = setTimeout(() => destroy(this.client), SILENCE)
    try {
      const { error, results } = await this.send(this.prefix + [settings, ...statements].join(';\n'))
      if (error !== undefined) throw error
      return results.slice(1)
    } finally {
      clearTimeout(timer)
    }
  }

  /** Leaves out of `standing` what this server does not let this role set. */
  async dropForbidden(): Promise<void> {
    const allowed: Setting[] = []
    for (const setting of this.standing) {
      const { error } = await this.send(set([setting], 'session'))
      if (error === undefined) allowed.push(setting)
    }
    this.standing = allowed
  }

  /** Who works here, and on which tables. */
  get actor(): Actor {
    const { schema, names } = this.records
    return { login: this.facts.sessionUser, role: this.#place.role, tables: { schema, ...names } }
  }

  /** What went wrong, as users are told. */
  fault(error: unknown): QueenError {
    return asQueenError(error, this.#place.target, this.actor)
  }

  /** What brings the session back from whatever a migration did to it, to what it is to be while it holds the lock. */
  get restore(): readonly string[] {
    const { note } = this
    const standing: readonly Setting[] =
      note === undefined || this.affinity !== 'session'
        ? []
        : [...this.standing, ['application_name', applicationName(note)]]
    const all = [...this.facts.baseline, ...standing]
    return ['RESET ALL', this.identity, 'RESET ROLE', ...(all.length === 0 ? [] : [set(all, 'session')])]
  }

  /** What takes SET SESSION AUTHORIZATION back: whoever lent the connection may have become somebody before. */
  get identity(): string {
    const lent = this.#place.source.kind !== 'config'
    return lent ? `SET SESSION AUTHORIZATION ${quoteName(this.facts.sessionUser)}` : 'RESET SESSION AUTHORIZATION'
  }

  /** The name of this session for others, with what it is doing. */
  get label(): Setting {
    const note = this.work ?? this.note ?? { who: identity(), since: new Date().toISOString() }
    return ['application_name', applicationName(note)]
  }

  /** Hangs up: what is under way ends as if the process had died. */
  destroy(): void {
    destroy(this.client)
  }

  /** Parts with the connection. `clean`: it is in the state it was in. */
  async close(state: 'clean' | 'dirty'): Promise<void> {
    await this.#opened.close(state)
  }
}

function refuseOthers({ product, version }: Facts, target: string): void {
  const other = OTHERS.exec(product)?.[1]
  if (other !== undefined)
    throw new QueenError(
      'CONFIG_INVALID',
      `${target} is ${other}, which speaks PostgreSQL's protocol without its locks`,
      {
        hint: 'this driver is for PostgreSQL 13 and later',
      },
    )
  if (version < 130_000)
    throw new QueenError(
      'CONFIG_INVALID',
      `${target} runs PostgreSQL ${Math.floor(version / 10_000)}, which is too old`,
      {
        hint: 'this driver is for PostgreSQL 13 and later',
      },
    )
}
