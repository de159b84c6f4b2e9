import { stripVTControlCharacters } from 'node:util'
import { redact } from '../../core/redact.js'

// oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
const CONTROL = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g

/**
 * A text that came from a database, a file or an error, fit for a terminal: no password, and nothing a terminal would
 * obey. Line ends and tabs stay.
 */
export function clean(text: string): string {
  return stripVTControlCharacters(redact(text)).replaceAll('\r\n', '\n').replace(CONTROL, '')
}

/** The same on one line. */
export function cleanLine(text: string): string {
  return clean(text).replace(/\s*\n\s*/g, ' ')
}
