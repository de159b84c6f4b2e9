import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { messageOf } from '../../core/redact.js'
import { parseSource } from './parse-source.js'

/** A place where code cannot be read. Without a file it is somewhere among the imported ones. */
export interface SyntaxFault {
  readonly message: string
  readonly file?: string
  readonly line?: number
  readonly column?: number
}

/** Finds the place of a syntax error, which Node keeps to itself and jiti writes into its message. */
export function syntaxFault(thrown: unknown, file: string): SyntaxFault | undefined {
  if (!(thrown instanceof Error)) return undefined
  const text = messageOf(thrown)
  const transpiled = /^ParseError: (.*?)\s*\n\s*(.+):(\d+):(\d+)/s.exec(text)
  if (transpiled !== null)
    return {
      message: transpiled[1]!.trim(),
      file: transpiled[2]!,
      line: Number(transpiled[3]),
      column: Number(transpiled[4]) + 1,
    }
  if (!(thrown instanceof SyntaxError) && thrown.name !== 'SyntaxError') return undefined
  // An import of a name that is not exported is linked, not parsed: there the stack begins with the place.
  const linked = /^(file:\/\/[^\n]+?|\/[^\n]+?):(\d+)\n/.exec(thrown.stack ?? '')
  if (linked !== null) {
    const place = linked[1]!
    return { message: text, file: place.startsWith('file:') ? fileURLToPath(place) : place, line: Number(linked[2]) }
  }
  return parseFault(file) ?? { message: text }
}

function parseFault(file: string): SyntaxFault | undefined {
  try {
    parseSource(readFileSync(file, 'utf8'), file)
    return undefined
  } catch (error) {
    const { loc } = error as { loc?: { line: number; column: number } }
    if (loc === undefined) return undefined
    return { message: messageOf(error).replace(/\s*\(\d+:\d+\)$/, ''), file, line: loc.line, column: loc.column + 1 }
  }
}
