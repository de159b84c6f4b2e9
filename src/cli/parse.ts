import { parseArgs } from 'node:util'
import { COMMANDS } from './commands.js'
import { GLOBAL_FLAGS, type FlagSpec } from './flags.js'
import type { Invocation } from './invocation.js'

/**
 * Reads a command line. Flags that are known everywhere may stand before or behind the command.
 *
 * One that names its command first and has nothing wrong is read at once. In any doubt the full parser decides: it
 * explains, suggests and helps, and loading it takes a tenth of the time a short command has. A test holds both to the
 * same answers.
 *
 * @throws QueenError `CONFIG_INVALID` naming the nearest spelling.
 */
export async function parse(argv: readonly string[]): Promise<Invocation> {
  return parsePlain(argv) ?? (await import('./parse-fully.js')).parseFully(argv)
}

/** The same for a plain command line; undefined for any other. */
export function parsePlain(argv: readonly string[]): Invocation | undefined {
  const spec = COMMANDS.find(({ name }) => name === argv[0])
  if (spec === undefined) return undefined
  const known = new Map(
    [...spec.flags, ...GLOBAL_FLAGS].map((flag) => [longName(flag), flag[0].includes('<')] as const),
  )
  const options = Object.fromEntries(
    [...known].map(([name, valued]) => [name, { type: valued ? 'string' : 'boolean' } as const]),
  )
  let read: { values: Record<string, string | boolean | undefined>; positionals: string[] }
  try {
    read = parseArgs({ args: argv.slice(1), options, strict: true, allowPositionals: true })
  } catch {
    return undefined
  }
  if (!fits(spec.usage, read.positionals.length) || Object.values(read.values).includes('')) return undefined
  const flags: Record<string, string | boolean> = {}
  // `--no-color` stands for `color`, which is on until it is given.
  for (const name of known.keys()) if (name.startsWith('no-')) flags[camelCase(name.slice(3))] = true
  for (const [name, value] of Object.entries(read.values))
    if (name.startsWith('no-')) flags[camelCase(name.slice(3))] = false
    else flags[camelCase(name)] = value!
  return { kind: 'command', spec, words: read.positionals, flags }
}

/** `--to <version>` is called `to`. */
function longName([written]: FlagSpec): string {
  return /--([a-z-]+)/.exec(written)![1]!
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** Whether so many words are what `<name>`, `[n]` or `[versions...]` takes. */
function fits(usage: string, count: number): boolean {
  if (usage.endsWith('...]')) return true
  return usage.startsWith('<') ? count === 1 : count <= (usage === '' ? 0 : 1)
}
