import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { codeOf } from '../../core/redact.js'
import { invalid } from '../invalid.js'
import { loadModule } from '../load/load-module.js'
import type { QueenConfig } from './config.js'

/** A configuration, and where it was found. */
export interface LoadedConfig {
  readonly content: QueenConfig
  /** Absolute path. */
  readonly file: string
  readonly folder: string
  /** The file as messages call it. */
  readonly name: string
}

const NAMES = ['ts', 'mts', 'js', 'mjs', 'json', 'yaml', 'yml'].map((extension) => `queen.config.${extension}`)

/**
 * Reads the configuration that is named, or the one in the folder, if there is one. It is looked for in no other
 * folder: a configuration that is found by surprise is worse than one that has to be named.
 *
 * @throws QueenError `CONFIG_INVALID` with file, line and column where they are known.
 */
export async function readConfig(named: string | undefined, cwd: string): Promise<LoadedConfig | undefined> {
  const file =
    named === undefined ? NAMES.map((name) => join(cwd, name)).find((path) => existsSync(path)) : resolve(cwd, named)
  if (file === undefined) return undefined
  const name = basename(file)
  const { acceptConfig } = await import('./config.js')
  return { content: acceptConfig(await contentOf(file, name, cwd), name), file, folder: dirname(file), name }
}

async function contentOf(file: string, name: string, cwd: string): Promise<unknown> {
  const extension = extname(file)
  if (extension === '.json') return (await import('./formats.js')).parseJSON(read(file, name), name)
  if (extension === '.yaml' || extension === '.yml')
    return (await import('./formats.js')).parseYAML(read(file, name), name)
  if (!NAMES.some((known) => known.endsWith(extension)) || extension === '')
    throw invalid(`The configuration ${name} is of no known kind`, 'it ends in .ts, .mts, .js, .mjs, .json or .yaml')
  const loaded = await loadModule(file, cwd, 'configuration')
  return loaded['default']
}

function read(file: string, name: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '')
  } catch (error) {
    throw invalid(
      `The configuration ${name} cannot be read (${codeOf(error) ?? 'unknown reason'})`,
      `looked for it at ${file}`,
    )
  }
}
