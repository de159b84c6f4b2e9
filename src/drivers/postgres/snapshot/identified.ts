import { text } from './scope.js'

/**
 * Whatever a pair of numbers stands for, as the rest of a snapshot names it: `kind` and `name`. The server says
 * `users_pkey on public.users` where `users.users_pkey` is meant.
 */
export function identified(catalogue: string, oid: string, part: string, schema: string): string {
  const prefix = `quote_ident(${text(schema)}) || '.'`
  return `(SELECT kind, CASE
      WHEN kind ~ 'constraint|trigger|policy|rule' THEN regexp_replace(name, '^(.*) on (.*)$', '\\2.\\1')
      WHEN kind ~ 'function|procedure|aggregate|operator' THEN replace(replace(name, ',', ', '), 'pg_catalog.', '')
      ELSE name END AS name, schema
    FROM (
      SELECT CASE WHEN i.type LIKE '% column' THEN 'column' WHEN i.type = 'table constraint' THEN 'constraint'
        ELSE i.type END AS kind, i.schema,
        replace(CASE WHEN starts_with(i.identity, ${prefix}) THEN substr(i.identity, length(${prefix}) + 1)
          ELSE i.identity END, ' on ' || ${prefix}, ' on ') AS name
      FROM pg_identify_object(${catalogue}, ${oid}, ${part}) i) i)`
}
