import { made, owner, rest } from './fragments.js'
import { FIRST_USER_OID, type Part } from './scope.js'

/** Text search, collations, conversions, languages and access methods. */
export const rarities: readonly Part[] = [
  {
    catalogue: 'pg_ts_config',
    select: `SELECT 'text search configuration', s.prefix || quote_ident(c.cfgname), concat_ws(' ',
      'PARSER', (SELECT n.nspname || '.' || p.prsname FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace
        WHERE p.oid = c.cfgparser),
      (SELECT string_agg(concat_ws(' ', t.alias, m.mapdict::regdictionary), ', ' ORDER BY m.maptokentype, m.mapseqno)
        FROM pg_ts_config_map m JOIN ts_token_type(c.cfgparser) t ON t.tokid = m.maptokentype WHERE m.mapcfg = c.oid),
      ${owner('c.cfgowner')})
    FROM pg_ts_config c JOIN space s ON s.oid = c.cfgnamespace WHERE ${made('pg_ts_config', 'c.oid')}`,
  },
  {
    catalogue: 'pg_ts_dict',
    select: `SELECT 'text search dictionary', s.prefix || quote_ident(c.dictname), concat_ws(' ',
      'TEMPLATE', n.nspname || '.' || t.tmplname, c.dictinitoption, ${owner('c.dictowner')})
    FROM pg_ts_dict c JOIN space s ON s.oid = c.dictnamespace
    JOIN pg_ts_template t ON t.oid = c.dicttemplate JOIN pg_namespace n ON n.oid = t.tmplnamespace
    WHERE ${made('pg_ts_dict', 'c.oid')}`,
  },
  {
    catalogue: 'pg_ts_parser',
    select: `SELECT 'text search parser', s.prefix || quote_ident(p.prsname), ${rest('p', ['prsname', 'prsnamespace'])}
    FROM pg_ts_parser p JOIN space s ON s.oid = p.prsnamespace WHERE ${made('pg_ts_parser', 'p.oid')}`,
  },
  {
    catalogue: 'pg_ts_template',
    select: `SELECT 'text search template', s.prefix || quote_ident(t.tmplname), ${rest('t', ['tmplname', 'tmplnamespace'])}
    FROM pg_ts_template t JOIN space s ON s.oid = t.tmplnamespace WHERE ${made('pg_ts_template', 't.oid')}`,
  },
  {
    catalogue: 'pg_collation',
    select: `SELECT 'collation', s.prefix || quote_ident(c.collname),
      concat_ws(' ', ${rest('c', ['collname', 'collnamespace', 'collowner', 'collversion'])}, ${owner('c.collowner')})
    FROM pg_collation c JOIN space s ON s.oid = c.collnamespace WHERE ${made('pg_collation', 'c.oid')}`,
  },
  {
    catalogue: 'pg_conversion',
    select: `SELECT 'conversion', s.prefix || quote_ident(c.conname),
      concat_ws(' ', ${rest('c', ['conname', 'connamespace', 'conowner'])}, ${owner('c.conowner')})
    FROM pg_conversion c JOIN space s ON s.oid = c.connamespace WHERE ${made('pg_conversion', 'c.oid')}`,
  },
  {
    catalogue: 'pg_language',
    select: `SELECT 'language', quote_ident(l.lanname), concat_ws(' ', CASE WHEN l.lanpltrusted THEN 'TRUSTED' END,
      'HANDLER', l.lanplcallfoid::regproc, ${owner('l.lanowner')})
    FROM pg_language l WHERE l.oid >= ${FIRST_USER_OID} AND ${made('pg_language', 'l.oid')}`,
  },
  {
    catalogue: 'pg_am',
    select: `SELECT 'access method', quote_ident(m.amname), ${rest('m', ['amname'])}
    FROM pg_am m WHERE m.oid >= ${FIRST_USER_OID} AND ${made('pg_am', 'm.oid')}`,
  },
]
