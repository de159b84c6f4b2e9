/**
 * Past the data lines that follow `COPY ... FROM STDIN;`, which are not SQL and may hold quotes; nothing when no `\.`
 * line ends them.
 */
export function copyDataEnd(sql: string, from: number): number | undefined {
  for (let at = sql.indexOf('\n\\.', from); at >= 0; at = sql.indexOf('\n\\.', at + 1)) {
    const end = at + 3
    const next = sql.charAt(end)
    if (next === '' || next === '\n' || next === '\r') return end
  }
  return undefined
}
