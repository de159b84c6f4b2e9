import type { Environment } from '../config/environment.js'
import type { CommandName } from '../command-name.js'
import type { IO } from '../io.js'
import type { CommandResult } from './document.js'
import { cleanLine } from './clean.js'
import type { Progress } from './progress.js'
import { colourOf, styleOf, type Style } from './style.js'

/** How the user wants to be talked to. */
export interface Manner {
  readonly output: 'text' | 'json'
  readonly detail: 'quiet' | 'normal' | 'verbose'
  readonly colour: 'never' | 'auto'
}

/** What was written on the command line about talking. Read ahead of everything, since mistakes in it are told the same way. */
export function mannerOf(argv: readonly string[]): Manner {
  const end = argv.indexOf('--')
  const words = new Set(end === -1 ? argv : argv.slice(0, end))
  return {
    output: words.has('--json') ? 'json' : 'text',
    detail: words.has('--quiet') ? 'quiet' : words.has('--verbose') ? 'verbose' : 'normal',
    colour: words.has('--no-color') ? 'never' : 'auto',
  }
}

/** Writes what there is to tell: the result to stdout, the rest to stderr. */
export class Reporter {
  readonly #io: IO
  readonly #env: Environment
  readonly #manner: Manner

  constructor(io: IO, env: Environment, manner: Manner) {
    this.#io = io
    this.#env = env
    this.#manner = manner
  }

  /** `notices`: the command runs no migrations, so what follows runs need not be loaded. */
  async progress(extent: 'notices' | 'runs'): Promise<Progress> {
    const { detail } = this.#manner
    if (detail === 'quiet') return { watch: () => {}, notice: () => {}, end: () => {} }
    if (extent === 'notices') return { watch: () => {}, notice: (text) => this.#notice(text), end: () => {} }
    const { stderr } = this.#io
    const animated = stderr.isTTY === true && this.#env['TERM'] !== 'dumb' && this.#env['CI'] === undefined
    if (!animated) {
      const { PlainProgress } = await import('./plain-progress.js')
      return new PlainProgress(stderr, this.#style(stderr), detail)
    }
    const { TerminalProgress } = await import('./terminal-progress.js')
    return new TerminalProgress(stderr, this.#style(stderr), detail)
  }

  /** What a command found, what went wrong, or both. */
  async report(command: CommandName | null, result: CommandResult | undefined, thrown: unknown): Promise<void> {
    const { stdout, stderr } = this.#io
    const { output, detail } = this.#manner
    if (output === 'json') {
      const { documentOf, jsonText } = await import('./json.js')
      stdout.write(jsonText(documentOf(command, result, thrown)))
    } else if (result !== undefined && (detail !== 'quiet' || command === 'help')) {
      const { resultText } = await import('./result-text.js')
      stdout.write(
        await resultText(result, { style: this.#style(stdout), layout: stdout.isTTY === true ? 'terminal' : 'pipe' }),
      )
    }
    if (thrown === undefined) return
    const { failureText } = await import('./failure.js')
    stderr.write(failureText(thrown, this.#style(stderr), detail === 'verbose' ? 'verbose' : 'normal'))
  }

  #notice(text: string): void {
    const { stderr } = this.#io
    stderr.write(`${this.#style(stderr).dim(cleanLine(text))}\n`)
  }

  #style(stream: IO['stderr']): Style {
    return styleOf(colourOf(stream, this.#env, this.#manner.colour))
  }
}
