import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type * as Jiti from 'jiti'
import { codeOf } from '../../core/redact.js'
import { requirePackage } from '../common-js.js'
import { invalid } from '../invalid.js'
import { shownPath } from './shown-path.js'

/** What a module is loaded for, as messages call it. */
export type ModuleKind = 'configuration' | 'migrations module'

type Exports = Readonly<Record<string, unknown>>

/**
 * Loads a module of the user's: JavaScript, or TypeScript.
 *
 * @throws QueenError `CONFIG_INVALID` saying what is wrong with it, and where; whatever QueenError it threw itself.
 */
export async function loadModule(file: string, cwd: string, kind: ModuleKind): Promise<Exports> {
  const shown = shownPath(file, cwd)
  checkFile(file, shown, kind)
  try {
    return /^\.[cm]?tsx?$/.test(extname(file)) ? await loadTypeScript(file) : await loadNatively(file)
  } catch (error) {
    const { loadFailure } = await import('./load-failure.js')
    throw loadFailure(error, { file, shown, kind, cwd })
  }
}

function checkFile(file: string, shown: string, kind: ModuleKind): void {
  let found
  try {
    found = statSync(file)
    accessSync(file, constants.R_OK)
  } catch (error) {
    const why = codeOf(error) === 'ENOENT' ? 'does not exist' : `cannot be read (${codeOf(error) ?? 'unknown reason'})`
    throw invalid(`The ${kind} ${shown} ${why}`, `looked for it at ${file}`, { at: shown })
  }
  if (!found.isFile())
    throw invalid(`The ${kind} ${shown} is ${found.isDirectory() ? 'a folder' : 'no file'}`, 'name the file itself', {
      at: shown,
    })
}

async function loadNatively(file: string): Promise<Exports> {
  return (await import(pathToFileURL(file).href)) as Exports
}

/**
 * What Node's own TypeScript refuses though bundlers and compilers accept it: enums, `./x.js` for `./x.ts`, no extension.
 * A syntax error is among them because Node tells its line only, and the other loader its column too.
 */
const BEYOND_NODE = new Set([
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_INVALID_TYPESCRIPT_SYNTAX',
  'ERR_MODULE_NOT_FOUND',
  'ERR_UNSUPPORTED_DIR_IMPORT',
  'ERR_UNKNOWN_FILE_EXTENSION',
])

async function loadTypeScript(file: string): Promise<Exports> {
  if ((process.features as { typescript?: unknown }).typescript)
    try {
      return await loadNatively(file)
    } catch (error) {
      if (!BEYOND_NODE.has(codeOf(error) ?? '')) throw error
    }
  return await loadThroughJiti(file)
}

/**
 * Transpiles on the fly. Whatever copy of this package the user's project would find, its migrations get the one that
 * is running: a queen and its driver must be of the same copy to know each other's errors.
 */
async function loadThroughJiti(file: string): Promise<Exports> {
  const own = await import('../../core/index.js')
  const { createJiti } = requirePackage('jiti') as typeof Jiti
  const jiti = createJiti(pathToFileURL(file).href, {
    fsCache: cacheFolder(file),
    virtualModules: { 'queen-migrate': own },
    alias: Object.fromEntries(
      DOORS.map(([door, path]) => [`queen-migrate/${door}`, fileURLToPath(new URL(path, import.meta.url))]),
    ),
  })
  return await jiti.import<Exports>(file)
}

const DOORS = [
  ['sqlite', '../../drivers/sqlite/index.js'],
  ['testing', '../../testing/index.js'],
  ['cli', '../index.js'],
] as const

/** Beside the packages of the project, or at home; never in a folder where others could put code for us to run. */
function cacheFolder(file: string): string {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const packages = join(folder, 'node_modules')
    if (existsSync(packages)) return join(packages, '.cache', 'queen-migrate')
    if (folder === dirname(folder)) return join(homedir(), '.cache', 'queen-migrate')
  }
}
