import { resolve } from 'node:path'
import type { Duration } from '../../core/duration.js'
import { didYouMean } from '../../core/suggest.js'
import { defined } from '../defined.js'
import type { Flags } from '../flags.js'
import { invalid } from '../invalid.js'
import type { ConfigSection, QueenConfig } from './config.js'
import type { Environment } from './environment.js'
import { expand } from './expand.js'
import type { LoadedConfig } from './read.js'

/** A text that was given somewhere. */
export interface Given {
  readonly value: string
  /** Where, for people: `--url`, `DATABASE_URL`, `url in queen.config.json`. */
  readonly source: string
  /** The folder its relative paths start from. */
  readonly folder: string
}

/** Settings that one kind of database has and others have not. */
export type OwnSettings = Readonly<Partial<Record<'role' | 'pooler', Given>>>

/** What holds for this call: flags, variables, configuration and defaults in one. */
export interface Settings {
  readonly url: Given | undefined
  readonly migrations: Given | undefined
  readonly table: Given | undefined
  readonly schema: Given | undefined
  readonly own: OwnSettings
  /** '' when none is named. */
  readonly environment: string
  readonly protection: 'protected' | 'open'
  readonly timeout: Duration | undefined
  readonly lockTimeout: Duration | undefined
  readonly ddlLockTimeout: Duration | undefined
  readonly statementTimeout: Duration | undefined
  /** The folder the migrations module is looked for in when none is named. */
  readonly folder: string
}

interface Sources {
  readonly flags: Flags
  readonly env: Environment
  readonly config: LoadedConfig | undefined
  readonly cwd: string
}

/**
 * Flag before variable before section of the environment before the rest of the configuration. A string is expanded
 * only when it is the one that counts: a variable that only production needs may be missing elsewhere.
 *
 * @throws QueenError `CONFIG_INVALID`
 */
export function settingsFrom(sources: Sources): Settings {
  const { flags, env, config, cwd } = sources
  const environment =
    flags.env ?? nonEmpty(env['QUEEN_ENV']) ?? fromConfig('environment', config?.content.environment, sources) ?? ''
  const section = sectionOf(config?.content, environment, config?.name)
  const configured = (key: 'url' | 'migrations' | 'table' | 'schema' | keyof OwnSettings): Given | undefined => {
    const [value, place] =
      section[key] === undefined ? [config?.content[key], key] : [section[key], `environments.${environment}.${key}`]
    if (value === undefined || config === undefined) return undefined
    return { value: fromConfig(place, value, sources)!, source: `${place} in ${config.name}`, folder: config.folder }
  }
  const given = (key: 'url' | 'migrations' | 'table' | 'schema', variables: readonly string[]): Given | undefined => {
    const flag = flags[key]
    if (flag !== undefined) return { value: flag, source: `--${key}`, folder: cwd }
    const variable = variables.find((name) => nonEmpty(env[name]) !== undefined)
    return variable === undefined ? configured(key) : { value: env[variable]!, source: variable, folder: cwd }
  }
  const time = (key: 'timeout' | 'lockTimeout' | 'ddlLockTimeout' | 'statementTimeout'): Duration | undefined => {
    const value = section[key] ?? config?.content[key]
    return typeof value === 'string' ? (fromConfig(key, value, sources) as Duration) : value
  }
  return {
    url: given('url', ['QUEEN_URL', 'DATABASE_URL']),
    migrations: given('migrations', ['QUEEN_MIGRATIONS']),
    table: given('table', ['QUEEN_TABLE']),
    schema: given('schema', ['QUEEN_SCHEMA']),
    own: defined({ role: configured('role'), pooler: configured('pooler') }),
    environment,
    protection: (section.protected ?? config?.content.protected) === true ? 'protected' : 'open',
    timeout: (flags.timeout as Duration | undefined) ?? time('timeout'),
    lockTimeout: (flags.lockTimeout as Duration | undefined) ?? time('lockTimeout'),
    ddlLockTimeout: time('ddlLockTimeout'),
    statementTimeout: time('statementTimeout'),
    folder: config?.folder ?? resolve(cwd),
  }
}

/** A misspelt environment must not silently get the settings of all: its database would be another one. */
function sectionOf(content: QueenConfig | undefined, environment: string, name = ''): ConfigSection {
  const environments = content?.environments
  if (environment === '' || environments === undefined) return {}
  if (Object.hasOwn(environments, environment)) return environments[environment]!
  const known = Object.keys(environments)
  throw invalid(
    `${name} has no environment "${environment}"`,
    known.length === 0 ? 'add it there' : didYouMean(environment, known),
  )
}

function fromConfig(key: string, value: string | undefined, { env, config }: Sources): string | undefined {
  return value === undefined ? undefined : expand(value, env, `${key} in ${config?.name}`)
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value
}
