import { QueenError, type QueenErrorCode } from './errors.js'
import type { Reconciled } from './reconcile.js'

/** Something that is wrong, or worth knowing, about what is registered and recorded. */
export interface Problem {
  readonly severity: 'error' | 'warning'
  readonly code: QueenErrorCode
  readonly message: string
  /** The next step. */
  readonly hint: string
  readonly versions: readonly string[]
  /** Where the first of them was registered, when it is. */
  readonly at?: string
  /** The file and line behind `at`, in full. */
  readonly place?: { readonly file: string; readonly line: number }
}

type Row = Reconciled<never>

/** Builds a problem about some versions. */
export function problem(
  severity: Problem['severity'],
  code: QueenErrorCode,
  rows: readonly Row[],
  message: string,
  hint: string,
): Problem {
  const at = rows[0]?.migration?.at
  const versions = rows.map((row) => row.version)
  const place = at === undefined ? {} : { at: String(at), place: { file: at.file, line: at.line } }
  return { severity, code, message, hint, versions, ...place }
}

/** The problems as the error that refuses a run: the first decides the code, all are told. */
export function refusal(problems: readonly Problem[]): QueenError {
  const [first] = problems
  if (first === undefined) throw new RangeError('refusal() needs a problem')
  const versions = problems.flatMap((one) => one.versions)
  return new QueenError(first.code, problems.map((one) => one.message).join('\n'), {
    hint: [...new Set(problems.map((one) => one.hint))].join('\n'),
    versions,
    ...(versions[0] === undefined ? {} : { version: versions[0] }),
    ...(first.at === undefined ? {} : { at: first.at }),
  })
}

/** `002 add_email`, `002 add_email and 003 x`, and a count when there are many. */
export function labels(rows: readonly { readonly version: string; readonly name: string }[]): string {
  const shown = rows.slice(0, 10).map((row) => `${row.version} ${row.name}`)
  if (rows.length > shown.length) shown.push(`${rows.length - shown.length} more`)
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}
