import { inspect } from 'node:util'
import type { CallSite } from './call-site.js'
import { milliseconds, type Duration } from './duration.js'
import { QueenError } from './errors.js'
import { didYouMean } from './suggest.js'
import type { MigrationFunction, Transaction } from './transaction.js'

/** Isolation levels of the SQL standard, where a database offers them. */
export type Isolation = 'read uncommitted' | 'read committed' | 'repeatable read' | 'serializable'

/**
 * A migration as it is written. At least one of `upSQL` and `upFn`; with both, up runs the SQL, then the function, and
 * down the function, then the SQL.
 *
 * @example
 * ```ts
 * import type { Migration } from 'queen-migrate'
 * export const users: Migration = {
 *   version: '001',
 *   name: 'create_users',
 *   upSQL: 'CREATE TABLE users (id INTEGER PRIMARY KEY)',
 *   downSQL: 'DROP TABLE users',
 * }
 * ```
 */
export interface Migration<Tx extends Transaction = Transaction> {
  /** Letters, digits, `.`, `_` and `-`, at most 255 of them, beginning with a letter or digit. */
  readonly version: string
  readonly name: string
  /** SQL that may hold several statements, or a list of one statement each. */
  readonly upSQL?: string | readonly string[]
  readonly upFn?: MigrationFunction<Tx>
  readonly downSQL?: string | readonly string[]
  readonly downFn?: MigrationFunction<Tx>
  /** Why this migration cannot be taken back. Excludes `downSQL` and `downFn`. */
  readonly irreversible?: string
  /** Stands for the function's code in the checksum: change it when the function's meaning changes. */
  readonly manualChecksum?: string
  /**
   * true: its functions touch nothing outside of their transaction, so they may be called again after it was rolled
   * back. Then a migration that gets no lock on a table, or loses a deadlock, is tried again although it has functions.
   * Default false.
   */
  readonly replayable?: boolean
  /** false: statement by statement, for what cannot run in a transaction. Default true. */
  readonly transaction?: boolean
  /**
   * true: on MySQL and MariaDB every ALTER TABLE, CREATE INDEX and DROP INDEX goes with `LOCK=NONE`, so that the server
   * refuses at once what would copy the table or keep others from writing to it. Default false.
   */
  readonly online?: boolean
  /** Environments this migration belongs to. Default: all. */
  readonly environments?: readonly string[]
  /** Versions that must be applied before this one. */
  readonly dependsOn?: readonly string[]
  /** How long the whole migration may take. Default: no limit. */
  readonly timeout?: Duration
  /** How long one statement may take. Default: as the run says. */
  readonly statementTimeout?: Duration
  /** How long a statement may wait for a lock on a table, each time it is tried. Default: as the run says. */
  readonly ddlLockTimeout?: Duration
  /** Default: as the run says, and else as the database is set. */
  readonly isolation?: Isolation
}

/** A migration as it was accepted: checked, frozen, and with the place it was registered at. */
export interface RegisteredMigration<Tx extends Transaction = Transaction> extends Migration<Tx> {
  readonly at: CallSite
}

const FIELDS: readonly (keyof Migration)[] = [
  ...(['version', 'name', 'upSQL', 'upFn', 'downSQL', 'downFn', 'irreversible', 'manualChecksum'] as const),
  ...(['replayable', 'transaction', 'online', 'environments', 'dependsOn', 'timeout'] as const),
  ...(['statementTimeout', 'ddlLockTimeout', 'isolation'] as const),
]
/** Every isolation level there is. */
export const ISOLATIONS: readonly string[] = ['read uncommitted', 'read committed', 'repeatable read', 'serializable']
const VERSION = /^[A-Za-z0-9][A-Za-z0-9._-]*$/
const LONGEST = 255

/**
 * Checks everything about a migration that needs no database, and returns it frozen.
 *
 * @throws QueenError `INVALID_MIGRATION` naming the migration, its place and what was expected instead.
 */
