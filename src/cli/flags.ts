/** Options of the command line as they were written; what was not written is not there. */
export interface Flags {
  readonly config?: string
  readonly url?: string
  readonly migrations?: string
  readonly table?: string
  readonly schema?: string
  readonly env?: string
  readonly json?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
  /** false: `--no-color`. */
  readonly color?: boolean
  readonly to?: string
  readonly steps?: string
  readonly dryRun?: boolean
  readonly allowOutOfOrder?: boolean
  readonly allowUnknown?: boolean
  readonly atomic?: boolean
  readonly onFailure?: string
  readonly yes?: boolean
  readonly timeout?: string
  readonly lockTimeout?: string
  readonly check?: boolean
  /** false: `validate --no-pending`; true: `recover --pending`. */
  readonly pending?: boolean
  readonly resume?: boolean
  readonly applied?: boolean
  readonly last?: string
  readonly type?: string
  readonly series?: string
  /** Of `create`; elsewhere `--version` has no value. */
  readonly version?: string | boolean
  readonly timestamp?: boolean
}

/** How a flag is written, and what help says about it. */
export type FlagSpec = readonly [written: string, about: string]

/** Known before and behind every command. */
export const GLOBAL_FLAGS: readonly FlagSpec[] = [
  ['--config <file>', 'configuration (default: queen.config.{ts,mts,js,mjs,json,yaml} in this folder)'],
  ['--url <url>', 'database: sqlite:app.db, postgres://user@host/app (or QUEEN_URL, or DATABASE_URL)'],
  ['--migrations <file>', 'module that exports the queen (or QUEEN_MIGRATIONS; default: migrations.{ts,mts,js,mjs})'],
  ['--table <name>', 'history table (or QUEEN_TABLE; default: queen_migrations)'],
  ['--schema <name>', 'schema of the history table (or QUEEN_SCHEMA)'],
  ['--env <name>', 'environment (or QUEEN_ENV)'],
  ['--json', 'print one JSON document'],
  ['--quiet', 'print nothing but errors'],
  ['--verbose', 'also print what happens to the lock and what migrations log'],
  ['--no-color', 'no colours (or NO_COLOR=1)'],
]

export const LOCK_FLAGS: readonly FlagSpec[] = [
  ['--timeout <time>', 'how long it may take in all: 30s, 5m'],
  ['--lock-timeout <time>', 'how long to wait for the migration lock (default: 5m)'],
]

const YES_FLAG: FlagSpec = ['--yes', 'do not ask, and allow it in a protected environment']

export const RUN_FLAGS: readonly FlagSpec[] = [
  ['--dry-run', 'show what would be done, and do nothing'],
  ['--atomic', 'the whole run in one transaction'],
  ['--on-failure <what>', 'stop, or rollback: take back what this run applied (default: stop)'],
  ...LOCK_FLAGS,
  YES_FLAG,
]

export const RANGE_FLAGS: readonly FlagSpec[] = [
  ['--to <version>', 'the version to end at'],
  ['--steps <n>', 'how many migrations at most'],
]

export const ALLOW_FLAGS: readonly FlagSpec[] = [
  ['--allow-out-of-order', 'apply pending migrations although later ones are applied'],
  ['--allow-unknown', 'apply although the history has versions that are not registered'],
]
