import type { FailedStatement } from '../../core/errors.js'
import { clean } from './clean.js'
import type { Style } from './style.js'

const AROUND = 2
const WIDEST = 100

/** The lines around the fault, numbered from the start of the migration's SQL, with a caret below the place. */
export function codeFrame({ source, line, column }: FailedStatement, style: Style): string[] {
  const lines = source.split(/\r\n|\r|\n/)
  const first = Math.max(1, line - AROUND)
  const last = Math.min(lines.length, line + AROUND)
  const gutter = String(last).length
  const from = cutFrom(lines[line - 1] ?? '', column)
  return Array.from({ length: last - first + 1 }, (_, index) => first + index).flatMap((number) => {
    const shown = cut(lines[number - 1]!, from)
    const mark = number === line
    const row = `${mark ? style.red('>') : ' '} ${style.dim(`${String(number).padStart(gutter)} |`)} ${mark ? shown : style.dim(shown)}`
    if (!mark) return [row.trimEnd()]
    // What stands before the caret is measured as it is shown.
    const before = cut(lines[number - 1]!.slice(0, column - 1), from).length
    return [row, `  ${' '.repeat(gutter)} ${style.dim('|')} ${' '.repeat(before)}${style.red('^')}`]
  })
}

/** Long lines are cut so that the fault is in the middle of what is left. */
function cutFrom(line: string, column: number): number {
  return line.length <= WIDEST ? 0 : Math.max(0, Math.min(column - WIDEST / 2, line.length - WIDEST))
}

function cut(line: string, from: number): string {
  return clean(line.slice(from, from + WIDEST)).replaceAll('\t', '  ')
}
