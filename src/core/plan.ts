import type { RegisteredMigration } from './migration.js'
import { blockers, outOfOrderProblem, remarks, unknownProblem } from './health.js'
import { labels, problem, type Problem } from './problem.js'
import type { Reconciled } from './reconcile.js'
import type { Direction, MigrationRecord } from './record.js'
import { didYouMean } from './suggest.js'
import type { Transaction } from './transaction.js'

/** What is asked for. */
export type PlanRequest =
  | { readonly action: 'up'; readonly to?: string | undefined; readonly steps?: number | undefined }
  | { readonly action: 'down'; readonly to?: string | undefined; readonly steps?: number | undefined }
  | { readonly action: 'goto'; readonly version: string }
  | { readonly action: 'redo'; readonly steps: number }
  | { readonly action: 'reset' }

/** What is allowed beyond the strict rules. */
export interface Policy {
  readonly outOfOrder: 'refuse' | 'allow'
  readonly unknown: 'refuse' | 'allow'
}

/** One migration to be taken one way. */
export interface PlanStep<Tx extends Transaction = Transaction> {
  readonly direction: Direction
  readonly migration: RegisteredMigration<Tx>
  /** The record a step down takes back. */
  readonly record?: MigrationRecord
}

/** What a run would do, in order, and what forbids it. A plan with problems must not be carried out. */
export interface Plan<Tx extends Transaction = Transaction> {
  readonly steps: readonly PlanStep<Tx>[]
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
}

type Rows<Tx extends Transaction> = readonly Reconciled<Tx>[]

/** Works out what a request means for what is there. Pure: the same for up, down, status, dry runs and validation. */
export function makePlan<Tx extends Transaction>(rows: Rows<Tx>, request: PlanRequest, policy: Policy): Plan<Tx> {
  const plan = choose(rows, request, policy)
  const stopping = blockers(rows)
  return {
    steps: stopping.length > 0 || plan.problems.length > 0 ? [] : plan.steps,
    problems: [...stopping, ...plan.problems],
    warnings: [...remarks(rows), ...plan.warnings],
  }
}

function choose<Tx extends Transaction>(rows: Rows<Tx>, request: PlanRequest, policy: Policy): Plan<Tx> {
  switch (request.action) {
    case 'up':
      return planUp(rows, request.to, request.steps, policy)
    case 'down':
      return request.to === undefined
        ? planBack(rows, newest(rows).slice(0, request.steps ?? 1))
        : planDownTo(rows, request.to)
    case 'goto':
      return planGoto(rows, request.version, policy)
    case 'redo':
      return planRedo(rows, request.steps)
    case 'reset':
      return planBack(rows, newest(rows))
  }
}

function planUp<Tx extends Transaction>(
  rows: Rows<Tx>,
  to: string | undefined,
  steps: number | undefined,
  policy: Policy,
): Plan<Tx> {
  const end = to === undefined ? rows.length : rows.findIndex((row) => row.version === to && row.migration) + 1
  if (to !== undefined && end === 0) return refused(notRegistered(rows, to))
  if (to !== undefined && rows[end - 1]!.state === 'skipped') return refused(elsewhere(rows[end - 1]!))
  const candidates = rows.slice(0, end).filter((row) => row.state === 'pending' || row.state === 'outOfOrder')
  const chosen = candidates.slice(0, steps)
  const problems: Problem[] = []
  const warnings: Problem[] = []
  const late = candidates.filter((row) => row.state === 'outOfOrder')
  if (late.length > 0 && policy.outOfOrder === 'refuse') problems.push(outOfOrderProblem(late))
  const unknown = rows.filter((row) => row.state === 'unknown')
  if (unknown.length > 0)
    if (chosen.length > 0 && policy.unknown === 'refuse') problems.push(unknownProblem('error', unknown))
    else warnings.push(unknownProblem('warning', unknown))
  problems.push(...missingDependencies(rows, chosen))
  return { steps: chosen.map((row) => ({ direction: 'up', migration: row.migration! })), problems, warnings }
}

/** The order puts dependencies first, so one can only be missing where the environment left it out. */
function missingDependencies<Tx extends Transaction>(rows: Rows<Tx>, chosen: Rows<Tx>): Problem[] {
  const skipped = new Set(rows.filter((row) => row.state === 'skipped').map((row) => row.version))
  return chosen.flatMap((row) =>
    (row.migration?.dependsOn ?? [])
      .filter((version) => skipped.has(version))
      .map((version) =>
        problem(
          'error',
          'INVALID_MIGRATION',
          [row],
          `${row.version} ${row.name} at ${row.migration?.at} depends on ${version}, which does not belong to this environment`,
          `let both belong to the same environments, or remove the dependency`,
        ),
      ),
  )
}

