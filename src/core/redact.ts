import { inspect } from 'node:util'

/** Up to the last @ of the word: an @ in a password is not always encoded. Bounded, to be quick with hostile text. */
const URL_PASSWORD = /(:\/\/[^\s:/@]{0,256}):\S{0,512}@/g
/** `PGPASSWORD=x`, `"password":"x"`; but "unrecognized token:" is what parsers say. */
const KEY_PASSWORD =
  /(?<!(?:unrecognized|unexpected|invalid) )(password|passwd|passphrase|pwd|secret|token|api_?key)(\\*["'`]?\s*[=:]\s*)(\\+"[^"]*"|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.|'')*'|[^\s&;,]+)/gi
/** `PASSWORD 'x'`, `IDENTIFIED BY 'x'`, `SET PASSWORD FOR ann = 'x'`. */
const SQL_PASSWORD =
  /\b(PASSWORD(?:\s+|\s*\(\s*)|IDENTIFIED\s+(?:WITH\s+\S+\s+)?(?:BY|AS)\s+(?:PASSWORD\s+)?|SET\s+PASSWORD[^=;]{0,256}=\s*)('(?:[^'\\]|\\.|'')*'|'[^']*'?|"[^"]*")/gi

/**
 * The text with every password taken out: those in URLs (`postgres://ann:***@host`) and those behind a key
 * (`password=***`, `PASSWORD '***'`). Everything Queen prints that came from outside passes through here.
 *
 * @example
 * ```ts
 * import { redact } from 'queen-migrate'
 * redact('postgres://ann:s3cret@db/app') // 'postgres://ann:***@db/app'
 * ```
 */
export function redact(text: string): string {
  return text.replace(URL_PASSWORD, '$1:***@').replace(SQL_PASSWORD, "$1'***'").replace(KEY_PASSWORD, '$1$2***')
}

/**
 * The message of anything that was thrown. An error without a message of its own (several addresses refused at once)
 * speaks through the errors inside it.
 */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.message === '') return thrown.errors.map(messageOf).join('; ')
  if (thrown instanceof Error) return redact(thrown.message || thrown.name)
  const message: unknown = typeof thrown === 'object' ? (thrown as { message?: unknown } | null)?.message : thrown
  return redact(typeof message === 'string' ? message : inspect(thrown, { depth: 1 }))
}

/** The database's or system's own code of anything that was thrown, where it has one. */
export function codeOf(thrown: unknown): string | undefined {
  const code = typeof thrown === 'object' && thrown !== null ? (thrown as { code?: unknown }).code : undefined
  return typeof code === 'string' ? code : undefined
}

/**
 * A cause that is safe to print at any depth: driver errors carry whole statements and connection settings as
 * properties, so only message, code and stack go along.
 */
export function safeCause(thrown: unknown): Error {
  if (!(thrown instanceof Error)) return new Error(messageOf(thrown))
  const safe = new Error(messageOf(thrown))
  const code = codeOf(thrown)
  if (code !== undefined) Object.assign(safe, { code })
  if (thrown.stack !== undefined) safe.stack = redact(thrown.stack)
  return safe
}
