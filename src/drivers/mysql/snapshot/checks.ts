import type { SchemaObject } from '../../../core/driver.js'
import type { Check, Scope } from './scope.js'
import { backticked, named, unescaped, unqualified, words } from './text.js'

/** Checks of tables, and in MariaDB periods, which look like one; those of columns are told with the column. */
export async function checks(scope: Scope): Promise<SchemaObject[]> {
  const ofTables = scope.checks.filter(({ level }) => level !== 'Column')
  return await Promise.all(
    ofTables.map(async (check) => {
      const clause = unqualified(scope.family === 'mysql' ? unescaped(check.clause) : check.clause, scope.database)
      return {
        ...((await isPeriod(scope, check))
          ? { kind: 'period', definition: `PERIOD ${clause}` }
          : { kind: 'check', definition: words(`CHECK (${clause})`, !check.enforced && 'NOT ENFORCED') }),
        name: named(check.table, check.name),
      }
    }),
  )
}

/** Whether a table's checks are such as a period could be among them. */
export function canHavePeriod({ checks: all, family }: Scope, table: string): boolean {
  return family === 'mariadb' && all.some((check) => check.table === table && looksLikePeriod(check))
}

function looksLikePeriod({ level, clause }: Check): boolean {
  return level === 'Table' && /^`(?:[^`]|``)+` < `(?:[^`]|``)+`$/.test(clause)
}

async function isPeriod(scope: Scope, check: Check): Promise<boolean> {
  if (scope.family !== 'mariadb' || !looksLikePeriod(check)) return false
  return (await scope.createTable(check.table)).includes(`\n  PERIOD FOR ${backticked(check.name)} (`)
}
