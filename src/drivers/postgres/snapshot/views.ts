import { accessMethod, firing, made, owner, storageOptions, tablespace } from './fragments.js'
import type { Part } from './scope.js'

/** Views, materialised views, and rules but those that make a view of a table. */
export const views: readonly Part[] = [
  {
    catalogue: 'pg_class',
    select: `SELECT CASE r.relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END, r.name, concat_ws(' ',
      CASE r.relpersistence WHEN 'u' THEN 'UNLOGGED' END,
      ${accessMethod('r.relam')}, ${storageOptions('r.reloptions')}, ${tablespace('r.reltablespace')},
      'AS', rtrim(ltrim(pg_get_viewdef(r.oid)), ';'),
      CASE WHEN NOT r.relispopulated THEN 'WITH NO DATA' END,
      (SELECT string_agg('ALTER COLUMN ' || quote_ident(a.attname) || ' SET DEFAULT '
          || pg_get_expr(e.adbin, e.adrelid), ' ' ORDER BY a.attnum)
        FROM pg_attrdef e JOIN pg_attribute a ON a.attrelid = e.adrelid AND a.attnum = e.adnum WHERE e.adrelid = r.oid),
      (SELECT string_agg('ALTER COLUMN ' || quote_ident(a.attname) || ' SET STATISTICS ' || a.attstattarget, ' '
          ORDER BY a.attnum)
        FROM pg_attribute a WHERE a.attrelid = r.oid AND a.attnum > 0 AND a.attstattarget >= 0),
      (SELECT 'CLUSTER ON ' || i.indexrelid::regclass FROM pg_index i WHERE i.indrelid = r.oid AND i.indisclustered),
      ${owner('r.relowner')})
    FROM relation r WHERE r.relkind IN ('v', 'm')`,
  },
  {
    catalogue: 'pg_rewrite',
    select: `SELECT 'rule', r.name || '.' || quote_ident(w.rulename),
      concat_ws(' ', rtrim(pg_get_ruledef(w.oid), ';'), ${firing('w.ev_enabled')})
    FROM relation r JOIN pg_rewrite w ON w.ev_class = r.oid
    WHERE w.rulename <> '_RETURN' AND ${made('pg_rewrite', 'w.oid')}`,
  },
]
