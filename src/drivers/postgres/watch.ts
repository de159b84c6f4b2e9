import type { Blocker } from '../../core/execution.js'
import type { PgClient } from './client.js'
import { openSecond } from './connect.js'
import { shortened } from './holder.js'
import { send } from './message.js'
import type { Opened } from './opened.js'
import type { PostgresSource } from './source.js'

/** How long the second connection may take for anything: whoever needs it is waiting already. */
const PATIENCE = 5_000

const BLOCKERS = `SELECT a.pid, a.usename, a.application_name, pg_catalog.host(a.client_addr), a.state,
  pg_catalog.to_char(a.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), a.query
  FROM pg_catalog.pg_stat_activity a
  WHERE a.pid OPERATOR(pg_catalog.=) ANY (pg_catalog.pg_blocking_pids(`

/**
 * A second connection beside the one that works, opened when it is first needed: to see whom a statement waits for, which
 * PostgreSQL tells only while it waits, and to cancel it.
 */
export class Watch<Client extends PgClient> {
  readonly #source: PostgresSource<Client>
  #opened: Promise<Opened> | undefined

  constructor(source: PostgresSource<Client>) {
    this.#source = source
  }

  /** The sessions that keep a backend waiting. [] when nobody does, or it cannot be told. */
  async blockers(pid: number): Promise<readonly Blocker[]> {
    const rows = await this.#ask(`${BLOCKERS}${Math.trunc(pid)}))`)
    return (rows ?? []).map(blockerFrom)
  }

  /** Asks the server to stop what a backend is doing. False when that was not to be had. */
  async cancel(pid: number): Promise<boolean> {
    const rows = await this.#ask(`SELECT pg_catalog.pg_cancel_backend(${Math.trunc(pid)})`)
    return rows?.[0]?.[0] === 't'
  }

  async close(): Promise<void> {
    const opened = this.#opened
    this.#opened = undefined
    await opened?.then(
      async (one) => await one.close('clean'),
      () => {},
    )
  }

  /** undefined when there is no answer: watching is an extra, and must never be what a migration fails by. */
  async #ask(sql: string): Promise<readonly (readonly (string | null)[])[] | undefined> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), PATIENCE)
    })
    try {
      return await Promise.race([this.#answer(sql), late])
    } finally {
      clearTimeout(timer)
    }
  }

  async #answer(sql: string): Promise<readonly (readonly (string | null)[])[] | undefined> {
    try {
      this.#opened ??= openSecond(this.#source, 'queen watch', PATIENCE)
      const { client } = await this.#opened
      const { error, results } = await send(client, sql)
      if (error === undefined) return results[0]
    } catch {
      // No second connection is to be had: none is left, or the network is gone.
    }
    this.#opened = undefined
    return undefined
  }
}

function blockerFrom(row: readonly (string | null)[]): Blocker {
  const [pid, user, application, address, state, since, query] = row
  const from = address === null ? '' : ` from ${address}`
  return {
    id: pid!,
    who: `${user ?? 'somebody'}${from}${application ? ` (${application})` : ''}`,
    ...(since && { since }),
    ...(state && { state }),
    ...(query && { query: shortened(query) }),
  }
}
