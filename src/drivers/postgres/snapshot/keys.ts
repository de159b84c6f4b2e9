import { firing, made, owner, storageOptions, tablespace } from './fragments.js'
import type { Part } from './scope.js'

/** A part of a partitioned table's key or index. */
function attached(oid: string): string {
  return `(SELECT 'ATTACHED TO ' || h.inhparent::regclass FROM pg_inherits h WHERE h.inhrelid = ${oid})`
}

/** `i` is pg_index: an index that broke off while it was made is there, but of no use. */
const VALIDITY = `CASE WHEN NOT i.indisvalid THEN 'INVALID' END, CASE WHEN NOT i.indisready THEN 'NOT READY' END`

/** `ALTER TABLE ... DISABLE TRIGGER ALL` turns foreign keys off, too. */
const KEY_TRIGGERS = `(SELECT 'TRIGGERS ' || string_agg(DISTINCT ${firing('g.tgenabled')}, ', ')
      FROM pg_trigger g WHERE g.tgconstraint = k.oid AND k.contype = 'f' AND g.tgenabled <> 'O')`

/** Constraints of tables with the indexes behind them, other indexes, and extended statistics. */
export const keys: readonly Part[] = [
  {
    catalogue: 'pg_constraint',
    select: `SELECT CASE k.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique key' WHEN 'f' THEN 'foreign key'
        WHEN 'x' THEN 'exclusion constraint' ELSE 'check' END,
      r.name || '.' || quote_ident(k.conname), concat_ws(' ', pg_get_constraintdef(k.oid),
      CASE WHEN k.coninhcount > 0 THEN CASE WHEN k.conislocal THEN 'INHERITED AND LOCAL' ELSE 'INHERITED' END END,
      ${storageOptions('c.reloptions')}, ${tablespace('c.reltablespace')}, ${attached('i.indexrelid')}, ${VALIDITY},
      ${KEY_TRIGGERS})
    FROM relation r
    JOIN pg_constraint k ON k.conrelid = r.oid AND k.contype IN ('p', 'u', 'f', 'x', 'c')
    LEFT JOIN pg_index i ON i.indexrelid = k.conindid AND k.contype IN ('p', 'u', 'x')
    LEFT JOIN pg_class c ON c.oid = i.indexrelid
    -- A reference to a partitioned table is kept once for each partition again.
    WHERE NOT EXISTS (SELECT FROM pg_constraint p WHERE p.oid = k.conparentid AND p.conrelid = k.conrelid)`,
  },
  {
    catalogue: 'pg_class',
    select: `SELECT 'index', s.prefix || quote_ident(c.relname), concat_ws(' ', pg_get_indexdef(c.oid),
      ${tablespace('c.reltablespace')}, ${attached('c.oid')}, ${VALIDITY},
      (SELECT 'STATISTICS (' || string_agg(a.attnum || ' ' || a.attstattarget, ', ' ORDER BY a.attnum) || ')'
        FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attstattarget >= 0))
    FROM relation r
    JOIN pg_index i ON i.indrelid = r.oid
    JOIN pg_class c ON c.oid = i.indexrelid
    JOIN space s ON s.oid = c.relnamespace
    WHERE ${made('pg_class', 'c.oid')}`,
  },
  {
    catalogue: 'pg_statistic_ext',
    select: `SELECT 'statistics', s.prefix || quote_ident(x.stxname), concat_ws(' ', pg_get_statisticsobjdef(x.oid),
      CASE WHEN x.stxstattarget >= 0 THEN 'STATISTICS ' || x.stxstattarget END, ${owner('x.stxowner')})
    FROM pg_statistic_ext x JOIN space s ON s.oid = x.stxnamespace WHERE ${made('pg_statistic_ext', 'x.oid')}`,
  },
]
