import type { Queen, RunReport } from '../../core/queen.js'
import type { Outcome } from '../context.js'
import type { RunResultDocument } from '../reporters/document.js'

/** A run's report as a command returns it. */
export function runOutcome(command: RunResultDocument['command'], { target }: Queen, report: RunReport): Outcome {
  const { direction, from, to, planned } = report
  const applied = report.applied.map((one) => ({ ...one, durationMs: Math.round(one.durationMs * 1_000) / 1_000 }))
  return { result: { command, target, direction, applied, from, to, ...(planned && { planned }) } }
}
