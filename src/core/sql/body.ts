import type { Lexer } from './lexer.js'
import type { Unclosed } from './unterminated.js'

/**
 * Follows one statement's tokens and knows whether a delimiter ends it or belongs to a body inside it. The splitter
 * shows it every token of code but the delimiters, and asks about each of those.
 */
export interface Body {
  /** A new statement starts. */
  reset(): void
  /** Takes the cursor's current token, which is neither a comment nor a delimiter. */
  see(lexer: Lexer): void
  /** Whether a delimiter now ends the statement; if not, it has been taken note of. */
  endsAt(): boolean
  /** What is still open, and since which offset. */
  open(): { readonly what: Unclosed; readonly offset: number } | undefined
}
