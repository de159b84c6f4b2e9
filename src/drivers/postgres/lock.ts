import { createHash } from 'node:crypto'
import { literal } from './literal.js'

/**
 * The lock of a history table, as SQL: a session-level advisory lock, which ends with its connection and is never waited
 * for inside the server, since a statement that waits there holds a snapshot, and CREATE INDEX CONCURRENTLY waits for
 * snapshots. The key is derived from schema and table as they were resolved, however they were written; locks are apart
 * for each database by themselves.
 *
 * It is taken twice. PostgreSQL counts, so giving one back tells whether the lock was still held (a migration may have
 * called `pg_advisory_unlock_all`), and taking that one again leaves no moment in which somebody else could get it. To
 * look it up in `pg_locks` would cost several times as much, for every migration.
 *
 * https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
 */
export class LockSql {
  /** 64 bits with sign, as text: numbers of JavaScript hold 53. */
  readonly key: string
  readonly #key: string

  constructor(schema: string, table: string) {
    const digest = createHash('sha256')
      .update(JSON.stringify(['queen', schema, table]))
      .digest()
    this.key = String(digest.readBigInt64BE(0))
    this.#key = `${literal(this.key)}::pg_catalog.int8`
  }

  /** True when it was free, and is ours now. */
  get take(): string {
    return twice(`pg_catalog.pg_try_advisory_lock(${this.#key})`)
  }

  /** True while it is ours. */
  get held(): string {
    return `CASE WHEN pg_catalog.pg_advisory_unlock(${this.#key}) THEN pg_catalog.pg_try_advisory_lock(${this.#key}) ELSE false END`
  }

  /** True when it was ours, and is free now. */
  get release(): string {
    return twice(`pg_catalog.pg_advisory_unlock(${this.#key})`)
  }

  /** A row about the session that holds it. What this role may not see is null. */
  get holder(): string {
    const half = (shift: number): string =>
      `((${this.#key} OPERATOR(pg_catalog.>>) ${shift}) OPERATOR(pg_catalog.&) 4294967295)::pg_catalog.oid`
    return `SELECT l.pid, a.application_name, pg_catalog.host(a.client_addr), a.state, a.query, a.usename
  FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid OPERATOR(pg_catalog.=) l.pid
  WHERE l.locktype OPERATOR(pg_catalog.=) 'advisory' AND l.granted AND l.objsubid OPERATOR(pg_catalog.=) 1
    AND l.database OPERATOR(pg_catalog.=) (SELECT oid FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
    AND l.classid OPERATOR(pg_catalog.=) ${half(32)} AND l.objid OPERATOR(pg_catalog.=) ${half(0)}`
  }

  /** Keeps others out until the transaction ends, also where a pooler leaves no other lock: for creating the tables. */
  get duringCreation(): string {
    return `SELECT pg_catalog.pg_advisory_xact_lock(${this.#key} OPERATOR(pg_catalog.#) 1)`
  }
}

function twice(call: string): string {
  return `CASE WHEN ${call} THEN ${call} ELSE false END`
}
