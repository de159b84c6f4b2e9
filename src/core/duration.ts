import { inspect } from 'node:util'
import { QueenError } from './errors.js'

/** A time: milliseconds as a number, or a number with a unit: `'250ms'`, `'30s'`, `'5m'`, `'1h'`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h'}`

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }
/** The longest a timer can be set for; beyond it Node fires at once. */
const LONGEST = 2 ** 31 - 1

/**
 * Milliseconds of a duration. `what` names the setting in the error.
 *
 * @throws QueenError `CONFIG_INVALID` for anything that is no duration, is negative, or is longer than 24 days.
 */
export function milliseconds(value: unknown, what: string): number {
  const parsed = typeof value === 'string' ? parse(value) : value
  if (typeof parsed !== 'number' || !(parsed >= 0) || parsed > LONGEST)
    throw new QueenError('CONFIG_INVALID', `${what} is ${inspect(value, { depth: 0 })}, which is no duration`, {
      hint: `write a number of milliseconds, or a number with ms, s, m or h: 1500, '30s', '5m'`,
    })
  return Math.round(parsed)
}

function parse(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim())
  return match === null ? Number.NaN : Number(match[1]) * UNITS[match[2] ?? 'ms']!
}

/** A duration for people: `3 ms`, `1.2 s`, `2 min 5 s`. */
export function readable(ms: number): string {
  // Rounded before the unit is chosen: otherwise 119,999 ms would be "1 min 60 s".
  if (Math.round(ms) < 1_000) return `${Math.round(ms)} ms`
  if (Math.round(ms / 100) < 600) return `${(Math.round(ms / 100) / 10).toFixed(1)} s`
  const seconds = Math.round(ms / 1_000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
