import { checksumsOf } from './checksum.js'
import type { Holder } from './driver.js'
import type { RegisteredMigration } from './migration.js'
import type { MigrationRecord } from './record.js'
import type { Dialect } from './sql/dialect.js'
import type { Transaction } from './transaction.js'
import { compareVersions, seriesOf, sortByVersion } from './version.js'

/**
 * What became of a version:
 * - `pending`: registered, not recorded
 * - `applied`: recorded, and the text is the one that was applied
 * - `modified`: recorded, but the up has changed since
 * - `outOfOrder`: pending although a later one of its series is recorded
 * - `skipped`: belongs to other environments
 * - `unknown`: recorded, but not registered here
 * - `running`: being applied now, by a process that holds the lock
 * - `interrupted`: was running when its process died
 * - `failed`: stopped at one of its statements, with those before it done
 */
export type MigrationState =
  | 'pending'
  | 'applied'
  | 'modified'
  | 'outOfOrder'
  | 'skipped'
  | 'unknown'
  | 'running'
  | 'interrupted'
  | 'failed'

/** One version, as registered, as recorded, or both. */
export interface Reconciled<Tx extends Transaction = Transaction> {
  readonly version: string
  readonly name: string
  readonly state: MigrationState
  readonly migration?: RegisteredMigration<Tx>
  readonly record?: MigrationRecord
  /** Who is at work on it, when it is `running`. */
  readonly holder?: Holder
  /** The down was changed after it was recorded. */
  readonly downChanged: boolean
}

/** What reconciling needs to know. */
export interface ReconcileInput<Tx extends Transaction> {
  /** In the order they are applied. */
  readonly registered: readonly RegisteredMigration<Tx>[]
  readonly records: readonly MigrationRecord[]
  /** Who else has the lock; null when nobody has, or we do. */
  readonly holder: Holder | null
  readonly environment: string
  readonly dialect: Dialect
}

/** Holds what is registered against what is recorded: one row for each version, in the order they are applied. */
export function reconcile<Tx extends Transaction>(input: ReconcileInput<Tx>): readonly Reconciled<Tx>[] {
  const records = new Map<string, MigrationRecord>()
  for (const record of input.records) records.set(record.version, record)
  const rows = input.registered.map((migration) => known(migration, records.get(migration.version), input))
  const found = rows.reduce((count, row) => (row.record === undefined ? count : count + 1), 0)
  return markOutOfOrder(found === records.size ? rows : merge(rows, strangers(input), input))
}

function known<Tx extends Transaction>(
  migration: RegisteredMigration<Tx>,
  record: MigrationRecord | undefined,
  { holder, environment, dialect }: ReconcileInput<Tx>,
): Reconciled<Tx> {
  const { version, name } = migration
  if (record?.status === 'applied' && holder === null) return applied(migration, record, dialect)
  const base = { version, name, migration, downChanged: false }
  if (holder?.doing?.version === version) return { ...base, ...(record && { record }), state: 'running', holder }
  if (record === undefined) {
    const elsewhere = migration.environments !== undefined && !migration.environments.includes(environment)
    return { ...base, state: elsewhere ? 'skipped' : 'pending' }
  }
  return record.status === 'applied'
    ? applied(migration, record, dialect)
    : { ...base, record, ...unfinished(record, holder) }
}

/** What nearly every row of a long history is, so it is made in one piece. */
function applied<Tx extends Transaction>(
  migration: RegisteredMigration<Tx>,
  record: MigrationRecord,
  dialect: Dialect,
): Reconciled<Tx> {
  const { up, down } = checksumsOf(migration, dialect)
  // A record without a checksum was a function nothing spoke for: there is nothing to compare with.
  const modified = record.checksum !== null && record.checksum !== up
  const downChanged = record.downChecksum !== null && down !== null && record.downChecksum !== down
  const { version, name } = migration
  return { version, name, migration, record, state: modified ? 'modified' : 'applied', downChanged }
}

/** The records of versions that are not registered here. */
function strangers<Tx extends Transaction>({ registered, records }: ReconcileInput<Tx>): readonly MigrationRecord[] {
  const known = new Set<string>()
  for (const { version } of registered) known.add(version)
  return records.filter((record) => !known.has(record.version))
}

/** A record that says `running` is believed only while somebody holds the lock; the lock dies with its process. */
function unfinished(record: MigrationRecord, holder: Holder | null) {
  if (record.status === 'failed') return { state: 'failed' as const }
  return holder === null ? { state: 'interrupted' as const } : { state: 'running' as const, holder }
}

/** Puts recorded versions that are not registered where their version belongs. */
function merge<Tx extends Transaction>(
  rows: readonly Reconciled<Tx>[],
  unknown: readonly MigrationRecord[],
  { holder }: ReconcileInput<Tx>,
): Reconciled<Tx>[] {
  const sorted = sortByVersion(unknown, (record) => record.version)
  const out: Reconciled<Tx>[] = []
  let next = 0
  const pushBefore = (version: string | undefined): void => {
    for (; next < sorted.length; next++) {
      const record = sorted[next]!
      if (version !== undefined && compareVersions(record.version, version) > 0) return
      const state = record.status === 'applied' ? { state: 'unknown' as const } : unfinished(record, holder)
      out.push({ version: record.version, name: record.name, record, downChanged: false, ...state })
    }
  }
  for (const row of rows) {
    pushBefore(row.version)
    out.push(row)
  }
  pushBefore(undefined)
  return out
}

function markOutOfOrder<Tx extends Transaction>(rows: readonly Reconciled<Tx>[]): readonly Reconciled<Tx>[] {
  if (!rows.some((row) => row.state === 'pending')) return rows
  // By version, not by place in the list: dependencies may have moved a series behind versions that are not known here.
  const latest = new Map<string, string>()
  for (const { record, version } of rows) {
    if (record === undefined) continue
    const other = latest.get(seriesOf(version))
    if (other === undefined || compareVersions(other, version) < 0) latest.set(seriesOf(version), version)
  }
  return rows.map((row) => {
    const later = row.state === 'pending' ? latest.get(seriesOf(row.version)) : undefined
    return later !== undefined && compareVersions(row.version, later) < 0 ? { ...row, state: 'outOfOrder' } : row
  })
}
