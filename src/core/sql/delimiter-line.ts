/** A `DELIMITER x` line of the mysql client: the new delimiter and where the line ends. */
export interface DelimiterLine {
  readonly delimiter: string
  readonly end: number
}

const shape = /DELIMITER[ \t]+([^\r\n]*)/iy

/**
 * Reads the line whose word DELIMITER stands at `at`. As in the client it must open a line, its argument may be quoted
 * and ends at white space, and the rest of the line is ignored; an argument with a backslash is refused there.
 */
export function delimiterLineAt(sql: string, at: number): DelimiterLine | undefined {
  for (let i = at - 1; i >= 0; i--) {
    const code = sql.charCodeAt(i)
    if (code === 10 || code === 13) break
    if (!(code >= 9 && code <= 12) && code !== 32 && code !== 0xfeff) return undefined
  }
  shape.lastIndex = at
  const line = shape.exec(sql)
  const delimiter = line && argument(line[1]!)
  return delimiter && !delimiter.includes('\\') ? { delimiter, end: shape.lastIndex } : undefined
}

function argument(rest: string): string | undefined {
  const quote = rest[0]
  if (quote !== "'" && quote !== '"' && quote !== '`') return rest.split(/\s/, 1)[0]
  const end = rest.indexOf(quote, 1)
  return end < 0 ? rest.slice(1).trim() : rest.slice(1, end)
}
