import { invalid } from '../invalid.js'
import type { Environment } from './environment.js'

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y

/**
 * Puts environment variables into a string of the configuration: `$VAR`, `${VAR}`, `${VAR:-default}` where the variable
 * is unset or empty, `$$` for a dollar. Values go in as they are: a `$` in a password means nothing. `key` names the
 * place in the error.
 *
 * @throws QueenError `CONFIG_INVALID` naming a variable that is not set.
 */
export function expand(text: string, env: Environment, key: string): string {
  let out = ''
  for (let at = 0; at < text.length;) {
    const dollar = text.indexOf('$', at)
    if (dollar === -1) return out + text.slice(at)
    out += text.slice(at, dollar)
    const [value, end] = reference(text, dollar, env, key)
    out += value
    at = end
  }
  return out
}

/** What the `$` at an offset stands for, and where the text goes on. */
function reference(text: string, dollar: number, env: Environment, key: string): [string, number] {
  const next = text[dollar + 1]
  if (next === '$') return ['$', dollar + 2]
  if (next === '{') return braced(text, dollar, env, key)
  const name = nameAt(text, dollar + 1)
  // A dollar in front of anything else is one.
  return name === '' ? ['$', dollar + 1] : [lookUp(name, env, key), dollar + 1 + name.length]
}

function braced(text: string, dollar: number, env: Environment, key: string): [string, number] {
  const name = nameAt(text, dollar + 2)
  const behind = dollar + 2 + name.length
  if (name !== '' && text[behind] === '}') return [lookUp(name, env, key), behind + 1]
  const end = closing(text, behind)
  if (name === '' || end === -1 || !text.startsWith(':-', behind))
    throw invalid(`${key} has a "\${" that is not understood`, 'write ${NAME} or ${NAME:-default}, and $$ for a dollar')
  const value = env[name]
  if (value !== undefined && value !== '') return [value, end + 1]
  return [expand(text.slice(behind + 2, end), env, key), end + 1]
}

/** The brace that closes the one before `from`; defaults may hold references of their own. */
function closing(text: string, from: number): number {
  let depth = 1
  for (let at = from; at < text.length; at++) {
    if (text.startsWith('${', at)) depth++
    else if (text[at] === '}' && --depth === 0) return at
  }
  return -1
}

function nameAt(text: string, at: number): string {
  NAME.lastIndex = at
  return NAME.exec(text)?.[0] ?? ''
}

function lookUp(name: string, env: Environment, key: string): string {
  const value = env[name]
  if (value !== undefined) return value
  throw invalid(
    `${key} needs the environment variable ${name}, which is not set`,
    `set ${name}, or write \${${name}:-default}`,
  )
}
