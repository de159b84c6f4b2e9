import type { Queen } from '../../core/queen.js'
import { invalid } from '../invalid.js'

/** As much of a queen as tells that it is one, whichever copy of the package it was made with. */
export interface QueenLike {
  add(...migration: never[]): unknown
  with(...driver: never[]): unknown
  migrations(): unknown
}

const NAMES = ['default', 'q', 'queen', 'migrations']

/**
 * The queen a module exports.
 *
 * @throws QueenError `CONFIG_INVALID` saying what it exports instead.
 */
export function queenIn(exports: Readonly<Record<string, unknown>>, shown: string): Queen {
  const candidates = NAMES.map((name) => exports[name])
  // A CommonJS module that was compiled from an ES module has its default export one level deeper.
  const deeper = (exports['default'] as { default?: unknown } | undefined)?.default
  const found = [...candidates, deeper].find(isQueen)
  if (found !== undefined) return found
  const names = Object.keys(exports).filter((name) => name !== '__esModule')
  const instead = names.length === 0 ? 'it exports nothing' : `it exports ${names.slice(0, 10).join(', ')}`
  throw invalid(`${shown} exports no queen: ${instead}`, 'write export default q, with const q = new Queen()', {
    at: shown,
  })
}

/** Told by its shape: the user's project may have another copy of the package. */
function isQueen(value: unknown): value is Queen {
  if (typeof value !== 'object' || value === null) return false
  const { add, with: bind, migrations } = value as Partial<QueenLike>
  return [add, bind, migrations].every((member) => typeof member === 'function')
}
