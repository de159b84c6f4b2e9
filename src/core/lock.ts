import { setTimeout as sleep } from 'node:timers/promises'
import type { Holder, Lock, Session } from './driver.js'
import { readable } from './duration.js'
import { QueenError } from './errors.js'
import type { Emitter } from './events.js'

/** Milliseconds between two reports of waiting. */
const REPORT_EVERY = 2_000
const FIRST_PAUSE = 10
const LONGEST_PAUSE = 500

interface Waiting {
  readonly who: string
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly stop: AbortSignal | undefined
  readonly events: Emitter
}

/**
 * Takes the lock, waiting for it as long as allowed. It polls: a session that waits inside the server holds a snapshot,
 * and PostgreSQL's CREATE INDEX CONCURRENTLY waits for snapshots, so both would wait for each other.
 *
 * @throws QueenError `LOCK_TIMEOUT` naming the holder; the signal's reason when it aborts.
 */
export async function acquire(
  session: Session<never>,
  { who, timeoutMs, signal, stop, events }: Waiting,
): Promise<Lock> {
  const begun = performance.now()
  let nextReport = 0
  let pause = FIRST_PAUSE
  for (;;) {
    signal.throwIfAborted()
    if (stop?.aborted === true)
      throw new QueenError('ABORTED', 'Stopped as asked, before anything was begun', { hint: 'run again to go on' })
    const lock = await session.tryLock(who)
    const waitedMs = performance.now() - begun
    if (lock !== null) {
      events.emit('lockAcquired', { waitedMs })
      return lock
    }
    const due = waitedMs >= nextReport
    const expired = waitedMs >= timeoutMs
    const holder = due || expired ? await session.holder() : null
    if (expired) throw timedOut(holder, waitedMs)
    if (due) {
      events.emit('lockWait', { holder, waitedMs, timeoutMs })
      nextReport = waitedMs + REPORT_EVERY
    }
    // Full jitter keeps waiters from knocking in step.
    await sleep(Math.min(pause * Math.random() + 1, timeoutMs - waitedMs + 1), undefined, { signal }).catch(() => {})
    pause = Math.min(pause * 1.5, LONGEST_PAUSE)
  }
}

function timedOut(holder: Holder | null, waitedMs: number): QueenError {
  const by = holder === null ? 'somebody else' : describeHolder(holder)
  return new QueenError('LOCK_TIMEOUT', `Waited ${readable(waitedMs)} for the migration lock, which is held by ${by}`, {
    hint: 'run again when that run has ended, or wait longer with --lock-timeout (lockTimeout). A holder that dies frees the lock at once',
    holder: by,
  })
}

/** `deploy@ci-7#4242 since 12:03:11, applying 014 add_index`. */
export function describeHolder(holder: Holder): string {
  const since = holder.since === undefined ? '' : ` since ${holder.since}`
  const doing =
    holder.doing === undefined
      ? ''
      : `, ${holder.doing.direction === 'up' ? 'applying' : 'taking back'} ${holder.doing.version} ${holder.doing.name}`
  return `${holder.who}${since}${doing}${holder.details === undefined ? '' : ` (${holder.details})`}`
}
