import { firing, made, owner } from './fragments.js'
import { FIRST_USER_OID, type Part } from './scope.js'

/** Triggers, also those that partitions have of their parent, and policies. */
export const guards: readonly Part[] = [
  {
    catalogue: 'pg_trigger',
    select: `SELECT 'trigger', r.name || '.' || quote_ident(g.tgname),
      concat_ws(' ', pg_get_triggerdef(g.oid), ${firing('g.tgenabled')})
    FROM relation r JOIN pg_trigger g ON g.tgrelid = r.oid
    -- Those behind constraints are numbered; before 15 those of partitions count as internal.
    WHERE NOT g.tgisinternal OR g.tgparentid <> 0 AND g.tgname !~ '^[A-Za-z_]+_ConstraintTrigger_'`,
  },
  {
    catalogue: 'pg_policy',
    select: `SELECT 'policy', r.name || '.' || quote_ident(p.polname), concat_ws(' ',
      CASE WHEN NOT p.polpermissive THEN 'AS RESTRICTIVE' END,
      'FOR ' || CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE'
        ELSE 'ALL' END,
      'TO ' || (SELECT string_agg(CASE o WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(o)) END, ', '
        ORDER BY pg_get_userbyid(o)) FROM unnest(p.polroles) o),
      'USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
      'WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')
    FROM relation r JOIN pg_policy p ON p.polrelid = r.oid`,
  },
  {
    catalogue: 'pg_event_trigger',
    select: `SELECT 'event trigger', quote_ident(v.evtname), concat_ws(' ', 'ON', v.evtevent, 'WHEN TAG IN '
        || (SELECT '(' || string_agg(quote_literal(t), ', ' ORDER BY t COLLATE "C") || ')' FROM unnest(v.evttags) t),
      'EXECUTE FUNCTION', v.evtfoid::regprocedure, ${firing('v.evtenabled')}, ${owner('v.evtowner')})
    FROM pg_event_trigger v WHERE v.oid >= ${FIRST_USER_OID} AND ${made('pg_event_trigger', 'v.oid')}`,
  },
]
