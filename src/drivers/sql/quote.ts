/** A name in double quotes, as standard SQL has it; quotes inside are doubled, so that any name is just a name. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A name in back ticks, which MySQL understands whatever its sql_mode is. */
export function tickName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}
