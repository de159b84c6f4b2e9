import type { Queen } from '../../core/queen.js'

/** Tells people on stderr what is going on while a command is at work. */
export interface Progress {
  /** Follows the runs of a queen. */
  watch(queen: Pick<Queen, 'on'>): void
  /** One line that is no error. */
  notice(text: string): void
  /** Takes away whatever is only for the moment. Nothing is told after it. */
  end(): void
}
