import type { Operation } from '../../core/execution.js'

/** What a script may do beyond its own tables, as far as its text tells. A function may do anything. */
export interface Risk {
  /** Whether it may leave a reference to nothing: looking for those takes a pass over every referring row. */
  readonly references: 'safe' | 'at risk'
  /** Whether it may change settings of the connection. */
  readonly settings: 'safe' | 'at risk'
}

/**
 * Statements that touch no row of a table that exists. Read from the first word on: anything else, a comment in front
 * included, counts as risky, which costs time and nothing more.
 */
const TOUCHES_NO_ROW =
  /^\s*(?:CREATE\s+(?:UNIQUE\s+INDEX|INDEX|VIEW|TRIGGER)\b|DROP\s+(?:INDEX|VIEW|TRIGGER)\b|CREATE\s+TABLE\b(?!.*\bAS\b))/is

/** Judges a script before it is played. */
export function riskOf(script: readonly Operation<never>[]): Risk {
  let references: Risk['references'] = 'safe'
  let settings: Risk['settings'] = 'safe'
  for (const operation of script) {
    if (operation.kind === 'call') return { references: 'at risk', settings: 'at risk' }
    if (operation.kind !== 'statement') continue
    if (!TOUCHES_NO_ROW.test(operation.text)) references = 'at risk'
    if (/pragma/i.test(operation.text)) settings = 'at risk'
  }
  return { references, settings }
}
