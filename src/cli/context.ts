import type { Queen } from '../core/queen.js'
import type { QueenError } from '../core/errors.js'
import type { RunOptions } from '../core/options.js'
import type { Settings } from './config/settings.js'
import type { Consent } from './consent.js'
import type { ExitCode } from './exit-code.js'
import type { Flags } from './flags.js'
import type { IO } from './io.js'
import type { CommandResult } from './reporters/document.js'

/** What a command returns: its result, and where it found something wrong also the error that says so. */
export interface Outcome {
  readonly result: CommandResult
  readonly error?: QueenError
  /** Where the error's own exit code would not do. */
  readonly exit?: ExitCode
}

/** Everything a command works with. */
export interface CommandContext {
  /** Arguments behind the command's name. */
  readonly words: readonly string[]
  readonly flags: Flags
  readonly settings: Settings
  readonly io: IO
  /** The queen with the migrations, bound to nothing. */
  readonly registered: () => Promise<Queen>
  /** The file the migrations are loaded from. @throws QueenError `CONFIG_INVALID` when there is none */
  readonly migrationsFile: () => Promise<string>
  /** The queen bound to the database, with the reporter listening. */
  readonly database: () => Promise<Queen>
  /** Options every run has: environment, times, and the signals that end it early. */
  readonly run: RunOptions
  readonly consent: Consent
  /** A line for people, on stderr. */
  readonly notice: (text: string) => void
}
