import { QueenError } from '../core/errors.js'

/** Something about the command line, the configuration or the migrations module that a person has to correct. */
export function invalid(
  message: string,
  hint: string,
  facts: { readonly at?: string; readonly cause?: unknown } = {},
): QueenError {
  return new QueenError('CONFIG_INVALID', message, { hint, ...facts })
}

/**
 * Whether something thrown is Queen's own error. Told by its shape: migrations may be built with another copy of the
 * package, whose class is another one.
 */
export function isQueenError(thrown: unknown): thrown is QueenError {
  return (
    thrown instanceof Error && thrown.name === 'QueenError' && typeof (thrown as { code?: unknown }).code === 'string'
  )
}
