import { inspect } from 'node:util'
import type { Duration } from './duration.js'
import { milliseconds } from './duration.js'
import { QueenError } from './errors.js'
import { ISOLATIONS, type Isolation } from './migration.js'
import { didYouMean } from './suggest.js'
import { tableName } from './table-name.js'

/** What holds for every run of a queen. */
export interface QueenOptions {
  /**
   * The history table. The journal has the same name with `_log` behind it. Its schema may stand in front, and either in
   * quotes: `ops.migrations`, `"ops"."my.migrations"`. Default `queen_migrations`.
   */
  readonly table?: string
  /** The schema both are in. Default: where the database puts unqualified names. */
  readonly schema?: string
  /** The environment of this process, for migrations that belong to some only. Default ''. */
  readonly environment?: string
  /** How long to wait for the migration lock. Default 5 minutes. */
  readonly lockTimeout?: Duration
  /**
   * How long a statement may wait for a lock on a table, where the database has such locks: everybody else who wants the
   * table waits behind it. One that gets none is tried again, up to 30 times and 5 minutes. Default 1 second.
   */
  readonly ddlLockTimeout?: Duration
  /** How long one statement may take. Default: no limit. */
  readonly statementTimeout?: Duration
}

/** What may be said about one run. */
export interface RunOptions {
  /** Show what would be done, and do nothing. */
  readonly dryRun?: boolean
  /** Apply pending migrations although later ones of their series are applied. Default false: refuse, naming them. */
  readonly allowOutOfOrder?: boolean
  /** Apply although the history has versions this program does not know. Default false: refuse, naming them. */
  readonly allowUnknown?: boolean
  /**
   * The whole run in one transaction, where the database can. Default false: one for each migration. The `timeout`s of
   * single migrations do not count then, and the first one's other limits hold for all.
   */
  readonly atomic?: boolean
  /** `rollback`: after a failure take back what this run applied, newest first. Default `stop`: keep it. */
  readonly onFailure?: 'stop' | 'rollback'
  /** The environment of this run. Default: the queen's. */
  readonly environment?: string
  /** Cancels: the running statement is stopped where the database can, and rolled back. */
  readonly signal?: AbortSignal
  /** Stops gently: the current migration is finished, no further one is begun. */
  readonly stop?: AbortSignal
  /** How long the whole run may take. Default: no limit. */
  readonly timeout?: Duration
  /** How long to wait for the migration lock. Default: the queen's. */
  readonly lockTimeout?: Duration
  /** How long a statement may wait for a lock on a table, each time it is tried. Default: the queen's. */
  readonly ddlLockTimeout?: Duration
  /** How long one statement may take. Default: the queen's. */
  readonly statementTimeout?: Duration
  /** The isolation level of transactions, where a migration names none. Default: as the database is set. */
  readonly isolation?: Isolation
  /** Handed to functions as `ctx.app`. */
  readonly context?: unknown
}

/** Options of `up`. */
export interface UpOptions extends RunOptions {
  /** The last version to apply. */
  readonly to?: string
  /** How many migrations to apply at most. */
  readonly steps?: number
}

/** Options of `down`: so many steps back, or back to a version, which stays. */
export type DownOptions = RunOptions &
  ({ readonly steps?: number; readonly to?: never } | { readonly to: string; readonly steps?: never })

const QUEEN_OPTIONS = ['table', 'schema', 'environment', 'lockTimeout', 'ddlLockTimeout', 'statementTimeout'] as const
const RUN_OPTIONS = [
  ...['dryRun', 'allowOutOfOrder', 'allowUnknown', 'atomic', 'onFailure', 'environment', 'signal', 'stop', 'timeout'],
  ...['lockTimeout', 'ddlLockTimeout', 'statementTimeout', 'isolation', 'context'],
]
/** The shortest limit on names among the databases, less the journal's `_log`. */
const LONGEST_TABLE = 59

/** Options of a queen, checked and complete. */
export interface Settings {
  readonly table: string
  readonly schema: string | undefined
  readonly environment: string
  readonly lockTimeout: number
  readonly ddlLockTimeout: number
  readonly statementTimeout: number | undefined
}

/** @throws QueenError `CONFIG_INVALID` naming the option. */
export function settingsFrom(options: QueenOptions): Settings {
  refuseUnknown(options, QUEEN_OPTIONS)
  return {
    ...placeFrom(options),
    environment: text('environment', options.environment ?? ''),
    lockTimeout: milliseconds(options.lockTimeout ?? '5m', 'lockTimeout'),
    ddlLockTimeout: milliseconds(options.ddlLockTimeout ?? '1s', 'ddlLockTimeout'),
    statementTimeout:
      options.statementTimeout === undefined ? undefined : milliseconds(options.statementTimeout, 'statementTimeout'),
  }
}

