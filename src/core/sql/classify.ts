import { hasClientCommand } from './client-command.js'
import { destroys } from './destructive.js'
import type { Dialect, LexicalRules } from './dialect.js'
import type { Effect } from './effect.js'
import { mysqlEffect } from './mysql-effect.js'
import { phrase } from './phrase.js'
import { postgresEffect } from './postgres-effect.js'
import { sqliteEffect } from './sqlite-effect.js'
import { verbOf } from './verb.js'

/** What a planner has to know about one statement. */
export interface StatementKind {
  /** The leading keywords in upper case: `CREATE TABLE`, `INSERT`. Empty when there is no code. */
  readonly verb: string
  readonly effect: Effect
  /** `yes` when it drops, truncates or deletes. */
  readonly destructive: 'yes' | 'no'
  /** For SQLite's PRAGMA: its name in lower case. */
  readonly pragma?: string
}

/** Enough tokens to tell any statement by its beginning. */
const headLength = 24

/** Verbs whose effect may depend on any of their tokens. */
const whole = new Set(['ALTER', 'COPY', 'WITH', 'SET', 'EXPLAIN'])

/** Classifies one statement as `split` gives it. */
export function classify(text: string, rules: LexicalRules): StatementKind {
  const head = phrase(text, rules, headLength)
  const tokens = head.length === headLength && whole.has(head[0]!) ? phrase(text, rules) : head
  const destructive = destroys(tokens) ? 'yes' : 'no'
  const pragma = rules.dialect === 'sqlite' ? pragmaOf(tokens) : undefined
  if (pragma !== undefined) return { verb: 'PRAGMA', effect: sqliteEffect(tokens, pragma), destructive, pragma }
  const effect = hasClientCommand(text, rules) ? 'unsupported' : effectOf[rules.dialect](tokens)
  return { verb: verbOf(tokens), effect, destructive }
}

const effectOf: Record<Dialect, (tokens: readonly string[]) => Effect> = {
  postgres: postgresEffect,
  mysql: mysqlEffect,
  sqlite: sqliteEffect,
}

/** The pragma's name, its schema left out. */
function pragmaOf(tokens: readonly string[]): string | undefined {
  if (tokens[0] !== 'PRAGMA') return undefined
  const name = tokens[2] === '.' ? tokens[3] : tokens[1]
  return (name ?? '').replace(/^["'`[]|["'`\]]$/g, '').toLowerCase()
}
