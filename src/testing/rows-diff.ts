type Rows = ReadonlyMap<string, readonly string[]>

/** The longest a row may be in a report. */
const LONGEST = 200

/**
 * What became of the rows of the tables that were there before, one line for each table:
 * `down changed the rows of users: 2 before, 1 after, lost {"id":2}`. Tables that are gone are the schema's business.
 */
export function rowsDiff(subject: string, was: Rows, is: Rows): string[] {
  const lines: string[] = []
  for (const [table, before] of was) {
    const after = is.get(table)
    if (after === undefined) continue
    const lost = firstMissing(before, after)
    const appeared = firstMissing(after, before)
    if (lost === undefined && appeared === undefined) continue
    const details = [`${before.length} before`, `${after.length} after`]
    if (lost !== undefined) details.push(`lost ${shortened(lost)}`)
    if (appeared !== undefined) details.push(`new ${shortened(appeared)}`)
    lines.push(`${subject} changed the rows of ${table}: ${details.join(', ')}`)
  }
  return lines
}

/** The first row of one list that the other has not, counting rows that are there several times. */
function firstMissing(rows: readonly string[], others: readonly string[]): string | undefined {
  const left = new Map<string, number>()
  for (const row of others) left.set(row, (left.get(row) ?? 0) + 1)
  return rows.find((row) => {
    const count = left.get(row) ?? 0
    left.set(row, count - 1)
    return count <= 0
  })
}

function shortened(row: string): string {
  return row.length <= LONGEST ? row : `${row.slice(0, LONGEST)}...`
}
