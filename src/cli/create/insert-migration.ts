import { parseSource } from '../load/parse-source.js'
import { findPlace, type Place } from './find-place.js'
import { migrationText, type NewMigration } from './migration-text.js'
import { styleAt, type SourceStyle } from './source-style.js'
import type { Node } from './syntax-tree.js'

/** A module's text with a migration more, and the line the new `add` is in. */
export interface Insertion {
  readonly text: string
  readonly line: number
}

/** Writes a migration into a module's text, in its style; undefined where no place for it can be found. */
export function insertMigration(text: string, file: string, migration: NewMigration): Insertion | undefined {
  const place = findPlace(parseSource(text, file).program.body as unknown as readonly Node[])
  if (place === undefined) return undefined
  const style = styleAt(text, place.model)
  const offset = afterSemicolon(text, place)
  const piece = pieceFor(place, migrationText(migration, style), style, text)
  const whole = text.slice(0, offset) + piece + text.slice(offset)
  const start = offset + piece.search(/\S/)
  parseSource(whole, file)
  return { text: whole, line: whole.slice(0, start).split('\n').length }
}

/** Babel ends an expression statement behind its semicolon, and other statements too; only chains end before it. */
function afterSemicolon(text: string, { offset, form, side }: Place): number {
  if (form === 'call' || side === 'before') return offset
  return text[offset] === ';' && text[offset - 1] !== ';' ? offset + 1 : offset
}

function pieceFor(place: Place, argument: string, style: SourceStyle, text: string): string {
  const { newline, base, indent, semicolon, gap } = style
  if (place.form === 'call') {
    if (place.model !== undefined && !ownLineCall(text, place.model)) return `.add(${argument})`
    const lead = place.model === undefined ? base + indent : base
    return `${newline}${lead}.add(${place.model === undefined ? deeper(argument, indent, newline) : argument})`
  }
  const statement = `${place.variable}.add(${argument})${semicolon}`
  if (place.side === 'before') return `${statement}${newline}${newline}`
  return `${newline}${gap === 'empty line' ? newline : ''}${base}${statement}`
}

/** Whether a call of a chain begins a line: `\n  .add(`. */
function ownLineCall(text: string, model: Node): boolean {
  const { property } = (model as unknown as { callee: { property: Node } }).callee
  return /(?:^|\n)[ \t]*\.[ \t]*$/.test(text.slice(0, property.start))
}

function deeper(argument: string, indent: string, newline: string): string {
  return argument.split(newline).join(`${newline}${indent}`)
}
