import { checksumsOf } from './checksum.js'
import { labels, problem, type Problem } from './problem.js'
import type { Reconciled } from './reconcile.js'
import type { Dialect } from './sql/dialect.js'

type Row = Reconciled<never>

/** What forbids every run, whichever way it goes: states that need a person, and texts that are not what was applied. */
export function blockers(rows: readonly Row[]): Problem[] {
  return rows.flatMap((row) => {
    if (row.state === 'failed') return [failed(row)]
    if (row.state === 'interrupted') return [interrupted(row)]
    if (row.state === 'modified') return [modified(row)]
    return []
  })
}

/** What everybody should hear of but nothing stops for. */
export function remarks(rows: readonly Row[]): Problem[] {
  return rows
    .filter((row) => row.downChanged)
    .map((row) =>
      problem(
        'warning',
        'CHECKSUM_MISMATCH',
        [row],
        `The down of ${row.version} ${row.name} at ${row.migration?.at} is not the one it was applied with`,
        `queen repair ${row.version} accepts the new text`,
      ),
    )
}

/** Everything wrong or doubtful about registration and history together, whatever is to be done next. */
export function diagnose(rows: readonly Row[], dialect: Dialect): Problem[] {
  const outOfOrder = rows.filter((row) => row.state === 'outOfOrder')
  const unknown = rows.filter((row) => row.state === 'unknown')
  const unhashed = rows.filter(
    (row) => row.migration !== undefined && checksumsOf(row.migration, dialect).unhashed.length > 0,
  )
  return [
    ...blockers(rows),
    ...(outOfOrder.length > 0 ? [outOfOrderProblem(outOfOrder)] : []),
    ...(unknown.length > 0 ? [unknownProblem('error', unknown)] : []),
    ...remarks(rows),
    ...unhashed.map((row) =>
      problem(
        'warning',
        'CHECKSUM_MISMATCH',
        [row],
        `A function of ${row.version} ${row.name} at ${row.migration?.at} has no checksum: a change to it goes unnoticed`,
        `add manualChecksum: 'v1', and change it together with the function`,
      ),
    ),
  ]
}

/** Pending migrations that come before recorded ones of their series. */
export function outOfOrderProblem(rows: readonly Row[]): Problem {
  return problem(
    'error',
    'OUT_OF_ORDER',
    rows,
    `Not applied yet, although later ones are: ${labels(rows)}`,
    'check that they still fit on top of what is applied; then give them later versions, or allow them with --allow-out-of-order (allowOutOfOrder: true)',
  )
}

/** Versions the history has and this program does not. */
export function unknownProblem(severity: Problem['severity'], rows: readonly Row[]): Problem {
  return problem(
    severity,
    'UNKNOWN_APPLIED',
    rows,
    `Recorded as applied, but not registered here: ${labels(rows)}`,
    'is this an older build, or another branch? Register them, or let them be with --allow-unknown (allowUnknown: true)',
  )
}

function modified(row: Row): Problem {
  return problem(
    'error',
    'CHECKSUM_MISMATCH',
    [row],
    `${row.version} ${row.name} at ${row.migration?.at} is not what was applied on ${row.record?.appliedAt ?? row.record?.startedAt}`,
    `put the old text back and write a new migration for the change; or, if both mean the same, queen repair ${row.version} accepts the new text`,
  )
}

function failed(row: Row): Problem {
  const message = `${progressOf(row)} failed${row.record?.error ? `: ${row.record.error}` : ''}`
  return problem('error', 'FAILED_MIGRATION', [row], message, recovery(row))
}

function interrupted(row: Row): Problem {
  const by = row.record === undefined ? '' : ` (${row.record.appliedBy}, since ${row.record.startedAt})`
  return problem('error', 'INTERRUPTED', [row], `${progressOf(row)} was interrupted${by}`, recovery(row))
}

/** What of a half-done migration is committed, and what is in doubt. */
function progressOf(row: Row): string {
  const { direction = 'up', statementsStarted = 0, statementsDone = 0, statementsTotal = 0 } = row.record ?? {}
  const down = direction === 'down' ? 'The down of ' : ''
  const done = `${statementsDone} of ${statementsTotal} statements are committed`
  const doubt = statementsStarted > statementsDone ? `, statement ${statementsStarted} was begun` : ''
  return `${down}${row.version} ${row.name} (${done}${doubt})`
}

function recovery(row: Row): string {
  return [
    `queen recover ${row.version} --resume goes on behind what is committed (correct the failing statement first)`,
    `queen recover ${row.version} --applied records it as applied, once you have finished it by hand`,
    `queen recover ${row.version} --pending forgets it, once you have undone it by hand`,
  ].join('\n')
}
