import { made } from './fragments.js'
import { identified } from './identified.js'
import { FIRST_USER_OID, type Part } from './scope.js'

/** Everything that has privileges of its own; `kind` is what acldefault calls it. */
const HOLDERS = `(
    SELECT 'pg_class'::regclass AS class, r.oid, 0 AS sub, r.relowner AS owner, r.relacl AS acl,
      CASE r.relkind WHEN 'S' THEN 's' ELSE 'r' END AS kind
    FROM relation r
    UNION ALL SELECT 'pg_class'::regclass, r.oid, a.attnum, r.relowner, a.attacl, 'c'
      FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
    UNION ALL SELECT 'pg_namespace'::regclass, n.oid, 0, n.nspowner, n.nspacl, 'n'
      FROM pg_namespace n JOIN space s ON s.oid = n.oid
    UNION ALL SELECT 'pg_proc'::regclass, p.oid, 0, p.proowner, p.proacl, 'f'
      FROM pg_proc p JOIN space s ON s.oid = p.pronamespace WHERE p.proacl IS NOT NULL AND ${made('pg_proc', 'p.oid')}
    UNION ALL SELECT 'pg_type'::regclass, t.oid, 0, t.typowner, t.typacl, 'T'
      FROM pg_type t JOIN space s ON s.oid = t.typnamespace WHERE t.typacl IS NOT NULL AND ${made('pg_type', 't.oid')}
    UNION ALL SELECT 'pg_language'::regclass, l.oid, 0, l.lanowner, l.lanacl, 'l' FROM pg_language l
    UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, w.oid, 0, w.fdwowner, w.fdwacl, 'F'
      FROM pg_foreign_data_wrapper w
    UNION ALL SELECT 'pg_foreign_server'::regclass, v.oid, 0, v.srvowner, v.srvacl, 'S' FROM pg_foreign_server v
  ) h`

/** What an object of this kind begins with, and what the server itself gave to everybody, as with `public`. */
const BEGINNING = `acldefault(h.kind::"char", h.owner) || CASE WHEN h.oid < ${FIRST_USER_OID} THEN ARRAY(
      SELECT makeaclitem(0, h.owner, a.privilege_type, a.is_grantable)
      FROM pg_init_privs i CROSS JOIN LATERAL aclexplode(i.initprivs) a
      WHERE i.classoid = h.class AND i.objoid = h.oid AND i.objsubid = h.sub AND a.grantee = 0) END`

/** What new objects have without any default privileges; those of a schema come on top of those of the database. */
const FUTURE = `CASE h.defaclnamespace WHEN 0 THEN
      acldefault(CASE h.defaclobjtype WHEN 'S' THEN 's' ELSE h.defaclobjtype END, h.owner) END`

const PRIVILEGE = `concat_ws(' ', a.privilege_type,
      CASE WHEN a.is_grantable THEN 'WITH GRANT OPTION' END,
      CASE WHEN a.grantor <> h.owner THEN 'BY ' || quote_ident(pg_get_userbyid(a.grantor)) END)`

/** `to` or `from` whom. */
const WHOM = `CASE a.word WHEN 'grant' THEN 'to ' ELSE 'from ' END
      || CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END`

/** What was granted and what was taken away, so that taking back what was granted leaves nothing. */
function changes(acl: string, beginning: string): string {
  const between = (word: string, some: string, others: string): string =>
    `SELECT '${word}' AS word, x.*
      FROM (SELECT * FROM aclexplode(${some}) EXCEPT SELECT * FROM aclexplode(${others})) x`
  return `(${between('grant', acl, beginning)} UNION ALL ${between('revoke', beginning, acl)}) a`
}

/** Privileges of objects, a line for each object and role, and those that new objects will have. */
export function privileges(schema: string): readonly Part[] {
  return [
    {
      select: `SELECT a.word || ' on ' || o.kind, o.name || ' ' || ${WHOM},
        string_agg(${PRIVILEGE}, ', ' ORDER BY a.privilege_type, a.grantor)
      FROM ${HOLDERS}
      CROSS JOIN LATERAL ${changes('h.acl', BEGINNING)}
      CROSS JOIN LATERAL ${identified('h.class', 'h.oid', 'h.sub', schema)} o
      WHERE h.acl IS NOT NULL GROUP BY o.kind, o.name, a.word, a.grantee`,
    },
    {
      catalogue: 'pg_default_acl',
      select: `SELECT 'default privileges', concat_ws(' ', 'on',
        CASE h.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions'
          WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' WHEN 'L' THEN 'large objects' ELSE h.defaclobjtype::text END,
        'in ' || quote_ident(n.nspname), 'of ' || quote_ident(pg_get_userbyid(h.owner))),
        coalesce((SELECT string_agg(a.word || ' ' || ${PRIVILEGE} || ' ' || ${WHOM}, ', '
            ORDER BY (${WHOM}) COLLATE "C", a.privilege_type)
          FROM ${changes('h.defaclacl', FUTURE)}), 'none')
      FROM (SELECT *, defaclrole AS owner FROM pg_default_acl) h LEFT JOIN pg_namespace n ON n.oid = h.defaclnamespace`,
    },
  ]
}
