import type { CommandSpec } from './commands.js'
import type { Flags } from './flags.js'

/** What a command line asks for. */
export type Invocation =
  | { readonly kind: 'command'; readonly spec: CommandSpec; readonly words: readonly string[]; readonly flags: Flags }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'release' }
