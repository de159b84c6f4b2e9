/** A place in a text, both counted from 1; columns count characters as a reader does, not UTF-16 units. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** The line and column of a UTF-16 offset. CRLF, LF and a lone CR each end a line. */
export function positionAt(sql: string, offset: number): Position {
  const limit = Math.max(0, Math.min(offset, sql.length))
  let line = 1
  let lineStart = 0
  for (let i = 0; i < limit; i++) {
    const code = sql.charCodeAt(i)
    if (code !== 10 && code !== 13) continue
    // Between CR and LF is still the end of the same line.
    if (code === 13 && sql.charCodeAt(i + 1) === 10 && ++i >= limit) break
    line++
    lineStart = i + 1
  }
  let column = 1
  for (let i = lineStart; i < limit; i = afterCodePoint(sql, i)) if (afterCodePoint(sql, i) <= limit) column++
  return { line, column }
}

/**
 * The UTF-16 offset of the `n`th character, counted from 1 in code points as PostgreSQL counts the position of an
 * error. Beyond the text it is the text's length.
 */
export function offsetOfCodePoint(sql: string, n: number): number {
  let offset = 0
  for (let i = 1; i < n && offset < sql.length; i++) offset = afterCodePoint(sql, offset)
  return offset
}

function afterCodePoint(sql: string, offset: number): number {
  return offset + (sql.codePointAt(offset)! > 0xffff ? 2 : 1)
}
