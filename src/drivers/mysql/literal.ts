/**
 * A text as a literal. What is more than plain ASCII goes as bytes: so neither `sql_mode` nor the character set that a
 * migration sets decides what is read.
 */
export function literal(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) && !/['\\]/.test(text)
    ? `'${text}'`
    : `_utf8mb4 0x${Buffer.from(text).toString('hex')}`
}
