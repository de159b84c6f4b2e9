import { literal } from './literal.js'

/** Schemas that are the server's own, or last no longer than a session. */
const FOREIGN = `nspname !~ '^(pg_|information_schema$)'`

/**
 * One value for the whole schema of a database, Queen's own tables left out: it decides about a statement whose end
 * nobody has seen. Rows, statistics and files do not enter it, and neither do temporary tables, which come and go with
 * the application. To be read with `search_path` on `pg_catalog`.
 */
export function fingerprintQuery(schema: string, own: readonly string[]): string {
  const names = own.map(literal).join(', ')
  return `WITH spaces AS MATERIALIZED (SELECT oid FROM pg_namespace WHERE ${FOREIGN}),
  tables AS MATERIALIZED (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ${literal(schema)} AND c.relname IN (${names})),
  own AS MATERIALIZED (SELECT oid FROM tables UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid IN (SELECT oid FROM tables)
    UNION ALL SELECT objid FROM pg_depend WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass
      AND refobjid IN (SELECT oid FROM tables) AND deptype IN ('a', 'i')),
  relations AS MATERIALIZED (SELECT * FROM pg_class WHERE relnamespace IN (SELECT oid FROM spaces) AND oid NOT IN (SELECT oid FROM own)),
  facts(fact) AS (
    SELECT concat_ws('|', 'class', oid, relname, relnamespace, relkind, relpersistence, relowner, relam, reltablespace, relrowsecurity,
      relforcerowsecurity, relreplident, relacl, reloptions, relispartition, pg_get_expr(relpartbound, oid)) FROM relations
    UNION ALL SELECT concat_ws('|', 'column', a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attidentity,
      a.attgenerated, a.attcollation, a.attstorage, a.attstattarget,
      (SELECT string_agg(o, ',') FROM unnest(a.attoptions) AS o WHERE o !~ '^pg_attver='), a.attacl, pg_get_expr(d.adbin, d.adrelid))
      FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid IN (SELECT oid FROM relations)
    UNION ALL SELECT concat_ws('|', 'constraint', oid, conname, convalidated, pg_get_constraintdef(oid)) FROM pg_constraint
      WHERE connamespace IN (SELECT oid FROM spaces) AND conrelid NOT IN (SELECT oid FROM own)
    UNION ALL SELECT concat_ws('|', 'index', indexrelid, indisvalid, indisready, indisclustered, pg_get_indexdef(indexrelid)) FROM pg_index
      WHERE indrelid IN (SELECT oid FROM relations)
    UNION ALL SELECT concat_ws('|', 'routine', oid, proname, pronamespace, prokind, prosecdef, proisstrict, provolatile, proparallel,
      proargtypes, prorettype, proconfig, proacl, md5(concat(prosrc, pg_get_function_arguments(oid)))) FROM pg_proc WHERE pronamespace IN (SELECT oid FROM spaces)
    UNION ALL SELECT concat_ws('|', 'trigger', oid, tgenabled, pg_get_triggerdef(oid)) FROM pg_trigger
      WHERE NOT tgisinternal AND tgrelid IN (SELECT oid FROM relations)
    UNION ALL SELECT concat_ws('|', 'rule', oid, ev_enabled, md5(pg_get_ruledef(oid))) FROM pg_rewrite WHERE ev_class IN (SELECT oid FROM relations)
    UNION ALL SELECT concat_ws('|', 'policy', oid, polname, polrelid, polcmd, polpermissive, polroles, pg_get_expr(polqual, polrelid),
      pg_get_expr(polwithcheck, polrelid)) FROM pg_policy
    UNION ALL SELECT concat_ws('|', 'type', oid, typname, typnamespace, typtype, typnotnull, typbasetype, typdefault, typacl) FROM pg_type
      WHERE typnamespace IN (SELECT oid FROM spaces) AND typtype IN ('d', 'e', 'r')
    UNION ALL SELECT concat_ws('|', 'label', oid, enumtypid, enumsortorder, enumlabel) FROM pg_enum
    UNION ALL SELECT concat_ws('|', 'sequence', seqrelid, seqtypid, seqstart, seqincrement, seqmax, seqmin, seqcache, seqcycle) FROM pg_sequence
      WHERE seqrelid IN (SELECT oid FROM relations)
    UNION ALL SELECT concat_ws('|', 'schema', oid, nspname, nspowner, nspacl) FROM pg_namespace WHERE ${FOREIGN}
    UNION ALL SELECT concat_ws('|', 'extension', extname, extversion) FROM pg_extension
    UNION ALL SELECT concat_ws('|', 'statistics', oid, stxname, pg_get_statisticsobjdef(oid)) FROM pg_statistic_ext WHERE stxnamespace IN (SELECT oid FROM spaces)
    UNION ALL SELECT concat_ws('|', 'publication', oid, pubname, puballtables, pubinsert, pubupdate, pubdelete, pubtruncate) FROM pg_publication
    UNION ALL SELECT concat_ws('|', 'subscription', oid, subname, subenabled) FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    UNION ALL SELECT concat_ws('|', 'inherits', inhrelid, inhparent, inhseqno) FROM pg_inherits WHERE inhrelid IN (SELECT oid FROM relations)
    UNION ALL SELECT concat_ws('|', 'comment', objoid, classoid, objsubid, md5(description)) FROM pg_description WHERE objoid IN (SELECT oid FROM relations))
  SELECT encode(sha256(convert_to(coalesce(string_agg(fact, E'\\n' ORDER BY fact COLLATE "C"), ''), 'UTF8')), 'hex') FROM facts`
}
