/** The UTF-16 units of a text, with zeros behind them. */
export type Codes = Uint8Array | Uint16Array

/** So many zeros that looking ahead never leaves the array. */
const padding = 8

/**
 * The units of a text, as bytes if all of them fit. Reading a typed array is several times as fast as asking a string
 * for one character after the other.
 */
export function codesOf(sql: string): Codes {
  const units = sql.length + padding
  if (/[^\0-\xff]/.test(sql)) {
    const bytes = Buffer.allocUnsafeSlow(2 * units)
    bytes.write(sql, 'utf16le')
    bytes.fill(0, 2 * sql.length)
    return new Uint16Array(bytes.buffer, bytes.byteOffset, units)
  }
  const bytes = Buffer.allocUnsafe(units)
  bytes.write(sql, 'latin1')
  bytes.fill(0, sql.length)
  return new Uint8Array(bytes.buffer, bytes.byteOffset, units)
}

/** The length of the text itself. */
export const textLength = (codes: Codes): number => codes.length - padding
