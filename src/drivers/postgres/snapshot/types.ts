import { made, owner, rest } from './fragments.js'
import type { Part } from './scope.js'

/** The catalogue's rows behind a type, which are numbers that another database has not. */
const NUMBERS = ['typname', 'typnamespace', 'typowner', 'typacl', 'typrelid', 'typelem', 'typarray', 'typcollation']

/** `t` is pg_type; what a domain checks is part of it, as there is nothing else it could be called after. */
const DOMAIN = `concat_ws(' ', 'DOMAIN', format_type(t.typbasetype, t.typtypmod),
      CASE WHEN t.typcollation <> (SELECT b.typcollation FROM pg_type b WHERE b.oid = t.typbasetype)
        THEN 'COLLATE ' || t.typcollation::regcollation END,
      CASE WHEN t.typnotnull THEN 'NOT NULL' END,
      'DEFAULT ' || pg_get_expr(t.typdefaultbin, 0),
      (SELECT string_agg('CONSTRAINT ' || quote_ident(k.conname) || ' ' || pg_get_constraintdef(k.oid), ' '
          ORDER BY k.conname)
        FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'))`

const RANGE = `(SELECT concat_ws(' ', 'RANGE OF', format_type(g.rngsubtype, NULL),
        (SELECT 'OPCLASS ' || n.nspname || '.' || c.opcname FROM pg_opclass c JOIN pg_namespace n ON n.oid = c.opcnamespace
          WHERE c.oid = g.rngsubopc AND NOT c.opcdefault),
        CASE WHEN g.rngcollation <> 0 THEN 'COLLATE ' || g.rngcollation::regcollation END,
        CASE WHEN g.rngcanonical <> 0 THEN 'CANONICAL ' || g.rngcanonical END,
        CASE WHEN g.rngsubdiff <> 0 THEN 'SUBTYPE DIFF ' || g.rngsubdiff END,
        'MULTIRANGE ' || format_type((to_jsonb(g) ->> 'rngmultitypid')::oid, NULL))
      FROM pg_range g WHERE g.rngtypid = t.oid)`

const ATTRIBUTES = `(SELECT '(' || string_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
          CASE WHEN a.attcollation <> y.typcollation THEN 'COLLATE ' || a.attcollation::regcollation END),
          ', ' ORDER BY a.attnum) || ')'
        FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid
        WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped)`

/** Enums, domains, composite types, ranges, and types of one's own making. The types of tables belong to them. */
export const types: readonly Part[] = [
  {
    catalogue: 'pg_type',
    select: `SELECT CASE t.typtype WHEN 'd' THEN 'domain' WHEN 'e' THEN 'enum' ELSE 'type' END, s.prefix || quote_ident(t.typname),
      concat_ws(' ', CASE t.typtype
        WHEN 'e' THEN (SELECT 'ENUM (' || string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) || ')'
          FROM pg_enum e WHERE e.enumtypid = t.oid)
        WHEN 'd' THEN ${DOMAIN}
        WHEN 'r' THEN ${RANGE}
        WHEN 'c' THEN concat_ws(' ', 'COMPOSITE', ${ATTRIBUTES})
        WHEN 'p' THEN 'SHELL'
        ELSE 'TYPE ' || ${rest('t', NUMBERS)} END, ${owner('t.typowner')})
    FROM pg_type t JOIN space s ON s.oid = t.typnamespace WHERE ${made('pg_type', 't.oid')}`,
  },
]
