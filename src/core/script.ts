import { callFunction } from './call.js'
import { checksumsOf, executedHash } from './checksum.js'
import type { Operation } from './execution.js'
import { effectOf, type Item, type Mode } from './items.js'
import type { Isolation } from './migration.js'
import type { PlanStep } from './plan.js'
import { ELAPSED, FINGERPRINT, NOW, STARTED, type MigrationRecord, type RecordWrite } from './record.js'
import { RELEASE } from './release.js'
import type { Dialect } from './sql/dialect.js'
import type { MigrationContext, Transaction } from './transaction.js'

/** A step with everything that is needed to write its script. */
export interface PreparedStep<Tx extends Transaction = Transaction> extends PlanStep<Tx> {
  readonly items: readonly Item<Tx>[]
  readonly mode: Mode
}

/** What every record of a run says alike. */
export interface Signature {
  readonly runId: string
  readonly who: string
  readonly dialect: Dialect
}

/** Operations, and for each the step and the item of it that it belongs to: by these a failure finds its statement. */
export interface Script<Tx extends Transaction = Transaction> {
  readonly operations: readonly Operation<Tx>[]
  readonly origins: readonly Origin[]
}

interface Origin {
  readonly step: number
  /** Number of the item, 0 for what Queen does around the items. */
  readonly item: number
}

type ContextOf<Tx extends Transaction> = (step: PlanStep<Tx>) => MigrationContext

/** What scripts of a run have in common. */
export interface Manuscript<Tx extends Transaction> {
  readonly signature: Signature
  readonly contextOf: ContextOf<Tx>
  /** Where a migration names none. */
  readonly isolation: Isolation | undefined
}

/** Collects operations together with where they come from. */
class Writer<Tx extends Transaction> {
  readonly operations: Operation<Tx>[] = []
  readonly origins: Origin[] = []

  add(step: number, item: number, ...operations: readonly Operation<Tx>[]): void {
    for (const operation of operations) {
      this.operations.push(operation)
      this.origins.push({ step, item })
    }
  }
}

/** Whether a step's version has its row in the history. */
export type Recorded = 'not yet' | 'already'

/**
 * The script of one or more steps that succeed or fail together: the record first, so that its unique key makes a
 * second runner wait and then give way, then the migration, then its duration and the journal, all in one transaction.
 */
export function transactionScript<Tx extends Transaction>(
  steps: readonly PreparedStep<Tx>[],
  { signature, contextOf, isolation }: Manuscript<Tx>,
): Script<Tx> {
  const writer = new Writer<Tx>()
  const own = steps.find((step) => step.migration.isolation !== undefined)?.migration.isolation
  writer.add(0, 0, { kind: 'begin', isolation: own ?? isolation })
  steps.forEach((step, index) => {
    const count = step.items.length
    const recorded = step.record === undefined ? 'not yet' : 'already'
    writer.add(index, 0, write(opening(step, signature, recorded, { statementsStarted: 0, statementsDone: 0 })))
    for (const item of step.items) writer.add(index, item.number, play(item, step, contextOf))
    const counted = { statementsStarted: count, statementsDone: count }
    writer.add(index, 0, ...closing(step, signature, counted).map(write))
  })
  writer.add(steps.length - 1, 0, { kind: 'commit' })
  return writer
}

/**
 * The script of a step whose statements commit one by one. The record goes ahead as `running` and counts: a statement
 * that can roll back commits together with its count; around one that commits by itself stand its beginning, with what
 * the schema was, and its end. `done` items are left out when a broken-off migration goes on, whose record is there.
 */
export function countedScript<Tx extends Transaction>(
  step: PreparedStep<Tx>,
  { signature, contextOf, isolation: common }: Manuscript<Tx>,
  done: number,
  recorded: Recorded = step.record === undefined ? 'not yet' : 'already',
): Script<Tx> {
  const writer = new Writer<Tx>()
  const total = step.items.length
  const isolation = step.migration.isolation ?? common
  // Statements between a BEGIN and a COMMIT of the migration's own cannot be wrapped in another transaction.
  const ownTransactions = step.items.some((item) => effectOf(item) === 'control')
  let hash: string | null = null
  for (const item of step.items.slice(0, done)) hash = executedHash(hash, textOf(item, step), signature.dialect)

  const begun = { statementsStarted: done, statementsDone: done, executedHash: hash, fingerprint: null, error: null }
  writer.add(0, 0, write(opening(step, signature, recorded, begun)))
  for (const item of step.items.slice(done)) {
    hash = executedHash(hash, textOf(item, step), signature.dialect)
    const number = item.number
    const counted = { statementsStarted: number, statementsDone: number, executedHash: hash }
    const last = number === total
    const after = last ? closing(step, signature, counted) : [updated(step, counted)]
    const before = updated(step, { statementsStarted: number, fingerprint: FINGERPRINT })
    if (!ownTransactions && effectOf(item) === 'transactional')
      writer.add(0, number, { kind: 'begin', isolation }, play(item, step, contextOf), ...after.map(write), {
        kind: 'commit',
      })
    else writer.add(0, number, write(before), play(item, step, contextOf), ...after.map(write))
  }
  if (done === total) writer.add(0, 0, ...closing(step, signature, {}).map(write))
  return writer
}

