import { presentable } from './blocker.js'
import { executedHash, checksumsOf } from './checksum.js'
import type { Session } from './driver.js'
import { QueenError, type QueenErrorCode } from './errors.js'
import { ExecutionError, type ExecutionFailure, type Operation } from './execution.js'
import { identity } from './identity.js'
import { makePlan } from './plan.js'
import { refusal } from './problem.js'
import { reconcile, type Reconciled } from './reconcile.js'
import { NOW, type MigrationRecord } from './record.js'
import { messageOf, safeCause } from './redact.js'
import type { Job } from './job.js'
import { refusePooled } from './pooled.js'
import { removeRemains } from './remains.js'
import { Run } from './run.js'
import { locked } from './runner.js'
import { baselineWrites, journal, textOf, updated, write, type PreparedStep, type Signature } from './script.js'
import { didYouMean } from './suggest.js'
import type { Transaction } from './transaction.js'
import { prepare } from './units.js'
import { randomUUID } from 'node:crypto'

/** How a broken-off migration is settled: finished by hand, undone by hand, or gone on with. */
export type Recovery = 'applied' | 'pending' | 'resume'

/** Changes to the history that run no migration, or only the rest of one. All happen under the lock. */
interface Desk<Tx extends Transaction> {
  readonly session: Session<Tx>
  readonly job: Job<Tx>
}

/** Records everything up to a version as applied without running it. Returns the versions that were recorded. */
export async function baseline<Tx extends Transaction>(desk: Desk<Tx>, version: string): Promise<readonly string[]> {
  const { session, job } = desk
  return await locked(session, job, async (records, signal) => {
    const rows = rowsOf(desk, records)
    const plan = makePlan(rows, { action: 'up', to: version }, { ...job.policy, outOfOrder: 'allow' })
    if (plan.problems.length > 0) throw refusal(plan.problems)
    const signature = sign(job)
    const writes = plan.steps.flatMap((step) => baselineWrites(step, signature)).map(write)
    if (writes.length > 0) await commit(desk, rows[0]!, writes, signal)
    return plan.steps.map((step) => step.migration.version)
  })
}

/** Accepts the registered text of applied migrations as what was applied. Without versions: of all that differ. */
export async function repair<Tx extends Transaction>(
  desk: Desk<Tx>,
  versions: readonly string[],
): Promise<readonly string[]> {
  const { session, job } = desk
  return await locked(session, job, async (records, signal) => {
    const rows = rowsOf(desk, records)
    const chosen = versions.length === 0 ? rows : versions.map((version) => find(rows, version))
    const changed = chosen.filter((row) => row.migration && row.record?.status === 'applied' && differs(row, job))
    const signature = sign(job)
    const writes = changed.flatMap((row) => {
      const step = { direction: 'up' as const, migration: row.migration! }
      const entry = journal(step, signature, { action: 'repair', durationMs: 0 })
      return [updated(step, textOfRecord(row, job)), entry].map(write)
    })
    if (writes.length > 0) await commit(desk, changed[0]!, writes, signal)
    return changed.map((row) => row.version)
  })
}

function differs(row: Reconciled<never>, job: Job<never>): boolean {
  const { up, down } = checksumsOf(row.migration!, job.dialect)
  return row.record!.checksum !== up || row.record!.downChecksum !== down || row.record!.name !== row.name
}

/**
 * Settles a migration that failed or was interrupted half-way. `resume` executes what is left, and only if what was
 * executed is still what the migration says.
 */
export async function recover<Tx extends Transaction>(desk: Desk<Tx>, version: string, how: Recovery): Promise<void> {
  const { session, job } = desk
  await locked(session, job, async (records, signal) => {
    const row = find(rowsOf(desk, records), version)
    if (row.state !== 'failed' && row.state !== 'interrupted')
      throw new QueenError(
        'CONFIG_INVALID',
        `${row.version} ${row.name} is ${row.state}: there is nothing to recover`,
        {
          hint: 'queen status shows what needs it',
          version,
        },
      )
    if (how === 'resume') return await resume(desk, row, signal)
    const signature = sign(job)
    const step = {
      direction: row.record!.direction,
      migration: row.migration ?? ({ version, name: row.name } as never),
    }
    const counts = { statementsStarted: row.record!.statementsTotal, statementsDone: row.record!.statementsTotal }
    // What a person finished by hand is what is registered now: a corrected text must not be "modified" from then on.
    const finished = row.record!.direction === 'up' ? { appliedAt: NOW, ...textOfRecord(row, job) } : {}
    const settled = {
      status: 'applied',
      direction: 'up',
      error: null,
      fingerprint: null,
      ...counts,
      ...finished,
    } as const
    const change = how === 'applied' ? updated(step, settled) : ({ write: 'delete', version } as const)
    await commit(desk, row, [journal(step, signature, { action: 'recover' }), change].map(write), signal)
  })
}

function textOfRecord({ migration }: Reconciled<never>, job: Job<never>) {
  if (migration === undefined) return {}
  const { up, down } = checksumsOf(migration, job.dialect)
  return { name: migration.name, checksum: up, downChecksum: down }
}