/** The history table, whose schema may stand in front of its name or be an option of its own. */
function placeFrom(options: QueenOptions): Pick<Settings, 'table' | 'schema'> {
  const given = text('table', options.table ?? 'queen_migrations')
  const { name, schema: inName } = tableName(given)
  const table = identifier('table', name, LONGEST_TABLE)
  const schema = options.schema === undefined ? inName : text('schema', options.schema)
  if (inName !== undefined && schema !== inName)
    throw new QueenError('CONFIG_INVALID', `table is ${given}, and schema is ${options.schema}`, {
      hint: 'leave one of the two schemas out',
    })
  return { table, schema: schema === undefined ? undefined : identifier('schema', schema, 63) }
}

/**
 * `range` are the options a call takes beside those that every run has: what it does not take, it must not ignore.
 *
 * @throws QueenError `CONFIG_INVALID` naming the option.
 */
export function checkRunOptions(options: UpOptions | DownOptions, range: readonly ('to' | 'steps')[] = []): void {
  refuseUnknown(options, [...RUN_OPTIONS, ...range])
  const { steps, to, onFailure, environment, isolation } = options
  if (steps !== undefined && (!Number.isSafeInteger(steps) || steps < 1))
    throw new QueenError('CONFIG_INVALID', `steps is ${inspect(steps, { depth: 0 })}`, {
      hint: 'write a whole number from 1 upwards',
    })
  if (steps !== undefined && to !== undefined)
    throw new QueenError('CONFIG_INVALID', 'both steps and to are given', { hint: 'leave one of them out' })
  if (to !== undefined) text('to', to)
  if (environment !== undefined) text('environment', environment)
  for (const field of ['signal', 'stop'] as const)
    if (options[field] !== undefined && typeof options[field]?.addEventListener !== 'function')
      throw new QueenError('CONFIG_INVALID', `${field} is ${inspect(options[field], { depth: 0 })}`, {
        hint: 'pass the signal of an AbortController (AbortSignal)',
      })
  if (onFailure !== undefined && onFailure !== 'stop' && onFailure !== 'rollback')
    throw new QueenError('CONFIG_INVALID', `onFailure is ${inspect(onFailure, { depth: 0 })}`, {
      hint: `write 'stop' or 'rollback'`,
    })
  if (isolation !== undefined && !ISOLATIONS.includes(isolation))
    throw new QueenError('CONFIG_INVALID', `isolation is ${inspect(isolation, { depth: 0 })}`, {
      hint: didYouMean(String(isolation), ISOLATIONS),
    })
  for (const field of ['dryRun', 'allowOutOfOrder', 'allowUnknown', 'atomic'] as const)
    if (options[field] !== undefined && typeof options[field] !== 'boolean')
      throw new QueenError('CONFIG_INVALID', `${field} is ${inspect(options[field], { depth: 0 })}`, {
        hint: 'write true or false',
      })
}

/** For calls that write records and run nothing. @throws QueenError `CONFIG_INVALID` naming the option. */
export function checkDeskOptions(options: RunOptions): void {
  checkRunOptions(options)
  if (options.dryRun === true)
    throw new QueenError('CONFIG_INVALID', 'There is no dry run of this', { hint: 'queen status shows what there is' })
}

/** @throws QueenError `CONFIG_INVALID` */
export function checkLast(options: { readonly last?: number }): void {
  refuseUnknown(options, ['last'])
  const { last } = options
  if (last !== undefined && (!Number.isSafeInteger(last) || last < 0))
    throw new QueenError('CONFIG_INVALID', `last is ${inspect(last, { depth: 0 })}`, {
      hint: 'write a whole number, how many entries to show',
    })
}

/** A version that is needed: a missing one must never come to mean all of them. @throws QueenError `CONFIG_INVALID` */
export function checkVersion(version: unknown): void {
  if (typeof version !== 'string' || version === '')
    throw new QueenError('CONFIG_INVALID', `the version is ${inspect(version, { depth: 0 })}`, {
      hint: `name one, as a string: '014'`,
    })
}

function refuseUnknown(options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null)
    throw new QueenError('CONFIG_INVALID', `options are ${typeof options}, not an object`, {
      hint: `known are ${known.join(', ')}`,
    })
  for (const key of Object.keys(options))
    if (!known.includes(key))
      throw new QueenError('CONFIG_INVALID', `there is no option "${key}"`, { hint: didYouMean(key, known) })
}

function text(what: string, value: unknown): string {
  if (typeof value === 'string') return value
  throw new QueenError('CONFIG_INVALID', `${what} is of type ${typeof value}, not a string`, {
    hint: `write ${what}: '...'`,
  })
}

/** Any name a database can hold is fine, since names are always quoted; what would be cut or lost is not. */
function identifier(what: string, value: unknown, longest: number): string {
  const name = text(what, value)
  const bytes = new TextEncoder().encode(name).length
  const refuse = (problem: string): never => {
    throw new QueenError('CONFIG_INVALID', `the ${what} name ${JSON.stringify(name)} ${problem}`, {
      hint: `choose another ${what}`,
    })
  }
  if (name.trim() !== name || name === '') refuse('is empty or has blanks around it')
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
  if (/[\u0000-\u001f\u007f]/.test(name) || !name.isWellFormed()) refuse('has characters no database takes')
  if (bytes > longest) refuse(`is ${bytes} bytes long, at most ${longest} are allowed`)
  return name
}
