import type { Queen, QueenError } from '../../src/core/index.js'

export declare function settle(
  db: Queen<never>,
  heard?: (error: QueenError) => Promise<void> | void,
): Promise<{ readonly applied: readonly { readonly version: string }[] }>
