import { resolve } from 'node:path'
import type { QueenOptions } from '../core/options.js'
import type { Queen } from '../core/queen.js'
import type { Given, Settings } from './config/settings.js'
import { connect, DEFAULT_URL, missingFile } from './connect.js'
import { defined } from './defined.js'
import { invalid } from './invalid.js'
import type { IO } from './io.js'
import { findMigrations } from './load/find-migrations.js'
import { loadModule } from './load/load-module.js'
import { queenIn } from './load/queen-in.js'
import { shownPath } from './load/shown-path.js'

interface Ingredients {
  /** The queen of a program that is its own command line. */
  readonly queen: Queen | undefined
  readonly settings: Settings
  readonly io: IO
  readonly notice: (text: string) => void
}

/** Loads the migrations and binds them to the database, each when it is first asked for. */
export interface Opening {
  readonly registered: () => Promise<Queen>
  readonly migrationsFile: () => Promise<string>
  /** `opened` is handed the queen once, before anything is done with it. */
  readonly database: (opened: (queen: Queen) => void) => Promise<Queen>
  readonly close: () => Promise<void>
}

export function openedBy(ingredients: Ingredients): Opening {
  const { settings, io, queen } = ingredients
  let loading: Promise<Queen> | undefined
  let binding: Promise<Queen> | undefined
  const migrationsFile = async (): Promise<string> => await Promise.resolve(findMigrations(settings))
  const load = async (): Promise<Queen> => {
    const file = await migrationsFile()
    return queenIn(await loadModule(file, io.cwd, 'migrations module'), shownPath(file, io.cwd))
  }
  const registered = (): Promise<Queen> => (loading ??= queen === undefined ? load() : Promise.resolve(queen))
  const open = async (opened: (queen: Queen) => void): Promise<Queen> => {
    const file = queen === undefined ? await migrationsFile() : undefined
    const bound = await bind(await registered(), file, ingredients)
    opened(bound)
    return bound
  }
  return {
    registered,
    migrationsFile,
    database: (opened) => (binding ??= open(opened)),
    close: async () => {
      const bound = await binding?.catch(() => undefined)
      await bound?.close()
    },
  }
}

/** A queen that is bound already keeps its database unless another one is named. */
async function bind(queen: Queen, file: string | undefined, { settings, io, notice }: Ingredients): Promise<Queen> {
  const options = queenOptions(settings)
  if (settings.url === undefined && queen.target !== '') {
    const [option] = Object.keys({ ...options, ...settings.own })
    if (option === undefined) return queen
    throw invalid(
      `${option} is set, but the migrations come with a database of their own`,
      'set it where that queen is made, or name the database with --url',
    )
  }
  const url: Given = settings.url ?? { value: DEFAULT_URL, source: 'the default', folder: io.cwd }
  if (settings.url === undefined) notice(`No database is named: using sqlite:${resolve(io.cwd, 'queen.db')}`)
  const driver = await connect(url, settings.own, queen, file)
  const missing = missingFile(driver.target)
  if (missing !== undefined) notice(`${missing} does not exist yet; the first migration creates it`)
  return queen.with(driver, options)
}

function queenOptions({ table, schema, ddlLockTimeout, statementTimeout }: Settings): QueenOptions {
  return defined({ table: table?.value, schema: schema?.value, ddlLockTimeout, statementTimeout })
}