/**
 * The first write of a step. The record says `running` until the last write says otherwise: where the two commit
 * together nobody ever sees it, and where a migration tears them apart the history does not claim that it is applied.
 */
function opening(
  step: PreparedStep<never>,
  signature: Signature,
  recorded: Recorded,
  values: RecordValues,
): RecordWrite {
  const { direction, items } = step
  const begun = { status: 'running', direction, statementsTotal: items.length, startedAt: NOW, ...values } as const
  if (recorded === 'not yet') return inserted(step, signature, begun)
  const { up, down } = checksumsOf(step.migration, signature.dialect)
  // An up that goes on may have been corrected: its text is what will have been applied.
  const text = direction === 'up' ? { checksum: up, downChecksum: down } : {}
  return updated(step, { appliedBy: signature.who, queenVersion: RELEASE, ...text, ...begun })
}

/** The last writes of a step. */
function closing(step: PreparedStep<never>, signature: Signature, counted: Partial<MigrationRecord>): RecordWrite[] {
  const { version } = step.migration
  const record: RecordWrite =
    step.direction === 'down'
      ? { write: 'delete', version }
      : updated(step, { ...counted, status: 'applied', appliedAt: NOW, durationMs: ELAPSED, fingerprint: null })
  // The journal first: deleting a record begins a new measure of time.
  return [journal(step, signature), record]
}

/** The text an item enters the hash of executed statements with. */
export function textOf(item: Item<never>, step: PlanStep<never>): string {
  return item.kind === 'statement' ? item.text : `function ${JSON.stringify(step.migration.manualChecksum ?? '')}`
}

type RecordValues = Extract<RecordWrite, { write: 'update' }>['values']

function inserted(step: PlanStep<never>, signature: Signature, values: RecordValues): RecordWrite {
  const { version, name } = step.migration
  const { up, down } = checksumsOf(step.migration, signature.dialect)
  const facts = {
    version,
    name,
    checksum: up,
    downChecksum: down,
    startedAt: NOW,
    appliedBy: signature.who,
    queenVersion: RELEASE,
  }
  return { write: 'insert', values: { ...facts, ...values } }
}

/** A record of something that was never run here: the schema had it already. */
export function baselineWrites(step: PlanStep<never>, signature: Signature): RecordWrite[] {
  const counts = { statementsStarted: 0, statementsDone: 0, statementsTotal: 0, durationMs: 0 }
  const values = { status: 'applied', direction: 'up', appliedAt: NOW, ...counts } as const
  return [inserted(step, signature, values), journal(step, signature, { action: 'baseline', durationMs: 0 })]
}

export function updated(step: PlanStep<never>, values: RecordValues): RecordWrite {
  return { write: 'update', version: step.migration.version, values }
}

type JournalValues = Extract<RecordWrite, { write: 'journal' }>['values']

/** A journal entry for a step; by default that it went well, just now. */
export function journal(step: PlanStep<never>, { runId, who }: Signature, values: JournalValues = {}): RecordWrite {
  const { version, name } = step.migration
  const times = { startedAt: STARTED, finishedAt: NOW, durationMs: ELAPSED }
  const entry = { runId, version, name, action: step.direction, outcome: 'done', ...times, doneBy: who } as const
  return { write: 'journal', values: { ...entry, ...values } }
}

export function write(change: RecordWrite): Extract<Operation, { kind: 'write' }> {
  return { kind: 'write', write: change }
}

function play<Tx extends Transaction>(item: Item<Tx>, step: PlanStep<Tx>, contextOf: ContextOf<Tx>): Operation<Tx> {
  if (item.kind === 'statement') return { kind: 'statement', text: item.text }
  return { kind: 'call', call: (tx) => callFunction(item.call, tx, contextOf(step)) }
}
