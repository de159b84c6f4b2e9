import { invalid } from './invalid.js'

/** A count from the command line. @throws QueenError `CONFIG_INVALID` naming what it was for */
export function wholeNumber(text: string | undefined, what: string): number | undefined {
  if (text === undefined) return undefined
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw invalid(`${what} is ${JSON.stringify(text)}, which is no count`, 'write a whole number from 1 upwards')
}
