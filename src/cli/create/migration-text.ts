import type { SourceStyle } from './source-style.js'

/** What the new migration is. */
export interface NewMigration {
  readonly version: string
  readonly name: string
  readonly type: 'sql' | 'ts'
}

/**
 * The argument of `add` for a new migration. What stands for the SQL is no SQL: a migration that was forgotten fails
 * and leaves nothing behind, where an empty one would be recorded as applied.
 */
export function migrationText(migration: NewMigration, style: SourceStyle): string {
  const { newline, base, indent } = style
  const lines = [
    ...headOf(migration, style),
    ...(migration.type === 'sql' ? sqlSides(style) : functionSides(migration, style)),
  ]
  const last = lines.length - 1
  const body = lines.map(
    (line, index) => base + indent + (index === last ? line.replace(/,$/, style.trailingComma) : line),
  )
  return ['{', ...body, `${base}}`].join(newline)
}

function headOf({ version, name }: NewMigration, { quote }: SourceStyle): string[] {
  return [`version: ${quote}${version}${quote},`, `name: ${quote}${name}${quote},`]
}

function sqlSides({ newline, base, indent }: SourceStyle): string[] {
  const side = (text: string): string => ['`', `${base}${indent}${indent}${text}`, `${base}${indent}\`,`].join(newline)
  return [`upSQL: ${side('... -- the change')}`, `downSQL: ${side('... -- how to take it back')}`]
}

function functionSides({ name }: NewMigration, { newline, base, indent, quote, semicolon }: SourceStyle): string[] {
  const side = (text: string): string =>
    [
      'async (tx) => {',
      `${base}${indent}${indent}await tx.query(${quote}${text}${quote})${semicolon}`,
      `${base}${indent}},`,
    ].join(newline)
  return [
    `manualChecksum: ${quote}v1${quote},`,
    `upFn: ${side(`... -- the change ${name} makes`)}`,
    `downFn: ${side(`... -- how to take ${name} back`)}`,
  ]
}
