import type { QueenError } from '../core/errors.js'

/** An error as a test report shows it: what happened, where in the SQL, and what to do. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // Not instanceof: the migrations may come from another copy of this package.
  const { statement, hint } = error as Partial<QueenError>
  const place =
    statement === undefined
      ? ''
      : `\n  statement ${statement.number} of ${statement.total}, line ${statement.line}, column ${statement.column}: ${firstLine(statement.text)}`
  return `${error.message}${place}${hint === undefined || hint === '' ? '' : `\n  ${hint.replaceAll('\n', '\n  ')}`}`
}

function firstLine(text: string): string {
  const lines = text.trim().split('\n')
  return lines.length === 1 ? lines[0]! : `${lines[0]} ...`
}
