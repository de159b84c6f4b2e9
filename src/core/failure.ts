import { describeBlocker, presentable } from './blocker.js'
import { readable } from './duration.js'
import { QueenError, type FailedStatement, type FinishedMigration, type QueenErrorCode } from './errors.js'
import type { ExecutionError } from './execution.js'
import type { Finding } from './finding.js'
import type { GivenUp } from './replay.js'
import type { PreparedStep, Script } from './script.js'
import { positionAt } from './sql/position.js'
import { redact, safeCause } from './redact.js'

/** What a failed execution was part of. */
export interface FailureContext {
  readonly steps: readonly PreparedStep<never>[]
  readonly script: Script<never>
  /** What the run had finished, and kept, before. */
  readonly applied: readonly FinishedMigration[]
  /** Why the work was cancelled, when it was. */
  readonly reason: QueenError | undefined
  /** How often it was tried, when it got no lock on a table. */
  readonly givenUp?: GivenUp | undefined
  /** What was found out about a transaction whose connection was lost. */
  readonly finding?: Finding | undefined
}

/** Turns what a driver threw into the error a user reads: which migration, which statement, what is left, what next. */
export function explain(error: ExecutionError, context: FailureContext): QueenError {
  const origin = context.script.origins[error.operation] ?? { step: 0, item: 0 }
  const step = context.steps[origin.step]!
  const { version, name, at } = step.migration
  const statement = failedStatement(step, origin.item, error.offset)
  const undone =
    step.mode === 'transaction' && (error.outcome === 'rolledBack' || context.finding?.kind === 'not committed')
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
    ...(error.failure === 'locked' && { blockers: error.blockers.map(presentable) }),
  }
  const label = `${step.direction === 'up' ? '' : 'the down of '}${version} ${name}`
  const [first] = context.script.operations
  const inserts = first?.kind === 'write' && first.write.write === 'insert'
  const begun = error.operation === 0 && inserts ? 'not begun' : 'begun'
  const subject = { step, label, statement, begun } as const
  const { code, message, hint } = told(error, context, subject)
  return new QueenError(code, message, { ...facts, hint: hint ?? nextStep(subject, error) })
}

interface Subject {
  readonly step: PreparedStep<never>
  readonly label: string
  readonly statement: FailedStatement | undefined
  /** Of a counted migration, `not begun`: what failed is the insertion of its record. */
  readonly begun: 'begun' | 'not begun'
}

interface Told {
  readonly code: QueenErrorCode
  readonly message: string
  /** undefined: what is always the next step after such a failure. */
  readonly hint?: string | undefined
}

function told(error: ExecutionError, { reason, givenUp, finding }: FailureContext, subject: Subject): Told {
  const { label } = subject
  switch (error.failure) {
    case 'cancelled':
      return { code: reason!.code, message: `${reason!.message} while ${label} was at work`, hint: error.hint }
    case 'timeout':
      return { code: 'TIMEOUT', message: `${capital(label)}: ${error.message}`, hint: error.hint }
    case 'busy':
      return {
        code: 'LOCK_TIMEOUT',
        message: `${label}: ${error.message}`,
        hint: 'run again when the other connection has finished its transaction, or wait longer with --lock-timeout',
      }
    case 'locked':
      return lockedOut(error, givenUp, subject)
    case 'unlocked':
      return {
        code: 'LOCK_LOST',
        message: `The migration lock was lost while ${label} was at work: ${error.message}`,
      }
    case 'lost':
      return connectionLost(error, finding, subject)
    default:
      return { code: 'MIGRATION_FAILED', message: `${capital(label)} failed: ${error.message}`, hint: error.hint }
  }
}

function lockedOut(error: ExecutionError, givenUp: GivenUp | undefined, subject: Subject): Told {
  const { label, statement } = subject
  const { attempt = 1, waitedMs = 0, why = 'tries' } = givenUp ?? {}
  const what =
    statement === undefined
      ? 'it'
      : `statement ${statement.number} (${statement.text.trim().split(/\r?\n/, 1)[0]!.trimEnd()})`
  const tries = attempt === 1 ? 'when it was tried' : `in ${attempt} tries within ${readable(waitedMs)}`
  const lines = error.blockers.map((one) => `blocked by ${describeBlocker(presentable(one))}`)
  const wait = 'end those sessions, or wait for them, or allow more time with ddlLockTimeout'
  const hint =
    why === 'function' && subject.step.mode === 'transaction'
      ? `${nextStep(subject, error)}; ${FUNCTION_HINT}`
      : `${error.blockers.length > 0 ? `${wait}; then ` : ''}${nextStep(subject, error)}`
  return {
    code: 'LOCK_TIMEOUT',
    message: [`${capital(label)}: ${what} got no lock ${tries}: ${error.message}`, ...lines].join('\n'),
    hint,
  }
}

const FUNCTION_HINT =
  'it was not tried again, since its function may not be called twice. If all it touches is in its transaction, say so with replayable: true'

function connectionLost(error: ExecutionError, finding: Finding | undefined, { step, label }: Subject): Told {
  const message = `The connection was lost while ${label} was at work: ${error.message}`
  const code = 'CONNECTION_FAILED'
  const { version } = step.migration
  const counted = step.mode === 'counted'
  switch (finding?.kind) {
    case 'committed':
      return {
        code,
        message: `${message}. All the same ${version} was committed: its record is there`,
        hint: `run ${commandOf(step)} again to go on`,
      }
    case 'not committed':
      // What was lost is its end, or its beginning; what is next its record says.
      if (counted) return { code, message }
      return { code, message: `${message}. ${version} was not committed: its record is not there`, hint: left(step) }
    case 'unknown':
      return {
        code,
        message: `${message}. Whether ${version} was ${counted ? 'finished' : 'committed'} could not be found out: ${finding.why}`,
        hint: `run ${commandOf(step)} again: the history tells whether it was ${counted ? 'finished' : 'committed'}`,
      }
    case undefined:
      return { code, message }
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

/** Failures that come again until somebody corrects the migration. */
const ITS_OWN: ReadonlySet<ExecutionError['failure']> = new Set(['failed', 'escaped', 'violation', 'timeout', 'taken'])

function nextStep({ step, begun }: Subject, { failure, outcome }: ExecutionError): string {
  const { version } = step.migration
  if (step.mode === 'counted' && begun === 'begun') {
    const recover = `queen recover ${version} --resume, which goes on behind the statements that are committed; queen status shows how many`
    return ITS_OWN.has(failure) ? `correct it and run ${recover}` : `run ${recover}`
  }
  if (outcome === 'unknown')
    return `run ${commandOf(step)} again: the history tells whether it was ${step.mode === 'counted' ? 'begun' : 'committed'}`
  if (outcome === 'committed')
    return `part of it is committed: look, finish or undo it by hand, then queen recover ${version} --applied or --pending`
  return ITS_OWN.has(failure)
    ? `nothing of ${version} is left in the database: correct it and run ${commandOf(step)} again`
    : left(step)
}

function left(step: PreparedStep<never>): string {
  return `run ${commandOf(step)} again: nothing of ${step.migration.version} is left in the database`
}

function commandOf({ direction }: PreparedStep<never>): string {
  return direction === 'up' ? 'queen up' : 'queen down'
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
