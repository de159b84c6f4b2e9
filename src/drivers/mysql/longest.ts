import { ExecutionError } from '../../core/execution.js'
import type { Facts } from './facts.js'
import type { Move } from './script-messages.js'

/** The command's own byte, and what a proxy may put in front of it. */
const AROUND = 64

/**
 * Refuses a statement that the server would end the connection for, and the lock with it, before anything is done.
 *
 * @throws ExecutionError
 */
export function refuseLong(moves: readonly Move[], { longest }: Facts): void {
  for (const move of moves) {
    if (move.kind !== 'message') continue
    for (const { text, operation } of move.parts) {
      if (text.length * 3 < longest) continue
      const bytes = Buffer.byteLength(text)
      if (bytes + AROUND <= longest) continue
      throw new ExecutionError(
        `a statement of ${bytes} bytes is longer than the server takes (max_allowed_packet is ${longest}); nothing was done`,
        {
          failure: 'failed',
          operation,
          outcome: 'none',
          serverCode: '1153',
          hint: 'split the statement, or raise max_allowed_packet of the server and connect anew',
        },
      )
    }
  }
}

/** How many parts from `first` on go into one message. */
export function fitting(texts: readonly string[], first: number, longest: number): number {
  let bytes = AROUND
  let count = 0
  for (const text of texts.slice(first)) {
    bytes += Buffer.byteLength(text) + 2
    if (bytes > longest && count > 0) break
    count++
  }
  return count
}
