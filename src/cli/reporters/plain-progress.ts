import { readable } from '../../core/duration.js'
import type { Queen } from '../../core/queen.js'
import type { Output } from '../io.js'
import { cleanLine } from './clean.js'
import {
  doneText,
  lockMissText,
  lockText,
  migrationLabel,
  noticeText,
  tableWaitText,
  waitingText,
  warningText,
} from './happenings.js'
import type { Progress } from './progress.js'
import type { Style } from './style.js'

/** Lines that stay, for logs and pipes. */
export class PlainProgress implements Progress {
  readonly #stream: Output
  readonly #style: Style
  readonly #detail: 'normal' | 'verbose'
  /** How far a function had come when it was last told. */
  #told = -1
  #waiting = ''

  constructor(stream: Output, style: Style, detail: 'normal' | 'verbose') {
    this.#stream = stream
    this.#style = style
    this.#detail = detail
  }

  notice(text: string): void {
    this.#line(this.#style.dim(cleanLine(text)))
  }

  watch(queen: Pick<Queen, 'on'>): void {
    const { green, red, yellow, dim } = this.#style
    queen.on('runStart', ({ target }) => this.notice(target))
    queen.on('migrationStart', () => (this.#told = -1))
    queen.on('migrationEnd', (event) =>
      this.#line(`${green('done')}   ${migrationLabel(event)} (${readable(event.durationMs)})`),
    )
    queen.on('migrationFailed', (event) => this.#line(`${red('failed')} ${migrationLabel(event)}`))
    queen.on('migrationTaken', (event) => this.#line(`${dim('taken')}  ${migrationLabel(event)}, by another process`))
    queen.on('warning', (problem) => this.#line(`${yellow('warning')} ${warningText(problem)}`))
    queen.on('lockWait', (event) => {
      const text = waitingText(event)
      if (text !== this.#waiting) this.notice((this.#waiting = text))
    })
    queen.on('lockMiss', (event) => this.notice(lockMissText(event)))
    queen.on('tableWait', (event) => this.notice(tableWaitText(event)))
    queen.on('progress', (event) => {
      // Ten lines for a migration are enough for a log.
      const step = event.total === undefined || event.total <= 0 ? -1 : Math.floor((event.done / event.total) * 10)
      if (step > this.#told) this.notice(`${migrationLabel(event)}: ${doneText(event)}`)
      this.#told = Math.max(step, this.#told)
    })
    if (this.#detail === 'normal') return
    queen.on('log', (event) => this.notice(`${migrationLabel(event)}: ${event.message}`))
    queen.on('notice', (event) => this.notice(noticeText(event)))
    queen.on('lockAcquired', (event) => this.notice(lockText(event)))
    queen.on('lockReleased', () => this.notice('lock released'))
  }

  end(): void {}

  #line(text: string): void {
    this.#stream.write(`${text}\n`)
  }
}
