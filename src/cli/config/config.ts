import type { Duration } from '../../core/duration.js'
import { didYouMean } from '../../core/suggest.js'
import { invalid } from '../invalid.js'

/** What may be said for all environments, and for one of them. */
export interface ConfigSection {
  /** `sqlite:app.db`, `postgres://user@host:5432/database`. A relative path starts from the configuration's folder. */
  readonly url?: string
  /** The module that exports the queen, relative to the configuration's folder. */
  readonly migrations?: string
  readonly table?: string
  readonly schema?: string
  /** PostgreSQL: the role that migrations run as and that owns what they create. Default: the one that logs in. */
  readonly role?: string
  /** PostgreSQL: what stands between Queen and the server. Default `detect`. */
  readonly pooler?: 'detect' | 'session' | 'transaction'
  /** true: nothing is taken back here without `--yes`. */
  readonly protected?: boolean
  /** How long a run may take. */
  readonly timeout?: Duration
  /** How long to wait for the migration lock. */
  readonly lockTimeout?: Duration
  readonly ddlLockTimeout?: Duration
  readonly statementTimeout?: Duration
}

/**
 * The content of `queen.config.*`. In its strings `$VAR`, `${VAR}` and `${VAR:-default}` stand for environment
 * variables, and `$$` for a dollar.
 *
 * @example
 * ```ts
 * import type { QueenConfig } from 'queen-migrate/cli'
 * export default {
 *   url: 'sqlite:app.db',
 *   environments: { production: { url: '$PRODUCTION_URL', protected: true } },
 * } satisfies QueenConfig
 * ```
 */
export interface QueenConfig extends ConfigSection {
  /** The environment when neither `--env` nor `QUEEN_ENV` names one. */
  readonly environment?: string
  readonly environments?: Readonly<Record<string, ConfigSection>>
}

const SECTION_KEYS: Readonly<Record<keyof ConfigSection, 'text' | 'choice' | 'time'>> = {
  url: 'text',
  migrations: 'text',
  table: 'text',
  schema: 'text',
  role: 'text',
  pooler: 'text',
  protected: 'choice',
  timeout: 'time',
  lockTimeout: 'time',
  ddlLockTimeout: 'time',
  statementTimeout: 'time',
}
const EXPECTED = { text: 'a string', choice: 'true or false', time: `a time such as '30s'` }

/** Checks what a file held. `name` is the file as messages call it. @throws QueenError `CONFIG_INVALID` */
export function acceptConfig(value: unknown, name: string): QueenConfig {
  if (!isObject(value)) throw invalid(`${name} holds ${kindOf(value)}, not an object`, `write { url: 'sqlite:app.db' }`)
  const { environment, environments, ...section } = value
  checkSection(section, name, ['environment', 'environments'])
  if (environment !== undefined && typeof environment !== 'string')
    throw invalid(`environment in ${name} is ${kindOf(environment)}`, 'write the name of an environment')
  if (environments === undefined) return value
  if (!isObject(environments))
    throw invalid(`environments in ${name} is ${kindOf(environments)}, not an object`, 'write { production: { ... } }')
  for (const [key, one] of Object.entries(environments)) {
    if (!isObject(one))
      throw invalid(`environments.${key} in ${name} is ${kindOf(one)}, not an object`, `write { url: '...' }`)
    checkSection(one, name, [], `environments.${key}.`)
  }
  return value
}

function checkSection(section: Record<string, unknown>, name: string, more: readonly string[], prefix = ''): void {
  for (const [key, value] of Object.entries(section)) {
    const kind = Object.hasOwn(SECTION_KEYS, key) ? SECTION_KEYS[key as keyof ConfigSection] : undefined
    if (kind === undefined)
      throw invalid(
        `${name} has the unknown key "${prefix}${key}"`,
        didYouMean(key, [...Object.keys(SECTION_KEYS), ...more]),
      )
    if (value === undefined || fits(value, kind)) continue
    throw invalid(`${prefix}${key} in ${name} is ${kindOf(value)}`, `write ${EXPECTED[kind]}`)
  }
}

function fits(value: unknown, kind: 'text' | 'choice' | 'time'): boolean {
  if (kind === 'choice') return typeof value === 'boolean'
  return typeof value === 'string' || (kind === 'time' && typeof value === 'number')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : `of type ${typeof value}`
}
