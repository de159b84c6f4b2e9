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

function asAbort(reason: unknown): QueenError {
  return reason instanceof QueenError
    ? reason
    : new QueenError('ABORTED', 'The run was cancelled', { hint: 'run again to go on' })
}
