import { accessMethod, foreignOptions, made, owner, SEQUENCE_OPTIONS, storageOptions, tablespace } from './fragments.js'
import type { Part } from './scope.js'

const PARENTS = `CASE WHEN r.relispartition THEN (
      SELECT concat_ws(' ', 'PARTITION OF', i.inhparent::regclass, pg_get_expr(r.relpartbound, r.oid),
        CASE WHEN to_jsonb(i) ->> 'inhdetachpending' = 'true' THEN 'DETACH PENDING' END)
      FROM pg_inherits i WHERE i.inhrelid = r.oid)
    ELSE (
      SELECT 'INHERITS (' || string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno) || ')'
      FROM pg_inherits i WHERE i.inhrelid = r.oid) END`

/** That of a foreign table is always NOTHING. */
const REPLICA_IDENTITY = `CASE r.relreplident WHEN 'n' THEN CASE WHEN r.relkind <> 'f' THEN 'REPLICA IDENTITY NOTHING' END
      WHEN 'f' THEN 'REPLICA IDENTITY FULL'
      WHEN 'i' THEN concat_ws(' ', 'REPLICA IDENTITY USING INDEX', (
        SELECT i.indexrelid::regclass FROM pg_index i WHERE i.indrelid = r.oid AND i.indisreplident)) END`

/** Tables with all that holds for the whole table, and sequences that are no part of an identity column. */
export const tables: readonly Part[] = [
  {
    catalogue: 'pg_class',
    select: `SELECT CASE r.relkind WHEN 'f' THEN 'foreign table' ELSE 'table' END, r.name, concat_ws(' ',
      CASE r.relpersistence WHEN 'u' THEN 'UNLOGGED' END, 'TABLE',
      CASE WHEN r.reloftype <> 0 THEN 'OF ' || format_type(r.reloftype, NULL) END,
      ${PARENTS},
      CASE r.relkind WHEN 'p' THEN 'PARTITION BY ' || pg_get_partkeydef(r.oid)
        WHEN 'f' THEN (
          SELECT concat_ws(' ', 'SERVER', quote_ident(v.srvname), ${foreignOptions('f.ftoptions')})
          FROM pg_foreign_table f JOIN pg_foreign_server v ON v.oid = f.ftserver WHERE f.ftrelid = r.oid) END,
      ${accessMethod('r.relam')},
      ${storageOptions('r.reloptions')},
      (SELECT ${storageOptions('t.reloptions', 'toast.')} FROM pg_class t WHERE t.oid = r.reltoastrelid),
      ${tablespace('r.reltablespace')},
      CASE WHEN r.relrowsecurity THEN 'ROW LEVEL SECURITY' END,
      CASE WHEN r.relforcerowsecurity THEN 'FORCE ROW LEVEL SECURITY' END,
      ${REPLICA_IDENTITY},
      (SELECT 'CLUSTER ON ' || i.indexrelid::regclass FROM pg_index i WHERE i.indrelid = r.oid AND i.indisclustered),
      ${owner('r.relowner')})
    FROM relation r WHERE r.relkind IN ('r', 'p', 'f')`,
  },
  {
    catalogue: 'pg_class',
    select: `SELECT 'sequence', r.name, concat_ws(' ', CASE r.relpersistence WHEN 'u' THEN 'UNLOGGED' END, 'SEQUENCE',
      'AS ' || format_type(s.seqtypid, NULL), ${SEQUENCE_OPTIONS},
      (SELECT 'OWNED BY ' || d.refobjid::regclass || '.' || quote_ident(a.attname)
        FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype = 'a' AND d.refobjsubid > 0),
      ${owner('r.relowner')})
    FROM relation r JOIN pg_sequence s ON s.seqrelid = r.oid WHERE ${made('pg_class', 'r.oid')}`,
  },
]
