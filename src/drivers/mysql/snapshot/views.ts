import type { SchemaObject } from '../../../core/driver.js'
import { definer } from './definer.js'
import type { Scope } from './scope.js'
import { backticked, named, unqualified, words } from './text.js'

/** Views with what they select, whose rights they have, and what they let be written. */
export async function views(scope: Scope): Promise<SchemaObject[]> {
  const { query, here, family, database } = scope
  const found = await query(`SELECT TABLE_NAME, VIEW_DEFINITION, CHECK_OPTION, DEFINER, SECURITY_TYPE,
    ${family === 'mariadb' ? 'ALGORITHM' : 'NULL'} FROM information_schema.VIEWS WHERE TABLE_SCHEMA = ${here}`)
  const objects: SchemaObject[] = []
  for (const [name, select, check, by, security, algorithm] of found) {
    const head = algorithm === null ? await shownAlone(scope, name!) : { algorithm: algorithm!, duality: '' }
    objects.push({
      kind: 'view',
      name: named(name!),
      definition: words(
        head.algorithm !== '' && head.algorithm !== 'UNDEFINED' && `ALGORITHM=${head.algorithm}`,
        definer(scope, by!),
        security === 'INVOKER' && 'SQL SECURITY INVOKER',
        head.duality,
        'AS',
        // Who may not see it is given an empty text.
        unqualified(select ?? '', database) || '(hidden)',
        check !== null && check !== 'NONE' && `WITH ${check} CHECK OPTION`,
      ),
    })
  }
  return objects
}

/** The algorithm, and whether the view is of JSON, which MySQL has nowhere else; nothing where it may not be asked. */
async function shownAlone({ query, database }: Scope, view: string): Promise<{ algorithm: string; duality: string }> {
  const shown = await query(`SHOW CREATE VIEW ${backticked(database)}.${backticked(view)}`).catch(() => [])
  const [head = ''] = (shown[0]?.[1] ?? '').split(' VIEW ', 1)
  return {
    algorithm: /ALGORITHM=(\w+)/.exec(head)?.[1] ?? '',
    duality: / JSON (?:RELATIONAL )?DUALITY$/.test(head) ? 'JSON DUALITY VIEW' : '',
  }
}
