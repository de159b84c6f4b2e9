/**
 * A text as a literal. With a backslash in it the literal says how backslashes are meant, since a setting
 * (`standard_conforming_strings`) decides about those that do not.
 */
export function literal(text: string): string {
  // Most have neither.
  if (!/['\\]/.test(text)) return `'${text}'`
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`
  return quoted.includes('\\') ? ` E${quoted}` : quoted
}
