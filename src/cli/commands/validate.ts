import type { Problem } from '../../core/problem.js'
import { refusal } from '../../core/problem.js'
import type { Queen } from '../../core/queen.js'
import type { CommandContext, Outcome } from '../context.js'
import { defined } from '../defined.js'
import { isQueenError } from '../invalid.js'
import { pendingError, pendingOf } from './pending.js'

/** What registering can find out; here it is a finding like any other, not a failure to look. */
const FOUND_WHILE_LOADING = new Set<string>([
  'INVALID_MIGRATION',
  'DUPLICATE_VERSION',
  'DEPENDENCY_CYCLE',
  'UNKNOWN_VERSION',
])

/** Looks for everything that is wrong or doubtful. */
export async function validate({ flags, run, registered, database }: CommandContext): Promise<Outcome> {
  const unreadable = await problemOfLoading(registered)
  if (unreadable !== undefined) return outcome([unreadable], 0)
  const queen = await database()
  const environment = defined({ environment: run.environment })
  const problems = await queen.validate(environment)
  const pending = pendingOf(await queen.status(environment))
  const found = outcome(problems, pending.length)
  return flags.pending !== false || found.error !== undefined || pending.length === 0
    ? found
    : { ...found, error: pendingError(pending) }
}

function outcome(problems: readonly Problem[], pending: number): Outcome {
  const result = { command: 'validate', problems, pending } as const
  const errors = problems.filter((problem) => problem.severity === 'error')
  if (errors.length === 0) return { result }
  const halfDone = errors.some(({ code }) => code === 'INTERRUPTED' || code === 'FAILED_MIGRATION')
  return { result, error: refusal(errors), exit: halfDone ? 5 : 1 }
}

async function problemOfLoading(registered: () => Promise<Queen>): Promise<Problem | undefined> {
  try {
    ;(await registered()).migrations()
    return undefined
  } catch (error) {
    if (!isQueenError(error) || !FOUND_WHILE_LOADING.has(error.code)) throw error
    const { code, message, hint, at, version } = error
    const versions = error.versions ?? (version === undefined ? [] : [version])
    return { severity: 'error', code, message, hint, versions, ...defined({ at }) }
  }
}
