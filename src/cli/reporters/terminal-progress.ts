import yoctoSpinner, { type Spinner } from 'yocto-spinner'
import { readable } from '../../core/duration.js'
import type { QueenEvents } from '../../core/events.js'
import type { Queen } from '../../core/queen.js'
import type { Output } from '../io.js'
import { bar, doneText, migrationLabel, waitingText } from './happenings.js'
import { PlainProgress } from './plain-progress.js'
import type { Progress } from './progress.js'
import type { Style } from './style.js'

const BAR_WIDTH = 20
const TICK = 100

/** A spinner with the time that has passed and a bar; each finished migration leaves a line. */
export class TerminalProgress implements Progress {
  readonly #stream: Output
  readonly #style: Style
  readonly #lines: PlainProgress
  readonly #spinner: Spinner
  #begun = 0
  #text = ''
  #timer: NodeJS.Timeout | undefined

  constructor(stream: Output, style: Style, detail: 'normal' | 'verbose') {
    this.#stream = stream
    this.#style = style
    this.#lines = new PlainProgress(stream, style, detail)
    // The spinner asks the process about colour and knows no "none"; resetting what is not set is the nearest to it.
    const color = (style.red('x') === 'x' ? 'reset' : 'cyan') as 'cyan'
    this.#spinner = yoctoSpinner({ stream: stream as NodeJS.WriteStream, handleSignals: false, color })
  }

  notice(text: string): void {
    this.#still(() => this.#lines.notice(text))
  }

  watch(queen: Pick<Queen, 'on'>): void {
    // Every listener of the lines runs while the spinner is off, so that a line never lands behind it.
    const still: Pick<Queen, 'on'> = {
      on: (name, listener) => queen.on(name, (event) => this.#still(() => listener(event))),
    }
    const follow = new Set<keyof QueenEvents>(['progress', 'lockWait', 'migrationEnd', 'migrationFailed'])
    this.#lines.watch({ on: (name, listener) => (follow.has(name) ? () => {} : still.on(name, listener)) })
    queen.on('migrationStart', (event) => this.#start(`${migrationLabel(event)}${of(event)}`))
    queen.on('lockWait', (event) => this.#start(waitingText(event)))
    queen.on('lockAcquired', () => this.#stop())
    queen.on('progress', (event) => this.#show(`${migrationLabel(event)} ${this.#bar(event)}${doneText(event)}`))
    queen.on('migrationEnd', (event) =>
      this.#stop(`${this.#style.green('✔')} ${migrationLabel(event)} ${this.#style.dim(readable(event.durationMs))}`),
    )
    queen.on('migrationFailed', (event) => this.#stop(`${this.#style.red('✖')} ${migrationLabel(event)}`))
  }

  end(): void {
    this.#stop()
  }

  #bar({ done, total }: QueenEvents['progress']): string {
    return total === undefined || total <= 0 ? '' : `${this.#style.cyan(bar(done, total, BAR_WIDTH))} `
  }

  #start(text: string): void {
    if (this.#timer === undefined) {
      this.#begun = performance.now()
      this.#timer = setInterval(() => this.#show(this.#text), TICK).unref()
    }
    this.#show(text)
  }

  #show(text: string): void {
    this.#text = text
    const passed = performance.now() - this.#begun
    const shown = passed < 1_000 ? text : `${text} ${this.#style.dim(readable(passed))}`
    if (this.#spinner.isSpinning) this.#spinner.text = shown
    else this.#spinner.start(shown)
  }

  #stop(line?: string): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#spinner.stop()
    if (line !== undefined) this.#stream.write(`${line}\n`)
  }

  #still(work: () => void): void {
    const spinning = this.#spinner.isSpinning
    if (spinning) this.#spinner.stop()
    work()
    if (spinning) this.#spinner.start()
  }
}

function of({ index, total }: { index: number; total: number }): string {
  return total === 1 ? '' : ` (${index} of ${total})`
}
