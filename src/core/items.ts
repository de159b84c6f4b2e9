import { sqlTexts } from './checksum.js'
import { QueenError } from './errors.js'
import type { RegisteredMigration } from './migration.js'
import type { Direction } from './record.js'
import { classify, type StatementKind } from './sql/classify.js'
import type { LexicalRules } from './sql/dialect.js'
import { positionAt } from './sql/position.js'
import { split } from './sql/split.js'
import { UnterminatedSql } from './sql/unterminated.js'
import type { MigrationFunction, Transaction } from './transaction.js'

/** One thing a migration does in one direction: a statement, or its function. Numbered from 1. */
export type Item<Tx extends Transaction = Transaction> =
  | {
      readonly kind: 'statement'
      readonly number: number
      readonly text: string
      /** The text it was cut from, and where it begins in it. */
      readonly source: string
      readonly start: number
      /** Where its first token stands in the source that is no comment. */
      readonly codeStart: number
      readonly nature: StatementKind
    }
  | { readonly kind: 'function'; readonly number: number; readonly call: MigrationFunction<Tx> }

/** How a migration is carried out: in one transaction, or counted statement by statement. */
export type Mode = 'transaction' | 'counted'

/**
 * What a migration does in one direction, in order: up runs SQL then function, down function then SQL.
 *
 * @throws QueenError `INVALID_MIGRATION` where a string, comment or body never ends.
 */
export function itemsOf<Tx extends Transaction>(
  migration: RegisteredMigration<Tx>,
  direction: Direction,
  rules: LexicalRules,
): Item<Tx>[] {
  const [sql, call] = direction === 'up' ? [migration.upSQL, migration.upFn] : [migration.downSQL, migration.downFn]
  const statements = sqlTexts(sql).flatMap((source, index) =>
    statementsOf(migration, source, rules, Array.isArray(sql) ? index + 1 : 0),
  )
  const functions = call === undefined ? [] : [{ kind: 'function' as const, call }]
  const items = direction === 'up' ? [...statements, ...functions] : [...functions, ...statements]
  return items.map((item, index) => ({ ...item, number: index + 1 }))
}

type Statement = Omit<Extract<Item, { kind: 'statement' }>, 'number'>

function statementsOf(
  migration: RegisteredMigration<never>,
  source: string,
  rules: LexicalRules,
  listed: number,
): Statement[] {
  try {
    const pieces = split(source, rules)
    // A template nobody filled in, or a file cut short, must not be recorded as done.
    if (pieces.length === 0)
      throw invalid(
        migration,
        `its SQL holds no statement: ${JSON.stringify(source.trim().slice(0, 60))}`,
        'write one, or say with downFn: async () => {} that there is nothing to undo',
      )
    if (listed > 0 && pieces.length > 1)
      throw invalid(
        migration,
        `entry ${listed} of its list of statements holds ${pieces.length}`,
        'write one statement in each entry, or one text with all',
      )
    return pieces.map(({ text, start, codeStart }) => ({
      kind: 'statement',
      text,
      start,
      codeStart,
      source,
      nature: classify(text, rules),
    }))
  } catch (error) {
    if (!(error instanceof UnterminatedSql)) throw error
    const { line, column } = positionAt(source, error.offset)
    throw invalid(
      migration,
      `a ${error.what} begins at line ${line}, column ${column} of its SQL and never ends`,
      'close it',
    )
  }
}

/**
 * Decides how a migration is carried out, and refuses what cannot work that way before anything is run.
 *
 * @throws QueenError `INVALID_MIGRATION` naming the statement.
 */
export function modeOf<Tx extends Transaction>(migration: RegisteredMigration<Tx>, items: readonly Item<Tx>[]): Mode {
  const counted = migration.transaction === false || items.some((item) => effectOf(item) === 'implicitCommit')
  for (const item of items) {
    if (item.kind !== 'statement') continue
    const { nature } = item
    // Only what is refused has its line counted: counting from the top for every statement would take the square of them.
    const where = (): string =>
      `statement ${item.number} (line ${positionAt(item.source, item.codeStart).line}, ${nature.verb})`
    if (nature.effect === 'unsupported')
      throw invalid(
        migration,
        `${where()} is a command of the client program, not of the server`,
        'write it as SQL that the server itself understands, or as a function',
      )
    if (counted) continue
    if (nature.effect === 'control')
      throw invalid(
        migration,
        `${where()} would end the transaction it runs in`,
        'remove it: each migration has its own transaction. With transaction: false it runs without one',
      )
    if (nature.effect === 'outside')
      throw invalid(
        migration,
        `${where()} cannot run inside a transaction`,
        nature.pragma === 'foreign_keys'
          ? 'remove it: foreign keys are off during a migration, and checked at its end'
          : 'set transaction: false for this migration, and keep it alone in it',
      )
  }
  return counted ? 'counted' : 'transaction'
}

/** What a statement does to the transaction around it; a function is its own business. */
export function effectOf(item: Item<never>): StatementKind['effect'] | 'function' {
  return item.kind === 'statement' ? item.nature.effect : 'function'
}

function invalid(migration: RegisteredMigration<never>, what: string, hint: string): QueenError {
  const { version, name, at } = migration
  return new QueenError('INVALID_MIGRATION', `Migration ${version} ${name} at ${at}: ${what}`, {
    hint,
    version,
    migrationName: name,
    at: String(at),
  })
}
