import type * as Commander from 'commander'
import type { Command as Program, CommanderError } from 'commander'
import { requirePackage } from './common-js.js'
import { COMMANDS, type CommandSpec } from './commands.js'
import { GLOBAL_FLAGS, type FlagSpec, type Flags } from './flags.js'
import { invalid } from './invalid.js'
import type { Invocation } from './invocation.js'

const commander = requirePackage('commander') as typeof Commander

/**
 * Reads any command line, and says what is wrong with it or what it may hold.
 *
 * @throws QueenError `CONFIG_INVALID` naming the nearest spelling.
 */
export function parseFully(argv: readonly string[]): Invocation {
  let found: Invocation | undefined
  let help = ''
  const program = plain(new commander.Command('queen'), (text) => (help += text))
  program
    .description('Database migrations as code')
    .usage('<command> [options]')
    .enablePositionalOptions()
    .helpCommand(false)
  accept(program, [...GLOBAL_FLAGS, VERSION_FLAG])
  for (const spec of neededFor(argv)) {
    const command = plain(program.command(`${spec.name} ${spec.usage}`.trim()), (text) => (help += text))
    command.description(spec.about).addHelpText('after', exampleOf(spec))
    accept(command, [...spec.flags, ...GLOBAL_FLAGS, ...(spec.name === 'create' ? [] : [VERSION_FLAG])])
    command.action(() => {
      found = { kind: 'command', spec, words: command.args, flags: merged(program.opts(), command.opts()) }
    })
  }
  const explain = plain(program.command('help [command]'), (text) => (help += text))
  explain.description('explain a command, with an example').action((name: string | undefined) => {
    found = { kind: 'text', text: helpFor(program, name) }
  })
  accept(explain, GLOBAL_FLAGS)
  try {
    program.parse([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof commander.CommanderError)) throw error
    if (asksForRelease(program.opts())) return { kind: 'release' }
    if (error.code === 'commander.help') throw invalid('no command is given', 'queen help lists the commands')
    if (error.code !== 'commander.helpDisplayed') throw misuse(error)
    return { kind: 'text', text: help }
  }
  const flags: Flags = found?.kind === 'command' ? found.flags : program.opts()
  return asksForRelease(flags) ? { kind: 'release' } : found!
}

/** Building all commands takes longer than reading a line: where the first word is one, the others are not needed. */
function neededFor(argv: readonly string[]): readonly CommandSpec[] {
  const named = COMMANDS.filter((spec) => spec.name === argv[0])
  return named.length > 0 ? named : COMMANDS
}

/** `--version` without a value; that of `create` has one. */
function asksForRelease(flags: Flags): boolean {
  return flags.version === true
}

const VERSION_FLAG: FlagSpec = ['-V, --version', "print the program's version"]

function accept(program: Program, flags: readonly FlagSpec[]): void {
  for (const [written, about] of flags)
    if (!written.includes('<')) program.option(written, about)
    else
      program.option(written, about, (value) => {
        // Commander takes whatever comes next for the value: in `--to --json` that would be a version called --json.
        if (flags.some((flag) => flag[0].split(/[ ,]+/).includes(value)))
          throw invalid(`option '${written}' argument missing`, `write ${written}`)
        return value
      })
}

/** A commander that throws instead of ending the process, and prints nothing itself. */
function plain(program: Program, write: (text: string) => void): Program {
  return program
    .exitOverride()
    .helpOption('-h, --help', 'explain')
    .configureOutput({ writeOut: write, writeErr: () => {}, outputError: () => {}, getOutHelpWidth: () => 100 })
    .configureHelp({ showGlobalOptions: false })
}

function merged(before: Flags, behind: Flags): Flags {
  // --no-color has the default true, which must not undo a --no-color on the other side.
  const color = before.color !== false && behind.color !== false
  return { ...before, ...behind, color }
}

function helpFor(program: Program, name: string | undefined): string {
  if (name === undefined) return program.helpInformation()
  const command = program.commands.find((one) => one.name() === name)
  if (command === undefined) throw unknownCommand(program, name)
  const spec = COMMANDS.find((one) => one.name === name)
  return command.helpInformation() + (spec === undefined ? '' : `${exampleOf(spec)}\n`)
}

function unknownCommand(program: Program, name: string): Error {
  try {
    program.parse([name], { from: 'user' })
  } catch (error) {
    if (error instanceof commander.CommanderError) return misuse(error)
  }
  return invalid(`unknown command '${name}'`, 'queen help lists the commands')
}

function exampleOf(spec: CommandSpec): string {
  return `\nExamples:\n${spec.examples.map((line) => `  $ ${line}`).join('\n')}`
}

/** Commander says what is wrong in one line, and in brackets below it what was probably meant. */
function misuse(error: CommanderError): Error {
  const [first = '', ...rest] = error.message.split('\n')
  const meant = /\(Did you mean (?:one of )?(.+?)\?\)/.exec(rest.join(' '))?.[1]
  const hint =
    meant === undefined ? 'queen help lists the commands, queen help <command> its options' : `did you mean ${meant}?`
  return invalid(first.replace(/^error: /, ''), hint)
}
