import type { SchemaObject } from '../../../core/driver.js'
import { definer, modes } from './definer.js'
import { grouped } from './grouped.js'
import type { Scope } from './scope.js'
import { comment, named, words } from './text.js'

/**
 * Functions and procedures with their bodies, MariaDB's packages, MySQL's libraries. Of strings in a body MySQL tells
 * what they mean, without the escapes they were written with.
 */
export async function routines(scope: Scope): Promise<SchemaObject[]> {
  const { query, here } = scope
  const found = await query(`SELECT ROUTINE_TYPE, ROUTINE_NAME, ROUTINE_BODY, ROUTINE_DEFINITION, EXTERNAL_LANGUAGE,
    IS_DETERMINISTIC, SQL_DATA_ACCESS, SECURITY_TYPE, SQL_MODE, ROUTINE_COMMENT, DEFINER
    FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ${here}`)
  const parameters = found.length === 0 ? new Map<string, string>() : await readParameters(scope)
  const used = found.length === 0 ? new Map<string, string>() : await readImports(scope)
  return [
    ...found.map(([type, name, language, body, external, deterministic, access, security, sqlMode, text, by]) => ({
      kind: type!.toLowerCase(),
      name: named(name!),
      definition: words(
        definer(scope, by!),
        parameters.get(`${type} ${name}`),
        language !== 'SQL' && `LANGUAGE ${external}`,
        used.get(`${type} ${name}`),
        deterministic === 'YES' && 'DETERMINISTIC',
        access !== 'CONTAINS SQL' && access,
        security === 'INVOKER' && 'SQL SECURITY INVOKER',
        comment(text),
        modes(scope, sqlMode ?? ''),
        body ?? '(hidden)',
      ),
    })),
    ...(await libraries(scope)),
  ]
}

/** `(IN a int, OUT b text) RETURNS int`, by type and name of the routine. */
async function readParameters({ query, here, collation: usual }: Scope): Promise<ReadonlyMap<string, string>> {
  const found = await query(`SELECT ROUTINE_TYPE, SPECIFIC_NAME, ORDINAL_POSITION, PARAMETER_MODE, PARAMETER_NAME,
    DTD_IDENTIFIER, COLLATION_NAME FROM information_schema.PARAMETERS WHERE SPECIFIC_SCHEMA = ${here}
    ORDER BY SPECIFIC_NAME, ORDINAL_POSITION`)
  const byRoutine = grouped(found, ([type, name]) => `${type} ${name}`)
  const typeOf = (type: string, collation: string | null): string =>
    words(type, collation !== null && collation !== usual && `COLLATE ${collation}`)
  return new Map(
    [...byRoutine].map(([routine, all]) => {
      const texts = all
        .filter(([, , position]) => position !== '0')
        .map(([, , , mode, name, type, collation]) => `${mode} ${named(name!)} ${typeOf(type!, collation!)}`)
      const result = all.find(([, , position]) => position === '0')
      return [
        routine,
        words(`(${texts.join(', ')})`, result !== undefined && `RETURNS ${typeOf(result[5]!, result[6]!)}`),
      ]
    }),
  )
}

/** The libraries that a routine uses. */
async function readImports({ query, here, has, database }: Scope): Promise<ReadonlyMap<string, string>> {
  if (!has('ROUTINE_LIBRARIES.LIBRARY_NAME')) return new Map()
  const found = await query(`SELECT ROUTINE_TYPE, ROUTINE_NAME, LIBRARY_SCHEMA, LIBRARY_NAME
    FROM information_schema.ROUTINE_LIBRARIES WHERE ROUTINE_SCHEMA = ${here}`)
  const byRoutine = grouped(found, ([type, name]) => `${type} ${name}`)
  return new Map(
    [...byRoutine].map(([routine, all]) => {
      const names = all.map(([, , schema, name]) => (schema === database ? named(name!) : named(schema!, name!)))
      return [routine, `USING (${names.sort().join(', ')})`]
    }),
  )
}

async function libraries({ query, here, has }: Scope): Promise<SchemaObject[]> {
  if (!has('LIBRARIES.LIBRARY_DEFINITION')) return []
  const found = await query(`SELECT LIBRARY_NAME, LANGUAGE, LIBRARY_COMMENT, LIBRARY_DEFINITION
    FROM information_schema.LIBRARIES WHERE LIBRARY_SCHEMA = ${here}`)
  return found.map(([name, language, text, body]) => ({
    kind: 'library',
    name: named(name!),
    definition: words(`LANGUAGE ${language}`, comment(text), body ?? '(hidden)'),
  }))
}
