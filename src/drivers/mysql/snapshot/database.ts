import type { SchemaObject } from '../../../core/driver.js'
import type { Scope } from './scope.js'

/** Settings of the database itself, where they are not the server's. */
export async function database(scope: Scope): Promise<SchemaObject[]> {
  const { query, here, has, server } = scope
  const [found] = await query(`SELECT DEFAULT_COLLATION_NAME,
    ${has('SCHEMATA.DEFAULT_ENCRYPTION') ? `IF(DEFAULT_ENCRYPTION = 'YES', 1, 0) <> @@global.default_table_encryption, DEFAULT_ENCRYPTION` : `'0', NULL`},
    ${has('SCHEMATA.SCHEMA_COMMENT') ? 'SCHEMA_COMMENT' : `''`}
    FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ${here}`)
  const options = has('SCHEMATA_EXTENSIONS.OPTIONS')
    ? (await query(`SELECT OPTIONS FROM information_schema.SCHEMATA_EXTENSIONS WHERE SCHEMA_NAME = ${here}`))[0]
    : undefined
  const [collation, encrypted, encryption, comment] = found ?? []
  return [
    { name: 'collation', definition: collation === server.collation ? '' : collation },
    { name: 'encryption', definition: encrypted === '1' ? encryption : '' },
    { name: 'comment', definition: comment },
    { name: 'options', definition: options?.[0] },
  ].flatMap(({ name, definition }) =>
    (definition ?? '') === '' ? [] : [{ kind: 'setting', name, definition: definition! }],
  )
}
