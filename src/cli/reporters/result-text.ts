import { readable } from '../../core/duration.js'
import type { MigrationStatus } from '../../core/status.js'
import { clean, cleanLine } from './clean.js'
import { runningText } from './happenings.js'
import type {
  CommandResult,
  InitDocument,
  LogDocument,
  PlanDocument,
  RecordsDocument,
  RunResultDocument,
  StatusDocument,
  ValidateDocument,
} from './document.js'
import type { Style } from './style.js'
import { tableText, type Column } from './table.js'
import type { TextMode } from './text-mode.js'

/** A result as text for stdout. */
export async function resultText(result: CommandResult, mode: TextMode): Promise<string> {
  switch (result.command) {
    case 'up':
    case 'down':
    case 'goto':
    case 'redo':
    case 'reset':
      return await runText(result, mode)
    case 'plan':
      return await planned(result.planned, mode)
    case 'status':
      return statusText(result, mode)
    case 'version':
      return result.version === null ? '' : `${cleanLine(result.version)}\n`
    case 'validate':
      return validateText(result, mode)
    case 'log':
      return logText(result, mode)
    case 'baseline':
    case 'repair':
      return recordsText(result)
    case 'recover':
      return `${result.version} ${RECOVERED[result.how]}\n`
    case 'create':
      return `${result.at}\n`
    case 'init':
      return initText(result, mode)
    case 'help':
      return result.text
  }
}

const RECOVERED = { resume: 'was finished', applied: 'is recorded as applied', pending: 'is pending again' }

async function runText(result: RunResultDocument, mode: TextMode): Promise<string> {
  if (result.planned !== undefined) return await planned(result.planned, mode)
  const { applied, to } = result
  if (applied.length === 0) return `Nothing to do: ${at(to)}.\n`
  const up = applied.filter((one) => one.direction === 'up').length
  const counts = [count(applied.length - up, 'taken back'), count(up, 'applied')].filter((text) => text !== '')
  const time = readable(applied.reduce((sum, one) => sum + one.durationMs, 0))
  return `${mode.style.green(counts.join(', '))} in ${time}: ${at(to)}.\n`
}

function count(number: number, what: string): string {
  return number === 0 ? '' : `${number} ${number === 1 ? 'migration' : 'migrations'} ${what}`
}

function at(version: string | null): string {
  return version === null ? 'nothing is applied' : `at ${cleanLine(version)}`
}

async function planned(steps: PlanDocument['planned'], { style }: TextMode): Promise<string> {
  if (steps.length === 0) return 'Nothing to do.\n'
  return (await import('./plan-text.js')).planText(steps, style)
}

function statusText({ migrations }: StatusDocument, mode: TextMode): string {
  if (migrations.length === 0) return 'There are no migrations.\n'
  const columns: Column<MigrationStatus>[] = [
    { head: 'version', text: (row) => row.version },
    { head: 'state', text: stateText, style: (row) => stateStyle(row, mode.style) },
    { head: 'name', text: (row) => row.name },
    { head: 'applied', text: (row) => row.appliedAt ?? '-' },
    { head: 'took', text: (row) => (row.durationMs === null ? '-' : readable(row.durationMs)) },
    { head: 'at', text: (row) => row.at ?? '-', style: () => mode.style.dim },
  ]
  const atWork = migrations.filter(({ state, holder }) => state === 'running' && holder !== null)
  const lines = atWork.map((row) => mode.style.cyan(runningText(row, row.holder!)))
  return tableText(migrations, columns, mode) + lines.map((line) => `${line}\n`).join('')
}

const STATE_NAMES: Partial<Record<MigrationStatus['state'], string>> = { outOfOrder: 'out of order' }

function stateText({ state, statementsDone, statementsTotal }: MigrationStatus): string {
  const name = STATE_NAMES[state] ?? state
  if (state !== 'failed' && state !== 'interrupted') return name
  return `${name} (${statementsDone ?? 0} of ${statementsTotal ?? 0} statements)`
}

function stateStyle({ state }: MigrationStatus, style: Style): (text: string) => string {
  if (state === 'applied') return style.green
  if (state === 'pending' || state === 'running') return style.cyan
  if (state === 'skipped') return style.dim
  return state === 'unknown' || state === 'outOfOrder' ? style.yellow : style.red
}

function validateText({ problems, pending }: ValidateDocument, { style }: TextMode): string {
  const lines = problems.flatMap((problem) => {
    const colour = problem.severity === 'error' ? style.red : style.yellow
    const hints = clean(problem.hint).split('\n')
    return [
      `${colour(problem.severity)} ${problem.code} ${cleanLine(problem.message)}`,
      ...hints.map((hint) => style.dim(`  ${hint}`)),
    ]
  })
  const sound = problems.length === 0 ? [style.green('No problems found.')] : []
  const left = pending === 0 ? [] : [`${count(pending, 'pending')}.`]
  return [...lines, ...sound, ...left, ''].join('\n')
}

function logText({ entries }: LogDocument, mode: TextMode): string {
  if (entries.length === 0) return 'Nothing was ever done.\n'
  const columns: Column<LogDocument['entries'][number]>[] = [
    { head: 'when', text: (row) => row.finishedAt },
    { head: 'what', text: (row) => row.action },
    { head: 'version', text: (row) => row.version },
    { head: 'name', text: (row) => row.name },
    {
      head: 'outcome',
      text: (row) => row.outcome,
      style: (row) => (row.outcome === 'done' ? mode.style.green : mode.style.red),
    },
    { head: 'took', text: (row) => (row.durationMs === null ? '-' : readable(row.durationMs)) },
    { head: 'who', text: (row) => row.doneBy, style: () => mode.style.dim },
    { head: 'error', text: (row) => row.error ?? '-' },
  ]
  return tableText(entries, columns, mode)
}

function recordsText({ command, versions }: RecordsDocument): string {
  if (versions.length === 0)
    return command === 'baseline' ? 'Nothing to record: all of that is recorded.\n' : 'Nothing differs.\n'
  const what = command === 'baseline' ? 'recorded as applied, without running' : 'accepted as they are now'
  return `${versions.map(cleanLine).join(', ')} ${what}.\n`
}

function initText({ created, kept, next }: InitDocument, { style }: TextMode): string {
  const lines = [
    ...created.map((file) => `${style.green('created')} ${file}`),
    ...kept.map((file) => `${style.dim('kept')}    ${file}`),
  ]
  const nothing = created.length === 0 ? ['Everything is there: nothing was changed.'] : []
  return [...lines, ...nothing, '', 'Next:', ...next.map((line) => `  ${line}`), ''].join('\n')
}
