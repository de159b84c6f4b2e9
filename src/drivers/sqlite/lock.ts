import { closeSync, existsSync, openSync, readFileSync, realpathSync, rmSync, writeSync } from 'node:fs'
import type { Holder, Lock } from '../../core/driver.js'
import { QueenError } from '../../core/errors.js'
import type { Activity } from '../../core/execution.js'
import { codeOf } from '../../core/redact.js'
import type { SqliteClient } from './client.js'

/** Somewhere runs exclude each other. */
export interface LockPlace {
  /** null: somebody has it. */
  take(who: string, since: string): HeldLock | null
  holder(): Holder | null
}

/** A lock that is held, and can say what for. */
export interface HeldLock extends Lock {
  note(activity: Activity): void
}

/**
 * A lock between processes, beside the database: an empty SQLite file that is locked exclusively for as long as a run
 * lasts. It is the operating system that holds the lock, so it is gone the moment its process is, and the file that
 * stays behind means nothing. (Removing it would let two runs lock two different files of the same name.)
 *
 * The database itself cannot serve: its lock ends with every COMMIT. https://www.sqlite.org/lockingv3.html
 */
export class FileLock implements LockPlace {
  readonly #open: (path: string) => SqliteClient
  readonly #database: string

  constructor(database: string, open: (path: string) => SqliteClient) {
    this.#database = database
    this.#open = open
  }

  take(who: string, since: string): HeldLock | null {
    const client = this.#open(this.#path)
    try {
      client.exec('BEGIN EXCLUSIVE')
    } catch (error) {
      client.close()
      if (codeOf(error)?.startsWith('SQLITE_BUSY') === true) return null
      throw unusable(this.#path, error)
    }
    try {
      return this.#held(client, { who, since })
    } catch (error) {
      client.close()
      throw unusable(this.#notePath, error)
    }
  }

  holder(): Holder | null {
    if (!existsSync(this.#path)) return null
    const client = this.#open(this.#path)
    try {
      client.pragma('schema_version')
      return null
    } catch (error) {
      if (codeOf(error)?.startsWith('SQLITE_BUSY') !== true) throw unusable(this.#path, error)
      return readNote(this.#notePath)
    } finally {
      client.close()
    }
  }

  /** Different names of one file must lead to one lock. */
  get #path(): string {
    return `${existsSync(this.#database) ? realpathSync(this.#database) : this.#database}-queen-lock`
  }

  /** What the lock is held for stands in a file of its own: any reader of a locked file would drop its locks. */
  get #notePath(): string {
    return `${this.#path}-holder`
  }

  #held(client: SqliteClient, holder: Holder): HeldLock {
    const path = this.#notePath
    const file = openSync(path, 'w')
    let written = 0
    let state: 'held' | 'released' = 'held'
    const write = (note: Holder): void => {
      const text = Buffer.from(JSON.stringify(note))
      // Blanks over what an earlier, longer note left.
      writeSync(file, Buffer.concat([text, Buffer.alloc(Math.max(0, written - text.length), ' ')]), 0, undefined, 0)
      written = Math.max(written, text.length)
    }
    write(holder)
    return {
      note: ({ direction, version, name }) => write({ ...holder, doing: { direction, version, name } }),
      release: () => {
        // Once released, the note and the number of its file may be somebody else's.
        if (state === 'released') return Promise.reject(lost())
        state = 'released'
        rmSync(path, { force: true })
        closeSync(file)
        if (!client.inTransaction) return Promise.reject(lost())
        client.close()
        return Promise.resolve()
      },
    }
  }
}

function lost(): QueenError {
  return new QueenError('LOCK_LOST', 'The migration lock was lost', { hint: 'check what else used its file' })
}

function readNote(path: string): Holder {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder
  } catch {
    // Just being written, or just removed: somebody is there all the same.
    return { who: 'another process' }
  }
}

function unusable(path: string, error: unknown): QueenError {
  return new QueenError('CONNECTION_FAILED', `The lock file ${path} cannot be used: ${(error as Error).message}`, {
    hint: 'it must be an empty file that may be written to; when nothing is migrating it may be removed',
  })
}

/** A lock for a database in memory, which only this process can see. */
export class MemoryLock implements LockPlace {
  static readonly #holders = new WeakMap<SqliteClient, Holder>()
  readonly #client: SqliteClient

  constructor(client: SqliteClient) {
    this.#client = client
  }

  take(who: string, since: string): HeldLock | null {
    if (MemoryLock.#holders.has(this.#client)) return null
    let mine: Holder = { who, since }
    const hold = (holder: Holder): void => void MemoryLock.#holders.set(this.#client, (mine = holder))
    hold(mine)
    return {
      note: ({ direction, version, name }) => hold({ who, since, doing: { direction, version, name } }),
      release: () => {
        if (MemoryLock.#holders.get(this.#client) !== mine) return Promise.reject(lost())
        MemoryLock.#holders.delete(this.#client)
        return Promise.resolve()
      },
    }
  }

  holder(): Holder | null {
    return MemoryLock.#holders.get(this.#client) ?? null
  }
}
