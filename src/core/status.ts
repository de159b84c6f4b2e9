import type { Holder, Session } from './driver.js'
import type { Job } from './job.js'
import { reconcile, type MigrationState, type Reconciled } from './reconcile.js'
import type { Direction } from './record.js'
import type { Transaction } from './transaction.js'

/** One version as `status` tells of it. */
export interface MigrationStatus {
  readonly version: string
  readonly name: string
  readonly state: MigrationState
  /** UTC, ISO 8601; null while it is not applied. */
  readonly appliedAt: string | null
  readonly durationMs: number | null
  readonly appliedBy: string | null
  /** How many of its statements are committed, of how many, for what is half done. */
  readonly statementsDone: number | null
  readonly statementsTotal: number | null
  readonly direction: Direction | null
  readonly error: string | null
  /** Where it was registered: `migrations.ts:12`; null when it is not. */
  readonly at: string | null
  /** Who is at work on it. */
  readonly holder: Holder | null
}

export function statusOf(row: Reconciled<never>): MigrationStatus {
  const { version, name, state, record, migration, holder } = row
  const applied = record?.status === 'applied' ? record : undefined
  return {
    version,
    name,
    state,
    appliedAt: applied?.appliedAt ?? null,
    durationMs: applied?.durationMs ?? null,
    appliedBy: record?.appliedBy ?? null,
    statementsDone: record?.statementsDone ?? null,
    statementsTotal: record?.statementsTotal ?? null,
    direction: record?.direction ?? null,
    error: record?.error ?? null,
    at: migration === undefined ? null : String(migration.at),
    holder: holder ?? null,
  }
}

/** Every version as it stands now, with whoever is at work on it. */
export async function currentRows<Tx extends Transaction>(
  session: Session<Tx>,
  { registered, environment, dialect }: Job<Tx>,
): Promise<readonly Reconciled<Tx>[]> {
  const [records, holder] = [(await session.history()) ?? [], await session.holder()]
  return reconcile({ registered, records, holder, environment, dialect })
}
