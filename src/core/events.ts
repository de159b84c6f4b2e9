import type { Blocker } from './blocker.js'
import type { Holder } from './driver.js'
import type { QueenError } from './errors.js'
import type { Problem } from './problem.js'
import type { Direction } from './record.js'

interface AboutMigration {
  readonly version: string
  readonly name: string
  readonly direction: Direction
}

/** Everything a run tells while it is under way. Names are stable. */
export interface QueenEvents {
  /** A run begins: this many migrations are to be done. */
  runStart: { readonly runId: string; readonly direction: Direction; readonly total: number; readonly target: string }
  runEnd: { readonly runId: string; readonly direction: Direction; readonly done: number; readonly durationMs: number }
  /** `index` counts from 1. */
  migrationStart: AboutMigration & { readonly index: number; readonly total: number }
  migrationEnd: AboutMigration & { readonly index: number; readonly total: number; readonly durationMs: number }
  migrationFailed: AboutMigration & { readonly error: QueenError }
  /** Somebody else has recorded it between plan and execution: nothing was done here. */
  migrationTaken: AboutMigration
  /** A migration's function reports how far it has come. */
  progress: AboutMigration & { readonly done: number; readonly total?: number }
  /** A migration's function has something to say. */
  log: AboutMigration & { readonly message: string }
  /**
   * The database remarks on something: PostgreSQL's notices, MySQL's warnings. At most 200 for a migration, then one
   * that says how many were left out.
   */
  notice: AboutMigration & { readonly severity: string; readonly message: string }
  /**
   * A statement got no lock on a table within `ddlLockTimeout`, or a deadlock was ended at its cost. `attempt` of at most
   * `tries`; unless the two are equal, the next follows after `pauseMs`. `waitedMs` is the time since the first miss.
   */
  lockMiss: AboutMigration & {
    readonly attempt: number
    readonly tries: number
    readonly pauseMs: number
    readonly waitedMs: number
    readonly blockers: readonly Blocker[]
  }
  /**
   * A statement has been waiting for others for some seconds, since it may: it works CONCURRENTLY, validates a
   * constraint, or was given no `ddlLockTimeout`. Told every ten seconds.
   */
  tableWait: AboutMigration & { readonly waitedMs: number; readonly blockers: readonly Blocker[] }
  /** The migration lock is held by somebody else; told when waiting begins and every two seconds from then on. */
  lockWait: { readonly holder: Holder | null; readonly waitedMs: number; readonly timeoutMs: number }
  lockAcquired: { readonly waitedMs: number }
  lockReleased: Record<never, never>
  /** Something worth knowing that stops nothing. */
  warning: Problem
}

/** The name of an event. */
export type QueenEventName = keyof QueenEvents

/** Receives one kind of event. What it throws is ignored: watching a run must not break it. */
export type QueenListener<Name extends QueenEventName> = (event: QueenEvents[Name]) => void

/** Hands events to listeners. */
export class Emitter {
  readonly #listeners = new Map<QueenEventName, Set<QueenListener<never>>>()

  /** Adds a listener and returns the function that removes it. */
  on<Name extends QueenEventName>(name: Name, listener: QueenListener<Name>): () => void {
    let listeners = this.#listeners.get(name)
    if (listeners === undefined) this.#listeners.set(name, (listeners = new Set()))
    listeners.add(listener as QueenListener<never>)
    return () => void listeners.delete(listener as QueenListener<never>)
  }

  emit<Name extends QueenEventName>(name: Name, event: QueenEvents[Name]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])])
      try {
        const outcome: unknown = (listener as QueenListener<Name>)(event)
        if (outcome instanceof Promise) outcome.catch(() => {})
      } catch {
        // see QueenListener
      }
  }
}
