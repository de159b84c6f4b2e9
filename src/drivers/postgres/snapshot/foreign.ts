import { foreignOptions, made, owner } from './fragments.js'
import type { Part } from './scope.js'

/** Where data of other servers is. Of the user mappings, which hold passwords, only the names of the options. */
export const foreign: readonly Part[] = [
  {
    catalogue: 'pg_foreign_data_wrapper',
    select: `SELECT 'foreign data wrapper', quote_ident(w.fdwname), concat_ws(' ', 'FOREIGN DATA WRAPPER',
      CASE WHEN w.fdwhandler <> 0 THEN 'HANDLER ' || w.fdwhandler::regproc END,
      CASE WHEN w.fdwvalidator <> 0 THEN 'VALIDATOR ' || w.fdwvalidator::regproc END,
      ${foreignOptions('w.fdwoptions')}, ${owner('w.fdwowner')})
    FROM pg_foreign_data_wrapper w WHERE ${made('pg_foreign_data_wrapper', 'w.oid')}`,
  },
  {
    catalogue: 'pg_foreign_server',
    select: `SELECT 'server', quote_ident(v.srvname), concat_ws(' ', 'TYPE ' || quote_literal(v.srvtype),
      'VERSION ' || quote_literal(v.srvversion), 'FOREIGN DATA WRAPPER', quote_ident(w.fdwname),
      ${foreignOptions('v.srvoptions')}, ${owner('v.srvowner')})
    FROM pg_foreign_server v JOIN pg_foreign_data_wrapper w ON w.oid = v.srvfdw
    WHERE ${made('pg_foreign_server', 'v.oid')}`,
  },
  {
    catalogue: 'pg_foreign_server',
    select: `SELECT 'user mapping', quote_ident(m.srvname) || ' for ' || quote_ident(m.usename), concat_ws(' ', 'USER MAPPING',
      (SELECT 'OPTIONS (' || string_agg(split_part(o, '=', 1), ', ' ORDER BY o COLLATE "C") || ')' FROM unnest(m.umoptions) o))
    FROM pg_user_mappings m`,
  },
]
