import type { Environment } from '../config/environment.js'
import type { Output } from '../io.js'

/** Ways to set text off. Without colour each returns the text as it is. */
export interface Style {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly green: (text: string) => string
  readonly yellow: (text: string) => string
  readonly cyan: (text: string) => string
}

/** Whether a stream gets colour. `--no-color` goes before FORCE_COLOR, that before NO_COLOR, that before the terminal. */
export function colourOf(stream: Output, env: Environment, flag: 'never' | 'auto'): 'colour' | 'plain' {
  if (flag === 'never') return 'plain'
  const forced = env['FORCE_COLOR']
  if (forced !== undefined) return forced === '0' || forced === 'false' ? 'plain' : 'colour'
  if ((env['NO_COLOR'] ?? '') !== '') return 'plain'
  return stream.isTTY === true && env['TERM'] !== 'dumb' ? 'colour' : 'plain'
}

export function styleOf(colour: 'colour' | 'plain'): Style {
  const code = (open: number, close: number) => (text: string) =>
    colour === 'plain' || text === '' ? text : `\u001B[${open}m${text}\u001B[${close}m`
  return {
    bold: code(1, 22),
    dim: code(2, 22),
    red: code(31, 39),
    green: code(32, 39),
    yellow: code(33, 39),
    cyan: code(36, 39),
  }
}
