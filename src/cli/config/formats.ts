import type * as Yaml from 'yaml'
import { requirePackage } from '../common-js.js'
import { invalid } from '../invalid.js'

/**
 * Reads JSON. The engine's own message may quote the text, and with it a password; only its position is told.
 *
 * @throws QueenError `CONFIG_INVALID` with line and column
 */
export function parseJSON(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const position = /position (\d+)/.exec((error as Error).message)?.[1]
    // Without a position the engine has come to the end of the text.
    const before = text.slice(0, position === undefined ? text.length : Number(position)).split('\n')
    throw malformed(name, 'JSON', before.length, before.at(-1)!.length + 1)
  }
}

/** Reads YAML. @throws QueenError `CONFIG_INVALID` with line and column */
export function parseYAML(text: string, name: string): unknown {
  const { LineCounter, parseDocument } = requirePackage('yaml') as typeof Yaml
  const lineCounter = new LineCounter()
  // Pretty errors quote the lines around, and with them a password.
  const document = parseDocument(text, { prettyErrors: false, lineCounter })
  const [error] = document.errors
  if (error === undefined) return document.toJS() as unknown
  const { line, col } = lineCounter.linePos(error.pos[0])
  throw malformed(name, 'YAML', line, col)
}

function malformed(name: string, format: string, line: number, column: number): Error {
  const at = `${name}:${line}:${column}`
  return invalid(`${at} is no valid ${format}`, `correct it there, or right before`, { at })
}
