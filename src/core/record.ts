/** How far a recorded migration has come. Only where statements commit one by one is anything but `applied` ever seen. */
export type RecordStatus = 'applied' | 'running' | 'failed'

/** Which way a migration went. */
export type Direction = 'up' | 'down'

/** One row of the history table: what is applied, or was begun. */
export interface MigrationRecord {
  /** The order of application. Gaps are normal. */
  readonly id: number
  readonly version: string
  readonly name: string
  readonly checksum: string | null
  readonly downChecksum: string | null
  readonly status: RecordStatus
  /** Which half `status` speaks of. */
  readonly direction: Direction
  readonly statementsStarted: number
  readonly statementsDone: number
  readonly statementsTotal: number
  /** Hash over the statements that were executed, by which a corrected text proves that it kept them. */
  readonly executedHash: string | null
  /** What the schema was before the statement that is in doubt. */
  readonly fingerprint: string | null
  /** UTC, ISO 8601. */
  readonly startedAt: string
  readonly appliedAt: string | null
  readonly durationMs: number | null
  readonly appliedBy: string
  readonly queenVersion: string
  readonly error: string | null
}

/** What a journal entry tells of. */
export type JournalAction = 'up' | 'down' | 'baseline' | 'recover' | 'repair'

/** One row of the journal, which is only ever appended to. */
export interface JournalEntry {
  readonly id: number
  readonly runId: string
  readonly version: string
  readonly name: string
  readonly action: JournalAction
  readonly outcome: 'done' | 'failed'
  readonly startedAt: string
  readonly finishedAt: string
  readonly durationMs: number | null
  readonly doneBy: string
  readonly error: string | null
}

/**
 * A value only the database or its driver knows at the moment of writing: its clock, when this migration began and how
 * many milliseconds ago that is (by a clock that never jumps), and the fingerprint of the schema. A migration begins
 * with the write that inserts or deletes its record, or sets its `startedAt`.
 */
export interface LateValue {
  readonly late: 'now' | 'started' | 'elapsed' | 'fingerprint'
}

export const NOW: LateValue = { late: 'now' }
export const STARTED: LateValue = { late: 'started' }
export const ELAPSED: LateValue = { late: 'elapsed' }
export const FINGERPRINT: LateValue = { late: 'fingerprint' }

type Written<T> = { readonly [K in keyof T]?: T[K] | LateValue }

/**
 * A change to Queen's own tables, as data. Drivers turn it into SQL through the SQL they share. Inserting a version that
 * is recorded, and updating or deleting one that is not, means that somebody else was faster: `taken`.
 */
export type RecordWrite =
  | { readonly write: 'insert'; readonly values: Written<Omit<MigrationRecord, 'id'>> }
  | {
      readonly write: 'update'
      readonly version: string
      readonly values: Written<Omit<MigrationRecord, 'id' | 'version'>>
    }
  | { readonly write: 'delete'; readonly version: string }
  | { readonly write: 'journal'; readonly values: Written<Omit<JournalEntry, 'id'>> }

/** The versions that are applied, the oldest application first. */
export function inOrderOfApplication(records: readonly MigrationRecord[]): string[] {
  return records
    .filter((record) => record.status === 'applied')
    .sort((a, b) => a.id - b.id)
    .map((record) => record.version)
}
