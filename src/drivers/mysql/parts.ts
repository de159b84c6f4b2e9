/** One statement of a message. */
export interface Part {
  readonly text: string
  /** Index of the operation it is blamed on; what Queen does around operations is blamed on the one it is done for. */
  readonly operation: number
  readonly purpose: Purpose
}

/**
 * What a part is for, by which its failure is understood:
 * - `begin`, `commit`: begin and end the transaction
 * - `setting`: Queen's own preparations
 * - `write`: a change to Queen's tables; a row that is there already means that somebody was faster
 * - `user`: a statement of the migration's
 * - `save`: the savepoint before it
 * - `warnings`: what the server remarked on it
 * - `marker`: tells that it is over, since it may have had any number of results
 * - `same transaction`, `same lock`, `same record`: fail when it is not the one it was
 * - `probe`: tells whether a transaction is open
 */
export type Purpose =
  | 'begin'
  | 'commit'
  | 'setting'
  | 'write'
  | 'user'
  | 'save'
  | 'warnings'
  | 'marker'
  | 'same transaction'
  | 'same lock'
  | 'same record'
  | 'probe'

/** The name of a marker's one column; no migration has it. */
export const MARKER = 'queen: done 5b0e'

export const SAVEPOINT = 'queen_guard'

/**
 * A statement that fails, by a number that is too large, unless the condition holds: nothing of it depends on sql_mode.
 * It gives no rows, since the head of a result comes before what goes wrong in it.
 */
export function unless(condition: string): string {
  return `SET @queen_guard = 18446744073709551615 + (NOT (${condition}))`
}

/** What the failing of `unless` is told by. */
export const OUT_OF_RANGE = 1690
/** What the failing of `RELEASE SAVEPOINT` is told by. */
export const NO_SAVEPOINT = 1305
