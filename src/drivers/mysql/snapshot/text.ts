/** Between backticks, with those inside doubled, so that any name is just a name. */
export function backticked(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

/** A name as people write it, parts with dots between them; in backticks where it would not do without. */
export function named(...parts: readonly string[]): string {
  return parts.map((part) => (/^(?!\d+$)[\w$\u0080-\uffff]+$/.test(part) ? part : backticked(part))).join('.')
}

/** A list of columns or partitions. */
export function list(names: readonly string[]): string {
  return names.map((name) => named(name)).join(', ')
}

/** A value as a string of SQL that means the same in every `sql_mode`. */
export function literal(value: string): string {
  return `_utf8mb4 X'${Buffer.from(value).toString('hex')}'`
}

/** A text in quotes, to be read. */
export function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}

/** The words that are there, with blanks between them. */
export function words(...all: readonly (string | null | false | undefined)[]): string {
  return all.filter((word) => typeof word === 'string' && word !== '').join(' ')
}

/** A comment, if there is one. */
export function comment(text: string | null | undefined): string {
  return (text ?? '') === '' ? '' : `COMMENT ${quoted(text!)}`
}

/** MySQL keeps expressions as they would stand inside of a string. */
export function unescaped(expression: string): string {
  const meant: Record<string, string> = { n: '\n', r: '\r', 0: '\0', Z: '\u001a' }
  return expression.replaceAll(/\\(.)/gs, (_, letter: string) => meant[letter] ?? letter)
}

/**
 * The server's own SQL without the name of the database before those of its tables and columns: what was made the same
 * way in another database is to read the same. Strings are left alone.
 */
export function unqualified(sql: string, database: string): string {
  const prefix = `${backticked(database)}.`
  return sql.replaceAll(/'(?:[^'\\]|\\.|'')*'|`(?:[^`]|``)*`(?:\.`(?:[^`]|``)*`)*/gs, (token) =>
    token.startsWith(prefix) ? token.slice(prefix.length) : token,
  )
}
