import type { PlannedStep } from '../../core/planned.js'
import { clean, cleanLine } from './clean.js'
import type { Style } from './style.js'

/** Planned steps with their SQL. What surrounds the SQL is SQL comments, so that the whole can be read as a script. */
export function planText(steps: readonly PlannedStep[], style: Style): string {
  return steps.map((step) => stepText(step, style)).join('\n')
}

function stepText(step: PlannedStep, style: Style): string {
  const arrow = step.direction === 'up' ? style.green('up  ') : style.yellow('down')
  const notes = [
    step.mode === 'counted' ? 'statement by statement' : '',
    step.destructive ? style.red('drops or deletes') : '',
  ]
  const said = notes.filter((note) => note !== '').map((note) => `, ${note}`)
  const head = `-- ${arrow} ${style.bold(cleanLine(`${step.version} ${step.name}`))} ${style.dim(`(${step.at}`)}${said.join('')}${style.dim(')')}`
  const items = step.items.map((item) =>
    item.kind === 'function' ? style.dim('-- a function') : closed(clean(item.text.trim())),
  )
  return [head, ...items, ''].join('\n')
}

/** A semicolon behind a comment would be part of it. */
function closed(sql: string): string {
  const lastLine = sql.slice(sql.lastIndexOf('\n') + 1)
  return /--|#/.test(lastLine) ? `${sql}\n;` : `${sql};`
}
