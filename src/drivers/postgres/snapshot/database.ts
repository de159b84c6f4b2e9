import { made, owner, withoutSecret } from './fragments.js'
import { FIRST_USER_OID, text, type Part } from './scope.js'

/** Schemas, extensions with their version, and the settings of the database itself. */
export function database(schema: string): readonly Part[] {
  return [
    // The default schema may be Queen's work; whoever made the database owns it, or whoever made the server.
    {
      select: `SELECT 'schema', quote_ident(n.nspname), concat_ws(' ', 'SCHEMA', ${owner('n.nspowner')})
      FROM pg_namespace n JOIN space s ON s.oid = n.oid
      WHERE ${made('pg_namespace', 'n.oid')} AND (n.nspname <> ${text(schema)}
        OR n.nspowner >= ${FIRST_USER_OID} AND pg_get_userbyid(n.nspowner) <> current_user)`,
    },
    {
      catalogue: 'pg_extension',
      select: `SELECT 'extension', quote_ident(e.extname),
        concat_ws(' ', 'VERSION', e.extversion, 'SCHEMA', quote_ident(n.nspname))
      FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.oid >= ${FIRST_USER_OID}`,
    },
    {
      select: `SELECT 'setting', concat_ws(' ', split_part(o, '=', 1),
        'of ' || CASE WHEN g.setrole <> 0 THEN quote_ident(pg_get_userbyid(g.setrole)) END), ${withoutSecret('o')}
      FROM pg_db_role_setting g CROSS JOIN LATERAL unnest(g.setconfig) o
      WHERE g.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    },
  ]
}
