import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Driver } from '../core/driver.js'
import { Queen } from '../core/queen.js'
import { nearest } from '../core/suggest.js'
import type { Given, OwnSettings } from './config/settings.js'
import { invalid } from './invalid.js'

/** A kind of database: how its URLs look, and which door of the package makes its driver. */
interface Scheme {
  /** What the kind is called. */
  readonly title: string
  readonly example: string
  readonly door: string
  /** The door's function that makes a driver. */
  readonly maker: string
  readonly load: () => Promise<object>
  /** Settings that only this kind has: the options of its maker. */
  readonly own: readonly (keyof OwnSettings)[]
  /** Makes relative paths absolute. */
  readonly target: (given: Given) => string
}

const POSTGRES: Scheme = {
  title: 'PostgreSQL',
  example: 'postgres://user@host:5432/database',
  door: 'postgres',
  maker: 'postgres',
  load: () => import('../drivers/postgres/index.js'),
  own: ['role', 'pooler'],
  target: ({ value }) => value,
}

const MYSQL: Scheme = {
  title: 'MySQL',
  example: 'mysql://user@host:3306/database',
  door: 'mysql',
  maker: 'mysql',
  load: () => import('../drivers/mysql/index.js'),
  own: [],
  target: ({ value }) => value,
}

/** The databases this release opens; another one is another line. */
const SCHEMES: Readonly<Record<string, Scheme>> = {
  sqlite: {
    title: 'SQLite',
    example: 'sqlite:app.db',
    door: 'sqlite',
    maker: 'sqlite',
    load: () => import('../drivers/sqlite/index.js'),
    own: [],
    target: sqliteTarget,
  },
  postgres: POSTGRES,
  postgresql: POSTGRES,
  mysql: MYSQL,
  mariadb: MYSQL,
}

/** What is opened when nothing is said. */
export const DEFAULT_URL = 'sqlite:queen.db'

/**
 * The driver for a URL, with the settings that belong to its kind of database. A queen of another copy of the package
 * gets the driver of its own copy, since the two must know each other's errors. No message repeats the URL: it may hold
 * a password.
 *
 * @throws QueenError `CONFIG_INVALID`, `DRIVER_MISSING`
 */
export async function connect(
  given: Given,
  own: OwnSettings,
  queen: unknown,
  migrationsFile: string | undefined,
): Promise<Driver> {
  const name = /^([a-z][a-z0-9+.-]*):/i.exec(given.value)?.[1]?.toLowerCase()
  const scheme = name !== undefined && Object.hasOwn(SCHEMES, name) ? SCHEMES[name] : undefined
  if (scheme === undefined) throw unknownScheme(name, given)
  const options = optionsFrom(own, scheme)
  const sameCopy = queen instanceof Queen || migrationsFile === undefined
  const door = (sameCopy ? undefined : await doorOf(scheme, migrationsFile)) ?? (await scheme.load())
  const make = (door as Record<string, (target: string, options: object) => Driver>)[scheme.maker]!
  return make(scheme.target(given), options)
}

/** What is not meant for this kind of database must not be dropped in silence: the role, say, that everything runs as. */
function optionsFrom(own: OwnSettings, scheme: Scheme): object {
  const given = Object.entries(own) as [keyof OwnSettings, Given][]
  const stray = given.find(([key]) => !scheme.own.includes(key))
  if (stray !== undefined)
    throw invalid(
      `${stray[1].source} is set, and ${scheme.title} has no such thing`,
      `move ${stray[0]} to the environments whose url is one of PostgreSQL`,
    )
  return Object.fromEntries(given.map(([key, { value }]) => [key, value]))
}

async function doorOf(scheme: Scheme, migrationsFile: string): Promise<object | undefined> {
  try {
    const path = createRequire(migrationsFile).resolve(`queen-migrate/${scheme.door}`)
    return (await import(pathToFileURL(path).href)) as object
  } catch {
    return undefined
  }
}

function unknownScheme(name: string | undefined, { source }: Given): Error {
  const examples = [...new Set(Object.values(SCHEMES).map((scheme) => scheme.example))]
  const opens = `this version opens ${Object.keys(SCHEMES)
    .map((one) => `${one}:`)
    .join(', ')}`
  const write = `write a URL such as ${examples.join(' or ')}`
  // One letter is a Windows drive; without slashes behind it, it is as likely a user's name before a password.
  if (name === undefined || name.length === 1)
    return invalid(`The database URL from ${source} names no kind of database`, `${write}; ${opens}`)
  const near = nearest(name, Object.keys(SCHEMES))
  const meant = near === undefined ? '' : `did you mean ${near}:? `
  return invalid(`The database URL from ${source} is of no kind this version knows`, `${meant}${write}; ${opens}`)
}

/** `sqlite:app.db` as seen from the folder it was written in. */
function sqliteTarget({ value, folder }: Given): string {
  const [, path = '', query = ''] = /^sqlite:(?:\/\/)?([^?]*)(\?.*)?$/is.exec(value) ?? []
  return path === '' || path === ':memory:' ? `sqlite:${path}${query}` : `sqlite:${resolve(folder, path)}${query}`
}

/** The file a target of ours is, when it does not exist yet: opening it creates it, and a typo should be seen. */
export function missingFile(target: string): string | undefined {
  const path = /^sqlite:(?!:memory:$)(.+)$/s.exec(target)?.[1]
  return path === undefined || existsSync(path) ? undefined : path
}
