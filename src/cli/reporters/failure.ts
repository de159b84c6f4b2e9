import type { QueenError } from '../../core/errors.js'
import { messageOf } from '../../core/redact.js'
import { isQueenError } from '../invalid.js'
import { clean, cleanLine } from './clean.js'
import { codeFrame } from './code-frame.js'
import type { Style } from './style.js'

/** A failure for people: what, where, with which words of the server, what is left of it, what to do next. */
export function failureText(thrown: unknown, style: Style, detail: 'normal' | 'verbose'): string {
  if (!isQueenError(thrown)) return unexpected(thrown, style, detail)
  const [first = '', ...rest] = clean(thrown.message).split('\n')
  const parts = [
    [`${style.red('✖')} ${style.bold(first)}`, ...rest.map((line) => `  ${line}`)],
    place(thrown, style),
    facts(thrown, style),
    detail === 'verbose' ? stack(thrown, style) : [],
  ]
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function place(error: QueenError, style: Style): string[] {
  const { at, statement } = error
  if (statement === undefined)
    return at === undefined || error.message.includes(at) ? [] : [`  ${style.cyan(clean(at))}`]
  const where = `statement ${statement.number} of ${statement.total}`
  const frame = codeFrame(statement, style).map((line) => `  ${line}`)
  return [`  ${[style.cyan(clean(at ?? '')), where].filter((text) => text !== '').join(', ')}`, '', ...frame]
}

/** What is known beside the message, and the next step, in one block. */
function facts(error: QueenError, style: Style): string[] {
  const names = (list: readonly { version: string; name: string }[]): string =>
    list.map((one) => `${one.version} ${one.name}`).join(', ')
  const rows: [string, string][] = [
    [
      'code',
      error.serverCode === undefined || error.serverCode === error.code
        ? error.code
        : `${error.code} (${error.serverCode})`,
    ],
  ]
  if (error.applied !== undefined && error.applied.length > 0) rows.push(['kept', names(error.applied)])
  if (error.rolledBack !== undefined && error.rolledBack.length > 0)
    rows.push(['rolled back', error.rolledBack.join(', ')])
  if (error.hint !== '')
    rows.push(
      ...clean(error.hint)
        .split('\n')
        .map((line, index): [string, string] => [index === 0 ? 'next' : '', line]),
    )
  const width = Math.max(...rows.map(([label]) => label.length))
  return rows.map(([label, value]) => {
    const colour = label === 'next' ? style.yellow : style.dim
    return `  ${colour(label)}${' '.repeat(width - label.length)}  ${cleanLine(value)}`
  })
}

function stack(error: Error, style: Style): string[] {
  return [style.dim(clean(error.stack ?? ''))]
}

function unexpected(thrown: unknown, style: Style, detail: 'normal' | 'verbose'): string {
  const text = `${style.red('✖')} ${style.bold(clean(messageOf(thrown)))}\n\n`
  const more = detail === 'verbose' && thrown instanceof Error ? `${style.dim(clean(thrown.stack ?? ''))}\n` : ''
  return `${text}  This is not an error of Queen's own. With --verbose it comes with its stack.\n${more}`
}
