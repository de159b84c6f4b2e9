import { QueenError } from '../../core/errors.js'
import type {
  Direction,
  JournalEntry,
  LateValue,
  MigrationRecord,
  RecordStatus,
  RecordWrite,
} from '../../core/record.js'

/** The history's columns, in the order they are read, each with the field it is. */
const HISTORY = {
  id: 'id',
  version: 'version',
  name: 'name',
  checksum: 'checksum',
  downChecksum: 'down_checksum',
  status: 'status',
  direction: 'direction',
  statementsStarted: 'statements_started',
  statementsDone: 'statements_done',
  statementsTotal: 'statements_total',
  executedHash: 'executed_hash',
  fingerprint: 'fingerprint',
  startedAt: 'started_at',
  appliedAt: 'applied_at',
  durationMs: 'duration_ms',
  appliedBy: 'applied_by',
  queenVersion: 'queen_version',
  error: 'error',
} as const satisfies Record<keyof MigrationRecord, string>

const JOURNAL = {
  id: 'id',
  runId: 'run_id',
  version: 'version',
  name: 'name',
  action: 'action',
  outcome: 'outcome',
  startedAt: 'started_at',
  finishedAt: 'finished_at',
  durationMs: 'duration_ms',
  doneBy: 'done_by',
  error: 'error',
} as const satisfies Record<keyof JournalEntry, string>

/** The names of Queen's two tables, quoted and qualified for the database. */
export interface RecordTables {
  readonly history: string
  readonly journal: string
}

/** The column types of a database, by what they hold. */
export interface ColumnTypes {
  /** A number that grows by itself, as a whole column definition. */
  readonly id: string
  /** Text compared byte by byte, up to 255 characters. */
  readonly version: string
  readonly text: string
  readonly count: string
  readonly milliseconds: string
  /** A moment in UTC. */
  readonly moment: string
}

/** The statements that create Queen's tables where they are missing. */
export function createTables({ history, journal }: RecordTables, types: ColumnTypes, suffix = ''): readonly string[] {
  const { id, version, text, count, milliseconds, moment } = types
  const historyColumns: Record<(typeof HISTORY)[keyof typeof HISTORY], string> = {
    id,
    version: `${version} NOT NULL UNIQUE`,
    name: `${text} NOT NULL`,
    checksum: text,
    down_checksum: text,
    status: `${text} NOT NULL`,
    direction: `${text} NOT NULL`,
    statements_started: `${count} NOT NULL`,
    statements_done: `${count} NOT NULL`,
    statements_total: `${count} NOT NULL`,
    executed_hash: text,
    fingerprint: text,
    started_at: `${moment} NOT NULL`,
    applied_at: moment,
    duration_ms: milliseconds,
    applied_by: `${text} NOT NULL`,
    queen_version: `${text} NOT NULL`,
    error: text,
  }
  const journalColumns: Record<(typeof JOURNAL)[keyof typeof JOURNAL], string> = {
    id,
    run_id: `${text} NOT NULL`,
    version: `${version} NOT NULL`,
    name: `${text} NOT NULL`,
    action: `${text} NOT NULL`,
    outcome: `${text} NOT NULL`,
    started_at: `${moment} NOT NULL`,
    finished_at: `${moment} NOT NULL`,
    duration_ms: milliseconds,
    done_by: `${text} NOT NULL`,
    error: text,
  }
  const create = (table: string, columns: Record<string, string>): string => {
    const lines = Object.entries(columns).map(([column, type]) => `  ${column} ${type}`)
    return `CREATE TABLE IF NOT EXISTS ${table} (\n${lines.join(',\n')}\n)${suffix}`
  }
  // The journal first: where creating a table commits by itself, a history without a journal can then never be seen.
  return [create(journal, journalColumns), create(history, historyColumns)]
}

/** Reads the whole history, the oldest application first. */
export function selectHistory({ history }: RecordTables, read = plain): string {
  return `SELECT ${Object.values(HISTORY).map(read).join(', ')} FROM ${history} ORDER BY id`
}

/** Reads the journal, newest first. */
export function selectJournal({ journal }: RecordTables, limit: number | undefined, read = plain): string {
  const most = limit === undefined ? '' : ` LIMIT ${Math.trunc(limit)}`
  return `SELECT ${Object.values(JOURNAL).map(read).join(', ')} FROM ${journal} ORDER BY id DESC${most}`
}

/** How a column is read: moments must arrive as ISO text whatever the driver makes of them. */
type ReadColumn = (column: string) => string
const plain: ReadColumn = (column) => column

