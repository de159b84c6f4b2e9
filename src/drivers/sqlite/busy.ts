import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../core/redact.js'
import { Fault, isBusy } from './fault.js'

/**
 * Tries until `deadline` (of performance.now()) for as long as other connections keep the file busy, and lets the
 * program go on meanwhile: SQLite's own way of waiting would stop it.
 */
export async function patiently<T>(deadline: number, work: () => T, signal?: AbortSignal): Promise<T> {
  for (let pause = 1; ; pause = Math.min(pause * 2, 100)) {
    try {
      return work()
    } catch (error) {
      if (!isBusy(error)) throw error
      if (performance.now() >= deadline) throw new Fault('busy', 'another connection kept the database busy', error)
      await sleep(pause * Math.random() + 1)
      if (signal?.aborted === true) throw new Fault('cancelled', messageOf(signal.reason))
    }
  }
}
