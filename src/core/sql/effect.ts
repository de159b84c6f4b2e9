/**
 * What a statement does to a transaction around it.
 * - `transactional`: runs in it and goes back with it
 * - `savepoint`: nests in it (SAVEPOINT, RELEASE, ROLLBACK TO)
 * - `procedural`: runs in it, but where nothing is around it may end it from inside (CALL, DO with COMMIT in PostgreSQL)
 * - `control`: begins or ends it (BEGIN, COMMIT, SET autocommit)
 * - `implicitCommit`: ends it without saying so (MySQL's DDL)
 * - `outside`: is refused, or silently without effect, inside one
 * - `unsupported`: is nothing a server takes as a statement of its own (psql's `\d`, COPY FROM STDIN, mysql's SOURCE)
 */
export type Effect =
  | 'transactional'
  | 'savepoint'
  | 'procedural'
  | 'control'
  | 'implicitCommit'
  | 'outside'
  | 'unsupported'

const saves = /^(SAVEPOINT|RELEASE)\b|^ROLLBACK( WORK| TRANSACTION)? TO\b/

/** The part all dialects share: savepoints, and the verbs that begin or end a transaction. */
export function transactionEffect(tokens: readonly string[], controls: ReadonlySet<string>): Effect | undefined {
  if (saves.test(tokens.slice(0, 3).join(' '))) return 'savepoint'
  return controls.has(tokens[0] ?? '') ? 'control' : undefined
}