/** A number, which some clients hand out as text. */
type Numeric = number | string

/** A row of `selectHistory`: the columns of `HISTORY`, in their order. */
type HistoryRow = readonly [
  id: Numeric,
  version: string,
  name: string,
  checksum: string | null,
  downChecksum: string | null,
  status: RecordStatus,
  direction: Direction,
  statementsStarted: Numeric,
  statementsDone: Numeric,
  statementsTotal: Numeric,
  executedHash: string | null,
  fingerprint: string | null,
  startedAt: string,
  appliedAt: string | null,
  durationMs: Numeric | null,
  appliedBy: string,
  queenVersion: string,
  error: string | null,
]

/**
 * A row of `selectHistory`, as the list of its values. Written out, because the whole history is read at every start,
 * and an object that is put together in a loop takes several times as long.
 */
export function recordFrom(values: readonly unknown[]): MigrationRecord {
  const [
    id,
    version,
    name,
    checksum,
    downChecksum,
    status,
    direction,
    statementsStarted,
    statementsDone,
    statementsTotal,
    executedHash,
    fingerprint,
    startedAt,
    appliedAt,
    durationMs,
    appliedBy,
    queenVersion,
    error,
  ] = values as HistoryRow
  return {
    id: Number(id),
    version,
    name,
    checksum,
    downChecksum,
    status,
    direction,
    statementsStarted: Number(statementsStarted),
    statementsDone: Number(statementsDone),
    statementsTotal: Number(statementsTotal),
    executedHash,
    fingerprint,
    startedAt,
    appliedAt,
    durationMs: durationMs === null ? null : Number(durationMs),
    appliedBy,
    queenVersion,
    error,
  }
}

const JOURNAL_FIELDS = Object.keys(JOURNAL)
/** Fields that are numbers, which some clients hand out as text. */
const JOURNAL_NUMBERS = new Set(['id', 'durationMs'])

/** A row of `selectJournal`, as the list of its values. */
export function entryFrom(values: readonly unknown[]): JournalEntry {
  const entries = JOURNAL_FIELDS.map((field, index) => {
    const value = values[index]
    return [field, JOURNAL_NUMBERS.has(field) && typeof value === 'string' ? Number(value) : value]
  })
  return Object.fromEntries(entries) as unknown as JournalEntry
}

/** Columns of the history a table lacks: [] for a table that is Queen's. */
export function missingColumns(present: Iterable<string>): string[] {
  const names = new Set([...present].map((name) => name.toLowerCase()))
  return Object.values(HISTORY).filter((column) => !names.has(column))
}

/** What is told of a table by the history's name that is not Queen's. `table` is quoted. */
export function notHistory(table: string, missing: readonly string[]): QueenError {
  const message = `The table ${table} is not a history of Queen's: it has no column ${missing.join(', ')}`
  const hint = 'choose another table with --table (table), or move this one out of the way'
  return new QueenError('CONFIG_INVALID', message, { hint })
}

/** Turns a value into SQL: a placeholder, a literal or an expression, as the database's driver likes it. */
export type ValueSQL = (value: string | number | null | LateValue) => string

/** The SQL of a change to Queen's tables. */
export function writeStatement(change: RecordWrite, { history, journal }: RecordTables, value: ValueSQL): string {
  switch (change.write) {
    case 'insert':
      return insert(history, HISTORY, change.values, value)
    case 'journal':
      return insert(journal, JOURNAL, change.values, value)
    case 'update': {
      const sets = Object.entries(change.values).map(
        ([field, to]) => `${HISTORY[field as keyof typeof HISTORY]} = ${value(to)}`,
      )
      return `UPDATE ${history} SET ${sets.join(', ')} WHERE version = ${value(change.version)}`
    }
    case 'delete':
      return `DELETE FROM ${history} WHERE version = ${value(change.version)}`
  }
}

function insert<T extends object>(table: string, columns: Record<string, string>, values: T, value: ValueSQL): string {
  const fields = Object.keys(values)
  const names = fields.map((field) => columns[field]!)
  const sql = Object.values(values).map((one) => value(one as string | number | null | LateValue))
  return `INSERT INTO ${table} (${names.join(', ')}) VALUES (${sql.join(', ')})`
}

/** Whether a change begins a migration, and with it a new measure of its time. */
export function beginsMigration(change: RecordWrite): boolean {
  return (
    change.write === 'insert' ||
    change.write === 'delete' ||
    (change.write === 'update' && 'startedAt' in change.values)
  )
}
