/** Where in the user's code something was called. */
export interface CallSite {
  /** As people say it: the file's own name and line, `migrations.ts:12`. */
  toString(): string
  /** The whole path or URL of the file, '' when the engine does not tell. */
  readonly file: string
  readonly line: number
}

/**
 * Remembers who called `callee`. Only a reference is taken now; the engine writes the stack out when somebody reads
 * the site, because a module may register thousands of migrations and hardly any of them ever fails.
 */
export function callSite(callee: (...args: never[]) => unknown): CallSite {
  const holder: { stack?: string } = {}
  const limit = Error.stackTraceLimit
  // A few frames, because built-in functions that may stand between (forEach) have no place of their own.
  Error.stackTraceLimit = 4
  Error.captureStackTrace(holder, callee)
  Error.stackTraceLimit = limit
  let place: { file: string; line: number } | undefined
  const read = (): { file: string; line: number } => (place ??= parse(String(holder.stack)))
  return {
    get file() {
      return read().file
    },
    get line() {
      return read().line
    },
    toString: () => (read().file === '' ? 'an unknown place' : `${shortName(read().file)}:${read().line}`),
  }
}

function parse(stack: string): { file: string; line: number } {
  const match = /^\s*at (?:.*? \()?(?:async )?(.+?):(\d+)(?::\d+)?\)?$/m.exec(stack)
  return match === null ? { file: '', line: 0 } : { file: match[1]!, line: Number(match[2]) }
}

function shortName(file: string): string {
  const path = file.split('?')[0]!
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
}