async function resume<Tx extends Transaction>(desk: Desk<Tx>, row: Reconciled<Tx>, signal: AbortSignal): Promise<void> {
  const { session, job } = desk
  const { version, name, migration } = row
  const record = row.record!
  const refuse = (why: string, hint: string): never => {
    throw new QueenError('INTERRUPTED', `${version} ${name} cannot go on: ${why}`, {
      hint,
      version,
      migrationName: name,
    })
  }
  if (migration === undefined) return refuse('this program does not know it', 'run this with the build that has it')
  const step = prepare({ direction: record.direction, migration, record }, session)
  if (step.mode === 'transaction')
    refuse(
      'it is a migration of one transaction, which it tore apart; nobody counted what is committed',
      `look, then queen recover ${version} --applied or --pending`,
    )
  refusePooled([step], session)
  let done = record.statementsDone
  if (step.items.length < done)
    refuse(`${done} statements are committed, and it has ${step.items.length} now`, 'put the committed statements back')
  if (hashOf(step, done, job) !== record.executedHash)
    refuse(
      `the ${done} statements that are committed are not the ones it begins with now`,
      'put them back as they were, and correct only what comes behind them',
    )
  // What it left behind would otherwise be neither its work nor nothing, and no fingerprint could tell which.
  if (record.status === 'failed' || record.statementsStarted > done)
    await removeRemains(session, job.events, step, step.items[done]).catch((error: unknown) =>
      refuse(
        `what statement ${done + 1} left behind cannot be removed: ${messageOf(error)}`,
        'run it again when this is settled, or remove it by hand',
      ),
    )
  if (record.status === 'running' && record.statementsStarted > done) {
    const doubtful = step.items[done]
    if (doubtful?.kind === 'function')
      refuse(
        'its function was at work when the process died, and nobody can tell how far it came',
        `look, then queen recover ${version} --applied or --pending`,
      )
    if (doubtful?.kind === 'statement' && doubtful.nature.effect === 'transactional')
      refuse(
        `statement ${done + 1} was at work when the process died, and nothing tells whether it took effect`,
        `look, then queen recover ${version} --applied or --pending`,
      )
    if (doubtful?.kind === 'statement' && /^(COMMIT|END)\b/.test(doubtful.nature.verb)) {
      // That it was begun was written in the transaction it ends: whoever can read it reads what was committed.
      done++
    } else if ((await session.fingerprint(record.fingerprint ?? undefined)) !== record.fingerprint) {
      // The statement took effect, but as it stood then; which one that was only the text of then can say.
      const { up, down } = checksumsOf(migration, job.dialect)
      if (doubtful === undefined || (step.direction === 'up' ? record.checksum !== up : record.downChecksum !== down))
        refuse(
          `statement ${done + 1} was at work when the process died, and the schema has changed since; but the text is another now`,
          'put the text back as it was, resume, and correct it afterwards',
        )
      done++
    }
  }
  await new Run(session, job, signal).resume(step, done)
}

function hashOf(step: PreparedStep<never>, count: number, job: Job<never>): string | null {
  return step.items
    .slice(0, count)
    .reduce<string | null>((hash, item) => executedHash(hash, textOf(item, step), job.dialect), null)
}

function rowsOf<Tx extends Transaction>({ job }: Desk<Tx>, records: readonly MigrationRecord[]) {
  const { registered, environment, dialect } = job
  return reconcile({ registered, records, holder: null, environment, dialect })
}

function find<Tx extends Transaction>(rows: readonly Reconciled<Tx>[], version: string): Reconciled<Tx> {
  const row = rows.find((one) => one.version === version)
  if (row !== undefined) return row
  const hint = didYouMean(
    version,
    rows.slice(-20).map((one) => one.version),
  )
  throw new QueenError('UNKNOWN_VERSION', `There is no migration ${version}`, { hint, version })
}

function sign(job: Job<never>): Signature {
  return { runId: randomUUID(), who: identity(), dialect: job.dialect }
}

const CODES: Partial<Record<ExecutionFailure, QueenErrorCode>> = {
  busy: 'LOCK_TIMEOUT',
  locked: 'LOCK_TIMEOUT',
  unlocked: 'LOCK_LOST',
  lost: 'CONNECTION_FAILED',
}

/** Plays writes in one transaction. */
async function commit<Tx extends Transaction>(
  { session, job }: Desk<Tx>,
  row: Reconciled<Tx>,
  writes: readonly Operation<Tx>[],
  signal: AbortSignal,
): Promise<void> {
  const activity = { direction: 'up' as const, version: row.version, name: row.name }
  try {
    await session.execute([{ kind: 'begin' }, ...writes, { kind: 'commit' }], {
      activity,
      busyTimeout: job.lockTimeout,
      signal,
    })
  } catch (error) {
    if (!(error instanceof ExecutionError)) throw error
    if (error.failure === 'cancelled' && signal.reason instanceof QueenError) throw signal.reason
    throw new QueenError(
      CODES[error.failure] ?? 'MIGRATION_FAILED',
      `The history could not be written: ${error.message}`,
      {
        hint: error.hint ?? 'nothing was recorded; run again when this is settled',
        cause: safeCause(error.cause ?? error),
        ...(error.serverCode !== undefined && { serverCode: error.serverCode }),
        ...(error.failure === 'locked' && { blockers: error.blockers.map(presentable) }),
      },
    )
  }
}
