import { QueenError, type FailedStatement, type FinishedMigration } from './errors.js'
import type { ExecutionError } from './execution.js'
import type { PreparedStep, Script } from './script.js'
import { positionAt } from './sql/position.js'
import { redact, safeCause } from './redact.js'

/** What a failed execution was part of. */
export interface FailureContext {
  readonly steps: readonly PreparedStep<never>[]
  readonly script: Pick<Script<never>, 'origins'>
  /** What the run had finished, and kept, before. */
  readonly applied: readonly FinishedMigration[]
  readonly signal: AbortSignal
}

/** Turns what a driver threw into the error a user reads: which migration, which statement, what is left, what next. */
export function explain(error: ExecutionError, context: FailureContext): QueenError {
  const origin = context.script.origins[error.operation] ?? { step: 0, item: 0 }
  const step = context.steps[origin.step]!
  const { version, name, at } = step.migration
  const statement = failedStatement(step, origin.item, error.offset)
  const undone = error.outcome === 'rolledBack' && step.mode === 'transaction'
  const facts = {
    version,
    migrationName: name,
    at: String(at),
    direction: step.direction,
    applied: context.applied,
    rolledBack: undone ? context.steps.slice(0, origin.step + 1).map((one) => one.migration.version) : [],
    cause: safeCause(error.cause ?? error),
    ...(statement && { statement }),
    ...(error.serverCode !== undefined && { serverCode: error.serverCode }),
  }
  const label = `${step.direction === 'up' ? '' : 'the down of '}${version} ${name}`
  switch (error.failure) {
    case 'cancelled': {
      const reason = context.signal.reason as QueenError
      return new QueenError(reason.code, `${reason.message} while ${label} was at work`, {
        ...facts,
        hint: nextStep(step, error),
      })
    }
    case 'timeout':
      return new QueenError('TIMEOUT', `${capital(label)}: ${error.message}`, { ...facts, hint: nextStep(step, error) })
    case 'busy':
      return new QueenError('LOCK_TIMEOUT', `${label}: ${error.message}`, {
        ...facts,
        hint: 'run again when the other connection has finished its transaction, or wait longer with --lock-timeout',
      })
    case 'lost':
      return new QueenError(
        'CONNECTION_FAILED',
        `The connection was lost while ${label} was at work: ${error.message}`,
        { ...facts, hint: nextStep(step, error) },
      )
    default:
      return new QueenError('MIGRATION_FAILED', `${capital(label)} failed: ${error.message}`, {
        ...facts,
        hint: error.hint ?? nextStep(step, error),
      })
  }
}

/** The statement an item is, with the place of the fault, or of its beginning, in the text it was cut from. */
function failedStatement(
  step: PreparedStep<never>,
  number: number,
  offset: number | undefined,
): FailedStatement | undefined {
  const item = step.items[number - 1]
  if (item?.kind !== 'statement') return undefined
  // Even a migration's own text is printed without passwords; the place is counted in what is printed.
  const source = redact(item.source)
  const before = redact(item.source.slice(0, offset === undefined ? item.codeStart : item.start + offset))
  const { line, column } = positionAt(source, Math.min(before.length, source.length))
  return { number, total: step.items.length, text: redact(item.text), line, column, source }
}

function nextStep(step: PreparedStep<never>, error: ExecutionError): string {
  const { version } = step.migration
  const command = step.direction === 'up' ? 'queen up' : 'queen down'
  if (step.mode === 'counted')
    return `correct it and run queen recover ${version} --resume, which goes on behind the statements that are committed; queen status shows how many`
  if (error.outcome === 'unknown') return `run ${command} again: the history tells whether it was committed`
  return `nothing of ${version} is left in the database: correct it and run ${command} again`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
