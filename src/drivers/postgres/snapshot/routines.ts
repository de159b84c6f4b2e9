import { made, owner, rest } from './fragments.js'
import { FIRST_USER_OID, type Part } from './scope.js'

/** What tells routines of one name apart. */
const ROUTINE = `s.prefix || quote_ident(p.proname) || '(' || oidvectortypes(p.proargtypes) || ')'`

/** `a` is pg_aggregate. */
const AGGREGATE = `jsonb_build_object('aggtranstype', format_type(a.aggtranstype, NULL),
        'aggmtranstype', format_type(a.aggmtranstype, NULL), 'aggsortop', a.aggsortop::regoperator)`

/** `o` is pg_operator. */
const OPERATOR = `jsonb_build_object('oprresult', format_type(o.oprresult, NULL), 'oprcom', o.oprcom::regoperator,
        'oprnegate', o.oprnegate::regoperator)`

/** Functions and procedures with their bodies, aggregates, operators and their classes, casts. */
export const routines: readonly Part[] = [
  {
    catalogue: 'pg_proc',
    select: `SELECT CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, ${ROUTINE},
      concat_ws(' ', rtrim(pg_get_functiondef(p.oid), E'\\n'), ${owner('p.proowner')})
    FROM pg_proc p JOIN space s ON s.oid = p.pronamespace WHERE p.prokind <> 'a' AND ${made('pg_proc', 'p.oid')}`,
  },
  {
    catalogue: 'pg_proc',
    select: `SELECT 'aggregate', ${ROUTINE}, concat_ws(' ', pg_get_function_arguments(p.oid), 'RETURNS',
      pg_get_function_result(p.oid), 'VOLATILITY', p.provolatile, 'PARALLEL', p.proparallel, ${rest('a', ['aggfnoid'], AGGREGATE)},
      ${owner('p.proowner')})
    FROM pg_proc p JOIN space s ON s.oid = p.pronamespace JOIN pg_aggregate a ON a.aggfnoid = p.oid
    WHERE ${made('pg_proc', 'p.oid')}`,
  },
  {
    catalogue: 'pg_operator',
    select: `SELECT 'operator', s.prefix || o.oprname || '(' || CASE o.oprleft WHEN 0 THEN 'none' ELSE format_type(o.oprleft, NULL) END
        || ', ' || format_type(o.oprright, NULL) || ')',
      concat_ws(' ', ${rest('o', ['oprname', 'oprnamespace', 'oprowner', 'oprleft', 'oprright'], OPERATOR)}, ${owner('o.oprowner')})
    FROM pg_operator o JOIN space s ON s.oid = o.oprnamespace WHERE ${made('pg_operator', 'o.oid')}`,
  },
  {
    catalogue: 'pg_opfamily',
    select: `SELECT 'operator family', s.prefix || quote_ident(f.opfname) || ' using ' || m.amname, concat_ws(' ',
      'OPERATORS', (SELECT string_agg(concat_ws(' ', a.amopstrategy, a.amopopr::regoperator, a.amoppurpose), ', '
        ORDER BY a.amopstrategy, a.amopopr::regoperator::text COLLATE "C") FROM pg_amop a WHERE a.amopfamily = f.oid),
      'FUNCTIONS', (SELECT string_agg(concat_ws(' ', a.amprocnum, a.amproc::regprocedure), ', '
        ORDER BY a.amprocnum, a.amproc::regprocedure::text COLLATE "C") FROM pg_amproc a WHERE a.amprocfamily = f.oid),
      ${owner('f.opfowner')})
    FROM pg_opfamily f JOIN space s ON s.oid = f.opfnamespace JOIN pg_am m ON m.oid = f.opfmethod
    WHERE ${made('pg_opfamily', 'f.oid')}`,
  },
  {
    catalogue: 'pg_opclass',
    select: `SELECT 'operator class', s.prefix || quote_ident(c.opcname) || ' using ' || m.amname, concat_ws(' ',
      CASE WHEN c.opcdefault THEN 'DEFAULT' END, 'FOR TYPE', format_type(c.opcintype, NULL),
      CASE WHEN c.opckeytype <> 0 THEN 'STORAGE ' || format_type(c.opckeytype, NULL) END,
      'FAMILY', quote_ident(f.opfname), ${owner('c.opcowner')})
    FROM pg_opclass c JOIN space s ON s.oid = c.opcnamespace JOIN pg_am m ON m.oid = c.opcmethod
    JOIN pg_opfamily f ON f.oid = c.opcfamily WHERE ${made('pg_opclass', 'c.oid')}`,
  },
  {
    catalogue: 'pg_cast',
    select: `SELECT 'cast', '(' || format_type(c.castsource, NULL) || ' AS ' || format_type(c.casttarget, NULL) || ')', concat_ws(' ',
      CASE c.castmethod WHEN 'f' THEN 'WITH FUNCTION ' || c.castfunc::regprocedure WHEN 'i' THEN 'WITH INOUT'
        ELSE 'WITHOUT FUNCTION' END,
      CASE c.castcontext WHEN 'a' THEN 'AS ASSIGNMENT' WHEN 'i' THEN 'AS IMPLICIT' END)
    FROM pg_cast c WHERE c.oid >= ${FIRST_USER_OID} AND ${made('pg_cast', 'c.oid')}`,
  },
]