export function acceptMigration<Tx extends Transaction>(input: Migration<Tx>, at: CallSite): RegisteredMigration<Tx> {
  const refuse = (problem: string, hint: string): never => {
    const { version, name } = (input ?? {}) as unknown as Partial<Record<string, unknown>>
    const known = typeof version === 'string' && VERSION.test(version) ? version : undefined
    const label =
      known === undefined ? 'A migration' : `Migration ${known}${typeof name === 'string' ? ` ${name}` : ''}`
    const facts = { hint, at: String(at), ...(known === undefined ? {} : { version: known }) }
    throw new QueenError('INVALID_MIGRATION', `${label} at ${at}: ${problem}`, facts)
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return refuse(
      `add() takes an object, not ${kindOf(input)}`,
      `write q.add({ version: '001', name: 'create_users', upSQL: '...' })`,
    )

  for (const field of Object.keys(input))
    if (!(FIELDS as readonly string[]).includes(field))
      refuse(`there is no field "${field}"`, didYouMean(field, FIELDS))
  checkNames(input, refuse)
  checkSides(input, refuse)
  checkSettings(input, refuse)
  // Field by field, since an object of a class has some of them in its prototype. A list is copied before it is frozen:
  // the caller's own array stays the caller's.
  const copy: Record<string, unknown> = { at }
  for (const field of FIELDS) {
    const value: unknown = input[field]
    if (value !== undefined) copy[field] = Array.isArray(value) ? Object.freeze([...value]) : value
  }
  return Object.freeze(copy) as unknown as RegisteredMigration<Tx>
}

type Refuse = (problem: string, hint: string) => never

function checkNames(input: Migration<never>, refuse: Refuse): void {
  for (const field of ['version', 'name'] as const) {
    const value: unknown = input[field]
    if (typeof value !== 'string') refuse(`"${field}" is ${kindOf(value)}, not a string`, `write ${field}: '...'`)
    if (input[field].length === 0) refuse(`"${field}" is empty`, `write ${field}: '...'`)
    if (input[field].length > LONGEST)
      refuse(`"${field}" has ${input[field].length} characters`, `at most ${LONGEST} are allowed`)
  }
  if (!VERSION.test(input.version))
    refuse(
      `the version ${JSON.stringify(input.version)} has characters that are not allowed`,
      'a version begins with a letter or digit and goes on with letters, digits, ".", "_" and "-": 001, users_002, 2024-05-01.1',
    )
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
  if (/[\u0000-\u001f\u007f]/.test(input.name)) refuse('"name" has control characters', 'write it as one plain line')
  if (!input.name.isWellFormed())
    refuse('"name" is not well-formed Unicode', 'it holds half of a surrogate pair; was it cut?')
}

function checkSides(input: Migration<never>, refuse: Refuse): void {
  for (const field of ['upSQL', 'downSQL'] as const) checkSQL(field, input[field], refuse)
  for (const field of ['upFn', 'downFn'] as const)
    if (input[field] !== undefined && typeof input[field] !== 'function')
      refuse(`"${field}" is ${kindOf(input[field])}, not a function`, `write ${field}: async (tx, ctx) => { ... }`)
  if (input.upSQL === undefined && input.upFn === undefined)
    refuse('it has nothing to do', 'give it upSQL, upFn or both')
  if (input.irreversible === undefined) return
  if (typeof input.irreversible !== 'string' || input.irreversible.trim() === '')
    refuse('"irreversible" does not say why', `write irreversible: 'the old column is gone'`)
  if (input.downSQL !== undefined || input.downFn !== undefined)
    refuse('it is irreversible and yet has a down', 'remove either "irreversible" or the down')
}

function checkSQL(field: string, value: unknown, refuse: Refuse): void {
  if (value === undefined) return
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (texts.length === 0) refuse(`"${field}" is an empty list`, 'write at least one statement, or leave the field out')
  for (const text of texts) {
    if (typeof text !== 'string')
      return refuse(
        `"${field}" is ${kindOf(Array.isArray(value) ? text : value)}, not SQL`,
        `write ${field}: \`CREATE TABLE ...\``,
      )
    if (text.trim() === '') refuse(`"${field}" is empty`, 'write at least one statement, or leave the field out')
    if (text.includes('\0')) refuse(`"${field}" has a NUL character`, 'no database takes one; remove it')
    if (!text.isWellFormed())
      refuse(`"${field}" is not well-formed Unicode`, 'it holds half of a surrogate pair; was it cut?')
  }
}

function checkSettings(input: Migration<never>, refuse: Refuse): void {
  if (input.manualChecksum !== undefined && (typeof input.manualChecksum !== 'string' || input.manualChecksum === ''))
    refuse('"manualChecksum" is not a string', `write manualChecksum: 'v1', and 'v2' when the function changes`)
  if (input.transaction !== undefined && typeof input.transaction !== 'boolean')
    refuse(`"transaction" is ${kindOf(input.transaction)}, not true or false`, 'leave it out for one transaction')
  if (input.online !== undefined && typeof input.online !== 'boolean')
    refuse(
      `"online" is ${kindOf(input.online)}, not true or false`,
      'leave it out unless the server is to refuse to lock',
    )
  if (input.replayable !== undefined && typeof input.replayable !== 'boolean')
    refuse(
      `"replayable" is ${kindOf(input.replayable)}, not true or false`,
      'leave it out unless its functions may be called again',
    )
  for (const field of ['environments', 'dependsOn'] as const) {
    const list: unknown = input[field]
    if (list === undefined) continue
    if (!Array.isArray(list) || list.some((item) => typeof item !== 'string' || item === ''))
      refuse(`"${field}" is not a list of strings`, `write ${field}: ['...']`)
  }
  if (input.environments?.length === 0) refuse('"environments" is an empty list', 'leave it out for all environments')
  for (const field of ['timeout', 'statementTimeout', 'ddlLockTimeout'] as const)
    if (input[field] !== undefined) checkDuration(field, input[field], refuse)
  if (input.isolation !== undefined && !ISOLATIONS.includes(input.isolation))
    refuse(`"isolation" is ${inspect(input.isolation, { depth: 0 })}`, didYouMean(String(input.isolation), ISOLATIONS))
}

function checkDuration(field: string, value: unknown, refuse: Refuse): void {
  try {
    milliseconds(value, field)
  } catch (error) {
    refuse((error as QueenError).message, (error as QueenError).hint)
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : `of type ${typeof value}`
}
