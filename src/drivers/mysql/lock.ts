import { createHash } from 'node:crypto'

/**
 * The lock of a history table, as SQL: GET_LOCK, which ends with its connection, and is asked for without waiting. Its
 * names hold for the whole server and at most 64 characters, so it is a hash of database and table; in small letters,
 * since MySQL does not tell them from capitals, and MariaDB does.
 *
 * The server counts how often a session takes it, so nobody takes it twice; and a migration may have called
 * RELEASE_ALL_LOCKS, so it is looked at before anything is recorded.
 */
export class LockSql {
  readonly name: string

  constructor(database: string, table: string) {
    const digest = createHash('sha256').update(`${database}\0${table}`).digest('hex')
    this.name = `queen:${digest.slice(0, 40)}`
  }

  /** 1: it is ours. 0: somebody has it. Null: the server could not tell, which is an error. */
  get take(): string {
    return `SELECT GET_LOCK('${this.name}', 0)`
  }

  /** 1 while it is ours. */
  get held(): string {
    return `IS_USED_LOCK('${this.name}') <=> CONNECTION_ID()`
  }

  /** The connection that has it; null when nobody does. */
  get owner(): string {
    return `IS_USED_LOCK('${this.name}')`
  }

  /** 1: it was ours and is free now. */
  get release(): string {
    return `SELECT RELEASE_LOCK('${this.name}')`
  }
}
