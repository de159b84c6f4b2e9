import { part, parts, type Node } from './syntax-tree.js'

/** How a file is written, so that what is added looks the same. */
export interface SourceStyle {
  readonly newline: '\n' | '\r\n'
  readonly indent: string
  /** White space the statement or chain begins with. */
  readonly base: string
  readonly quote: "'" | '"'
  readonly semicolon: ';' | ''
  readonly trailingComma: ',' | ''
  /** An empty line between one migration and the next, or none. */
  readonly gap: 'empty line' | 'none'
}

/** Reads the style off the file, and where there is one off the migration before. */
export function styleAt(text: string, model: Node | undefined): SourceStyle {
  const argument = parts(model, 'arguments')[0]
  const properties = parts(argument, 'properties')
  const base = model === undefined ? '' : leading(text, lineStart(text, nameStart(model)))
  const inner = properties[0] === undefined ? undefined : ownLine(text, properties[0])
  const indent =
    inner?.startsWith(base) === true && inner.length > base.length ? inner.slice(base.length) : firstIndent(text)
  const code = argument === undefined ? text : text.slice(argument.start, argument.end)
  const last = properties.at(-1)
  return {
    newline: /\r?\n/.exec(text)?.[0] === '\r\n' ? '\r\n' : '\n',
    indent,
    base,
    quote: /['"]/.exec(code)?.[0] === '"' ? '"' : "'",
    semicolon: /;[ \t]*(?:\/\/.*)?\r?$/m.test(text.replace(/`(?:\\.|[^`\\])*`/gs, '``')) ? ';' : '',
    trailingComma: last === undefined ? ',' : commaAfter(text.slice(last.end, argument!.end)),
    gap: model !== undefined && gapless(text, model) ? 'none' : 'empty line',
  }
}

/** Where the line with `.add` begins matters, not where the chain does. */
function nameStart(model: Node): number {
  return part(part(model, 'callee'), 'property')?.start ?? model.start
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}

function leading(text: string, from: number): string {
  return /^[ \t]*/.exec(text.slice(from))![0]
}

/** The indentation of a node that stands first on its line. */
function ownLine(text: string, node: Node): string | undefined {
  const start = lineStart(text, node.start)
  const before = text.slice(start, node.start)
  return before.trim() === '' ? before : undefined
}

function firstIndent(text: string): string {
  return /^(\t+|  +)\S/m.exec(text)?.[1] ?? '  '
}

/** Whether the migration before stands right below another one. */
function gapless(text: string, model: Node): boolean {
  const before = text.slice(0, lineStart(text, nameStart(model)))
  return /\}\)[ \t]*;?[ \t]*\r?\n$/.test(before)
}

/** What is behind the last property tells, unless all is on one line: what is written so has no such comma. */
function commaAfter(rest: string): ',' | '' {
  return /^\s*,/.test(rest) || !rest.includes('\n') ? ',' : ''
}
