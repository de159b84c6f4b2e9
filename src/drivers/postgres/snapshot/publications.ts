import { made, owner, rest } from './fragments.js'
import type { Part } from './scope.js'

/** What is published. `version` is the server's: since 15 whole schemas, and some columns or rows of a table. */
export function publications(version: number): readonly Part[] {
  const some =
    version < 150000
      ? ''
      : `, (SELECT '(' || string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) || ')' FROM pg_attribute a
          WHERE a.attrelid = m.prrelid AND a.attnum = ANY (m.prattrs)), 'WHERE ' || pg_get_expr(m.prqual, m.prrelid)`
  const schemas =
    version < 150000
      ? 'NULL'
      : `(SELECT 'SCHEMAS ' || string_agg(quote_ident(n.nspname), ', ' ORDER BY n.nspname)
        FROM pg_publication_namespace m JOIN pg_namespace n ON n.oid = m.pnnspid WHERE m.pnpubid = p.oid)`
  return [
    {
      catalogue: 'pg_publication',
      select: `SELECT 'publication', quote_ident(p.pubname), concat_ws(' ',
        (SELECT 'TABLES ' || string_agg(concat_ws(' ', m.prrelid::regclass${some}), ', '
            ORDER BY m.prrelid::regclass::text COLLATE "C")
          FROM pg_publication_rel m WHERE m.prpubid = p.oid),
        ${schemas}, ${rest('p', ['pubname', 'pubowner'])}, ${owner('p.pubowner')})
      FROM pg_publication p WHERE ${made('pg_publication', 'p.oid')}`,
    },
  ]
}
