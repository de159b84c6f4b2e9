import type { Blocker } from '../../core/blocker.js'
import type { QueenErrorCode } from '../../core/errors.js'
import type { PlannedStep } from '../../core/planned.js'
import type { Problem } from '../../core/problem.js'
import type { Direction, JournalEntry } from '../../core/record.js'
import type { MigrationStatus } from '../../core/status.js'
import type { CommandName } from '../command-name.js'

/** What `up`, `down`, `goto`, `redo` and `reset` did; with `--dry-run`, `planned` says what they would do. */
export interface RunResultDocument {
  readonly command: 'up' | 'down' | 'goto' | 'redo' | 'reset'
  /** Which database, without its password. */
  readonly target: string
  readonly direction: Direction
  readonly applied: readonly {
    readonly version: string
    readonly name: string
    readonly direction: Direction
    readonly durationMs: number
  }[]
  /** The last applied version before and after, null for none. */
  readonly from: string | null
  readonly to: string | null
  readonly planned?: readonly PlannedStep[]
}

/** What `plan` found, in the order it would be done. */
export interface PlanDocument {
  readonly command: 'plan'
  readonly target: string
  readonly direction: Direction
  readonly planned: readonly PlannedStep[]
}

/** One row for each version that is registered or recorded. */
export interface StatusDocument {
  readonly command: 'status'
  readonly target: string
  readonly environment: string
  readonly pending: number
  readonly migrations: readonly MigrationStatus[]
}

/** The version applied last, null for none. */
export interface VersionDocument {
  readonly command: 'version'
  readonly version: string | null
}

/** Everything that is wrong or doubtful; an empty list when all is sound. */
export interface ValidateDocument {
  readonly command: 'validate'
  readonly problems: readonly Problem[]
  readonly pending: number
}

/** The journal, newest first. */
export interface LogDocument {
  readonly command: 'log'
  readonly entries: readonly JournalEntry[]
}

/** Versions whose records were changed. No migration ran. */
export interface RecordsDocument {
  readonly command: 'baseline' | 'repair'
  readonly versions: readonly string[]
}

/** How a half-done migration was settled. */
export interface RecoverDocument {
  readonly command: 'recover'
  readonly version: string
  readonly how: 'resume' | 'applied' | 'pending'
}

/** Where the new migration was written. */
export interface CreateDocument {
  readonly command: 'create'
  readonly version: string
  readonly name: string
  /** Absolute path of the migrations module. */
  readonly file: string
  /** Line the new `add` begins at. */
  readonly line: number
  /** `file:line` with the path as seen from the working folder. */
  readonly at: string
}

/** What `init` wrote and what it left alone. Paths are relative to the working folder. */
export interface InitDocument {
  readonly command: 'init'
  readonly created: readonly string[]
  readonly kept: readonly string[]
  /** What is left to do, one line each. */
  readonly next: readonly string[]
}

/** The text of `help`, and the program's version for `--version`. */
export interface TextDocument {
  readonly command: 'help'
  readonly text: string
}

/** What a command returns: the facts, which a reporter turns into text or JSON. */
export type CommandResult =
  | RunResultDocument
  | PlanDocument
  | StatusDocument
  | VersionDocument
  | ValidateDocument
  | LogDocument
  | RecordsDocument
  | RecoverDocument
  | CreateDocument
  | InitDocument
  | TextDocument

/** A failure as `--json` shows it. Facts that do not apply are left out. */
export interface ErrorDocument {
  /** `UNEXPECTED`: not an error of Queen's own. */
  readonly code: QueenErrorCode | 'UNEXPECTED'
  readonly message: string
  /** The next step, '' when there is none to name. */
  readonly hint: string
  readonly version?: string
  readonly name?: string
  readonly at?: string
  readonly direction?: Direction
  readonly statement?: {
    readonly number: number
    readonly total: number
    readonly text: string
    readonly line: number
    readonly column: number
  }
  readonly serverCode?: string
  readonly applied?: readonly { readonly version: string; readonly name: string; readonly durationMs: number }[]
  readonly rolledBack?: readonly string[]
  readonly versions?: readonly string[]
  readonly holder?: string
  /** Who kept a statement from its lock on a table. */
  readonly blockers?: readonly Blocker[]
}

/**
 * The one document `--json` prints. `ok` is true exactly when the exit code is 0, and `error` is there exactly when it
 * is not; a command that looked and found something wrong (`validate`, `status --check`) has its result and an error.
 */
export type JSONDocument =
  | ({ readonly ok: true } & CommandResult)
  | ({ readonly ok: false; readonly error: ErrorDocument } & CommandResult)
  | { readonly command: CommandName | null; readonly ok: false; readonly error: ErrorDocument }
