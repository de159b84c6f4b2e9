import { QueenError } from '../../core/errors.js'
import type { Facts } from './facts.js'

/**
 * Refuses a server that nothing can be written to: a replica grants locks as well, which exclude nobody.
 *
 * @throws QueenError `CONNECTION_FAILED`
 */
export function refuseUnlockable({ readOnly }: Facts, target: string): void {
  if (readOnly === undefined) return
  throw new QueenError('CONNECTION_FAILED', `${target} is read-only: ${readOnly} is on`, {
    hint: 'connect to the primary; where migrating is meant all the same, switch it off first',
    serverCode: readOnly.startsWith('t') ? '1792' : '1290',
  })
}
