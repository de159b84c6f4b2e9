import type { Blocker } from '../../core/execution.js'
import { shortened } from './holder.js'
import { openSecond } from './connect.js'
import type { Facts } from './facts.js'
import { send } from './message.js'
import type { Opened } from './opened.js'
import type { MysqlSource } from './source.js'

/** How long the second connection may take for anything: whoever needs it is waiting already. */
const PATIENCE = 5_000

type Rows = readonly (readonly (string | null)[])[]

/**
 * A second connection beside the one that works, opened when it is first needed: to see whom a statement waits for, which
 * the server tells only while it waits, and to stop it.
 */
export class Watch {
  readonly #source: MysqlSource
  #opened: Promise<Opened> | undefined

  constructor(source: MysqlSource) {
    this.#source = source
  }

  /** The sessions that keep a connection waiting. [] when nobody does, or it cannot be told. */
  async blockers(connection: number, product: Facts['product']): Promise<readonly Blocker[]> {
    for (const query of product === 'MySQL' ? onMySQL(connection) : onMariaDB(connection)) {
      const rows = (await this.#ask(query)) ?? []
      if (rows.length > 0) return rows.map(blockerFrom)
    }
    return []
  }

  /** Stops the statement that a connection is at. False when that was not to be had. */
  async stop(connection: number): Promise<boolean> {
    return (await this.#ask(`KILL QUERY ${Math.trunc(connection)}`)) !== undefined
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
  async #ask(sql: string): Promise<Rows | undefined> {
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

  async #answer(sql: string): Promise<Rows | undefined> {
    try {
      this.#opened ??= openSecond(this.#source, 'queen watch', PATIENCE)
      const { raw, vigil } = await this.#opened
      const { error, results } = await send(raw, vigil, sql)
      if (error === undefined) return results[0]?.rows ?? []
      // What this user may not read is no reason to do without the connection.
      if (vigil.reason === undefined) return undefined
    } catch {
      // No second connection is to be had: none is left, or the network is gone.
    }
    this.#opened = undefined
    return undefined
  }
}

const ABOUT =
  "p.id, p.user, p.host, p.command, p.info, (SELECT CONCAT(DATE_FORMAT(CONVERT_TZ(x.trx_started, @@session.time_zone, '+00:00'), '%Y-%m-%dT%H:%i:%s'), 'Z') FROM information_schema.INNODB_TRX x WHERE x.trx_mysql_thread_id = p.id LIMIT 1)"

/** Who has a lock on the table that is waited for; then, who has one on the row. */
function onMySQL(connection: number): readonly string[] {
  const thread = `(SELECT thread_id FROM performance_schema.threads WHERE processlist_id = ${connection})`
  const table = `SELECT DISTINCT ${ABOUT} FROM performance_schema.metadata_locks w
    JOIN performance_schema.metadata_locks g ON g.object_type = w.object_type AND g.object_schema <=> w.object_schema
      AND g.object_name <=> w.object_name AND g.lock_status = 'GRANTED' AND g.owner_thread_id <> w.owner_thread_id
    JOIN performance_schema.threads t ON t.thread_id = g.owner_thread_id
    JOIN information_schema.PROCESSLIST p ON p.id = t.processlist_id
    WHERE w.lock_status = 'PENDING' AND w.owner_thread_id = ${thread}`
  const row = `SELECT DISTINCT ${ABOUT} FROM performance_schema.data_lock_waits w
    JOIN performance_schema.threads t ON t.thread_id = w.blocking_thread_id
    JOIN information_schema.PROCESSLIST p ON p.id = t.processlist_id WHERE w.requesting_thread_id = ${thread}`
  return [table, row]
}

/**
 * MariaDB tells who has a row, and without its plug-in for metadata locks not who has a table: that can only be somebody
 * whose transaction is open, or whose statement runs.
 */
function onMariaDB(connection: number): readonly string[] {
  const row = `SELECT DISTINCT ${ABOUT} FROM information_schema.INNODB_LOCK_WAITS w
    JOIN information_schema.INNODB_TRX r ON r.trx_id = w.requesting_trx_id
    JOIN information_schema.INNODB_TRX b ON b.trx_id = w.blocking_trx_id
    JOIN information_schema.PROCESSLIST p ON p.id = b.trx_mysql_thread_id WHERE r.trx_mysql_thread_id = ${connection}`
  const table = `SELECT DISTINCT ${ABOUT} FROM information_schema.PROCESSLIST p
    LEFT JOIN information_schema.INNODB_TRX t ON t.trx_mysql_thread_id = p.id
    JOIN information_schema.PROCESSLIST w ON w.id = ${connection} AND w.state LIKE 'Waiting for % lock'
    WHERE p.id NOT IN (${connection}, CONNECTION_ID()) AND COALESCE(p.state, '') NOT LIKE 'Waiting for % lock'
      AND (t.trx_id IS NOT NULL OR (p.command = 'Query' AND p.db <=> w.db))`
  return [row, table]
}

function blockerFrom(row: readonly (string | null)[]): Blocker {
  const [id, user, host, command, query, since] = row
  const idle = command === 'Sleep'
  return {
    id: id!,
    who: `${user ?? 'somebody'}${host ? ` from ${host}` : ''}`,
    state: idle ? 'idle in transaction' : 'active',
    ...(since && { since }),
    ...(query && { query: shortened(query) }),
  }
}