/** Everything applied, the newest application first: the order things are taken back in. */
function newest<Tx extends Transaction>(rows: Rows<Tx>): Rows<Tx> {
  return rows.filter((row) => row.record !== undefined).sort((a, b) => b.record!.id - a.record!.id)
}

function planDownTo<Tx extends Transaction>(rows: Rows<Tx>, to: string): Plan<Tx> {
  const target = rows.find((row) => row.version === to)
  if (target === undefined) return refused(notRegistered(rows, to))
  if (target.record === undefined) return refused(notApplied(target))
  return planBack(
    rows,
    newest(rows).filter((row) => row.record!.id > target.record!.id),
  )
}

function planGoto<Tx extends Transaction>(rows: Rows<Tx>, version: string, policy: Policy): Plan<Tx> {
  const index = rows.findIndex((row) => row.version === version)
  const target = rows[index]
  if (target?.record === undefined) return planUp(rows, version, undefined, policy)
  const later = new Set(rows.slice(index + 1))
  return planBack(
    rows,
    newest(rows).filter((row) => later.has(row)),
  )
}

function planRedo<Tx extends Transaction>(rows: Rows<Tx>, steps: number): Plan<Tx> {
  const chosen = newest(rows).slice(0, steps)
  const back = planBack(rows, chosen)
  if (back.problems.length > 0) return back
  const going = new Set(chosen)
  const again = rows.filter((row) => going.has(row))
  return {
    ...back,
    steps: [...back.steps, ...again.map((row) => ({ direction: 'up' as const, migration: row.migration! }))],
  }
}

function planBack<Tx extends Transaction>(rows: Rows<Tx>, chosen: Rows<Tx>): Plan<Tx> {
  const problems: Problem[] = []
  const unknown = chosen.filter((row) => row.migration === undefined)
  if (unknown.length > 0)
    problems.push(
      problem(
        'error',
        'UNKNOWN_APPLIED',
        unknown,
        `Cannot be taken back, since this program does not know them: ${labels(unknown)}`,
        'run this with the build that has them',
      ),
    )
  problems.push(...chosen.flatMap(oneWay), ...leftBehind(rows, chosen))
  const steps = chosen
    .filter((row) => row.migration !== undefined)
    .map((row) => ({ direction: 'down' as const, migration: row.migration!, record: row.record! }))
  return { steps, problems, warnings: [] }
}

function oneWay(row: Reconciled<never>): Problem[] {
  const { migration } = row
  if (migration === undefined || migration.downSQL !== undefined || migration.downFn !== undefined) return []
  const why = migration.irreversible === undefined ? 'has no down' : `is irreversible: ${migration.irreversible}`
  const hint = 'write downSQL or downFn for it; or go forward with a new migration that undoes what must go'
  return [problem('error', 'IRREVERSIBLE', [row], `${row.version} ${row.name} at ${migration.at} ${why}`, hint)]
}

/** Applied migrations that stay while something they depend on goes. */
function leftBehind<Tx extends Transaction>(rows: Rows<Tx>, chosen: Rows<Tx>): Problem[] {
  const going = new Set(chosen.map((row) => row.version))
  return rows
    .filter((row) => row.record !== undefined && !going.has(row.version))
    .flatMap((row) => {
      const lost = (row.migration?.dependsOn ?? []).filter((version) => going.has(version))
      if (lost.length === 0) return []
      const message = `${row.version} ${row.name} is applied and depends on ${lost.join(', ')}, which would be taken back`
      return [problem('error', 'OUT_OF_ORDER', [row], message, `take ${row.version} back first`)]
    })
}

function refused<Tx extends Transaction>(reason: Problem): Plan<Tx> {
  return { steps: [], problems: [reason], warnings: [] }
}

function notRegistered(rows: readonly Reconciled<never>[], version: string): Problem {
  const hint = didYouMean(
    version,
    rows.slice(-20).map((row) => row.version),
  )
  return problem('error', 'UNKNOWN_VERSION', [], `No migration ${version} is registered`, hint)
}

function elsewhere(row: Reconciled<never>): Problem {
  const message = `${row.version} ${row.name} at ${row.migration?.at} does not belong to this environment`
  const hint = 'name another version, or the environment with --env (environment)'
  return problem('error', 'UNKNOWN_VERSION', [row], message, hint)
}

function notApplied(row: Reconciled<never>): Problem {
  const hint = 'queen status shows what is applied'
  return problem(
    'error',
    'UNKNOWN_VERSION',
    [row],
    `${row.version} ${row.name} is not applied, so there is no way down to it`,
    hint,
  )
}
