import type CliTable from 'cli-table3'
import { requirePackage } from '../common-js.js'
import { cleanLine } from './clean.js'
import type { TextMode } from './text-mode.js'

/** A column: its heading, and what a row has there. */
export interface Column<Row> {
  readonly head: string
  readonly text: (row: Row) => string
  readonly style?: (row: Row) => (text: string) => string
}

/** Rows as a table on a terminal, and as aligned lines without a heading for a pipe. */
export function tableText<Row>(rows: readonly Row[], columns: readonly Column<Row>[], mode: TextMode): string {
  const cells = rows.map((row) => columns.map((column) => cleanLine(column.text(row))))
  if (mode.layout === 'pipe') return lines(cells)
  const styled = rows.map((row, index) =>
    columns.map((column, at) => (column.style?.(row) ?? plain)(cells[index]![at]!)),
  )
  // People can do without a column in which nobody has anything to say.
  const worth = columns.map((_, at) => cells.some((row) => row[at] !== '-'))
  return table(
    columns.map((column) => mode.style.dim(column.head)),
    styled,
    worth,
  )
}

function plain(text: string): string {
  return text
}

function lines(cells: readonly string[][]): string {
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)))
  const line = (row: string[]): string => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')
  return cells.map((row) => `${line(row).trimEnd()}\n`).join('')
}

const BORDERS = [
  'top',
  'bottom',
  'mid',
  'top-mid',
  'top-left',
  'top-right',
  'bottom-mid',
  'bottom-left',
  'bottom-right',
]
const MORE_BORDERS = ['left', 'left-mid', 'mid-mid', 'right', 'right-mid']

function table(head: readonly string[], rows: readonly string[][], worth: readonly boolean[]): string {
  const Table = requirePackage('cli-table3') as typeof CliTable
  const chars = Object.fromEntries([
    ...[...BORDERS, ...MORE_BORDERS].map((name) => [name, '']),
    ['middle', '  '],
  ]) as Record<string, string>
  const style = { head: [], border: [], 'padding-left': 0, 'padding-right': 0 }
  const kept = (row: readonly string[]): string[] => row.filter((_, at) => worth[at])
  const drawn = new Table({ head: kept(head), chars, style })
  drawn.push(...rows.map(kept))
  return `${drawn.toString().replace(/ +$/gm, '')}\n`
}
