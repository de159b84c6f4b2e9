import type { RunOptions } from '../core/options.js'
import type { Settings } from './config/settings.js'
import { defined } from './defined.js'
import type { Flags } from './flags.js'
import type { Signals } from './signals.js'

/** What flags and settings say about a run, whichever command it belongs to. Core checks the values. */
export function runOptionsFrom(flags: Flags, settings: Settings, { stop, cancel: signal }: Signals): RunOptions {
  const { dryRun, allowOutOfOrder, allowUnknown, atomic } = flags
  const onFailure = flags.onFailure as RunOptions['onFailure']
  const { timeout, lockTimeout, environment } = settings
  const named = environment === '' ? undefined : environment
  return {
    stop,
    signal,
    ...defined({ dryRun, allowOutOfOrder, allowUnknown, atomic, onFailure, timeout, lockTimeout, environment: named }),
  }
}
