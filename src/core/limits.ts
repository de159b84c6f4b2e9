import { setTimeout as sleep } from 'node:timers/promises'
import { readable } from './duration.js'
import { QueenError } from './errors.js'

/** A signal that also aborts when time is up; dispose it when the work is done. */
export interface Limit extends Disposable {
  readonly signal: AbortSignal
}

/**
 * A signal that aborts with `ABORTED` when the outer one does, and with `TIMEOUT` after so many milliseconds.
 * `what` names whose time it is.
 */
export function limited(outer: AbortSignal | undefined, ms: number | undefined, what: string): Limit {
  const controller = new AbortController()
  const abort = (): void => controller.abort(asAbort(outer?.reason))
  if (outer?.aborted === true) abort()
  outer?.addEventListener('abort', abort, { once: true })
  const expire = (): void =>
    controller.abort(
      new QueenError('TIMEOUT', `${what} took longer than ${readable(ms!)}`, {
        hint: 'allow it more time with timeout, or split it',
      }),
    )
  const timer = ms === undefined ? undefined : setTimeout(expire, ms)
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      clearTimeout(timer)
      outer?.removeEventListener('abort', abort)
    },
  }
}

/** Waits; returns why it was ended early, when it was. `stop` asks gently. */
export async function pause(
  ms: number,
  signal: AbortSignal,
  stop: AbortSignal | undefined,
): Promise<QueenError | undefined> {
  const either = AbortSignal.any(stop === undefined ? [signal] : [signal, stop])
  await sleep(ms, undefined, { signal: either }).catch(() => {})
  if (signal.aborted) return asAbort(signal.reason)
  return stop?.aborted === true ? new QueenError('ABORTED', 'Stopped as asked') : undefined
}

function asAbort(reason: unknown): QueenError {
  return reason instanceof QueenError
    ? reason
    : new QueenError('ABORTED', 'The run was cancelled', { hint: 'run again to go on' })
}
