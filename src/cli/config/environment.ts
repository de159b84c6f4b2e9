import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { codeOf } from '../../core/redact.js'
import { invalid } from '../invalid.js'

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The variables of the process and of `.env` in the working folder, of which the process's win. They are put into the
 * process too, where its own are meant: configuration and migrations that are code read them there.
 *
 * @throws QueenError `CONFIG_INVALID` when there is a `.env` that cannot be read.
 */
export function readEnvironment(env: Environment, cwd: string): Environment {
  const text = readDotEnv(join(cwd, '.env'))
  if (text === undefined) return env
  const missing = Object.entries(parseEnv(text)).filter(([name]) => env[name] === undefined)
  if (env === process.env) for (const [name, value] of missing) process.env[name] = value
  return { ...env, ...Object.fromEntries(missing) }
}

function readDotEnv(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT') return undefined
    throw invalid(`.env cannot be read (${code ?? 'unknown reason'})`, 'make it a readable file, or remove it')
  }
}
