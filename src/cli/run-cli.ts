import type { Queen } from '../core/queen.js'
import { QueenError } from '../core/errors.js'
import { readEnvironment } from './config/environment.js'
import { readConfig } from './config/read.js'
import { settingsFrom } from './config/settings.js'
import type { Consent } from './consent.js'
import type { CommandContext, Outcome } from './context.js'
import { exitCodeOf, exitCodeOfSignal, type ExitCode } from './exit-code.js'
import { isQueenError } from './invalid.js'
import { ioFrom, type CLIOptions, type IO } from './io.js'
import type { QueenLike } from './load/queen-in.js'
import { openedBy } from './opening.js'
import type { Invocation } from './invocation.js'
import { parse } from './parse.js'
import type { Progress } from './reporters/progress.js'
import { mannerOf, Reporter } from './reporters/reporter.js'
import { runOptionsFrom } from './run-options.js'
import { Signals } from './signals.js'

/**
 * The command line. Without a queen it loads the migrations module of the folder; a program that hands in its own is
 * its own command line. Prints, sets `process.exitCode` and returns the same code; it never ends the process.
 *
 * @example
 * ```ts
 * import { Queen } from 'queen-migrate'
 * import { runCLI } from 'queen-migrate/cli'
 * const q = new Queen()
 * await runCLI(q)
 * ```
 */
export async function runCLI(queen?: QueenLike, options: CLIOptions = {}): Promise<number> {
  const io = ioFrom(options)
  const code = await main(queen as Queen | undefined, io)
  process.exitCode = code
  return code
}

async function main(queen: Queen | undefined, io: IO): Promise<ExitCode> {
  const early = new Reporter(io, io.env, mannerOf(io.argv))
  let asked: Invocation
  try {
    asked = await parse(io.argv)
  } catch (error) {
    await early.report(null, undefined, error)
    return exitCodeOf(error)
  }
  if (asked.kind === 'command') return await perform(asked, queen, io, early)
  const text = asked.kind === 'text' ? asked.text : `${(await import('../core/release.js')).RELEASE}\n`
  await early.report('help', { command: 'help', text }, undefined)
  return 0
}

type Asked = Extract<Invocation, { kind: 'command' }>

async function perform(asked: Asked, queen: Queen | undefined, io: IO, reporter: Reporter): Promise<ExitCode> {
  const { name, extent } = asked.spec
  const progress = await reporter.progress(extent)
  using signals = new Signals((text) => progress.notice(text))
  let outcome: Outcome | undefined
  let thrown: unknown
  try {
    outcome = await carryOut(asked, queen, io, progress, signals)
    thrown = outcome.error ?? endedBySignal(signals)
  } catch (error) {
    thrown = error
  }
  progress.end()
  await reporter.report(name, outcome?.result, thrown)
  const stopped = isQueenError(thrown) && thrown.code === 'ABORTED'
  // A migration that failed while the signal waited for it is still a failure.
  if (signals.received !== undefined && stopped) return exitCodeOfSignal(signals.received)
  return outcome?.exit ?? (thrown === undefined ? 0 : exitCodeOf(thrown))
}

/** The work was all done when the signal's turn came; who sent it must still not believe that it was not heard. */
function endedBySignal({ received }: Signals): QueenError | undefined {
  if (received === undefined) return undefined
  return new QueenError('ABORTED', `${received} came when there was nothing left to stop`, {
    hint: 'queen status shows what is applied',
  })
}

async function carryOut(
  { spec, words, flags }: Asked,
  queen: Queen | undefined,
  io: IO,
  progress: Progress,
  signals: Signals,
): Promise<Outcome> {
  const env = readEnvironment(io.env, io.cwd)
  const config = await readConfig(flags.config, io.cwd)
  const settings = settingsFrom({ flags, env, config, cwd: io.cwd })
  const notice = (text: string): void => progress.notice(text)
  const opening = openedBy({ queen, settings, io, notice })
  const database = async (): Promise<Queen> =>
    await opening.database((bound) => [progress, signals].forEach((one) => one.watch(bound)))
  const consent: Consent = async (request) => {
    const { protection, environment } = settings
    const yes = flags.yes === true ? 'given' : 'missing'
    const { target } = await database()
    const { askConsent } = await import('./consent.js')
    await askConsent(request, { io, protection, environment, yes, target, signal: signals.cancel })
  }
  const context: CommandContext = {
    words,
    flags,
    settings,
    io,
    registered: opening.registered,
    migrationsFile: opening.migrationsFile,
    database,
    run: runOptionsFrom(flags, settings, signals),
    consent,
    notice,
  }
  try {
    return await (
      await spec.load()
    )(context)
  } finally {
    await opening.close()
  }
}
