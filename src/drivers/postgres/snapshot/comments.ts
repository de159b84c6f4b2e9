import { identified } from './identified.js'
import { FIRST_USER_OID, type Part } from './scope.js'

/** Comments of everything that is the user's; that of the schema `public` is the server's, until somebody writes another. */
export function comments(schema: string): readonly Part[] {
  return [
    {
      select: `SELECT 'comment on ' || o.kind, o.name, quote_literal(c.description)
      FROM pg_description c CROSS JOIN LATERAL ${identified('c.classoid', 'c.objoid', 'c.objsubid', schema)} o
      WHERE (c.objoid >= ${FIRST_USER_OID}
          OR c.classoid = 'pg_namespace'::regclass AND c.description <> 'standard public schema'
            AND c.objoid IN (SELECT oid FROM space))
        AND c.classoid NOT IN ('pg_extension'::regclass, 'pg_largeobject'::regclass)
        AND (c.classoid <> 'pg_class'::regclass OR c.objoid NOT IN (SELECT oid FROM own))
        AND (o.schema IS NULL OR o.schema IN (SELECT nspname FROM space))
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = c.classoid AND d.objid = c.objoid AND d.deptype = 'e')`,
    },
  ]
}
