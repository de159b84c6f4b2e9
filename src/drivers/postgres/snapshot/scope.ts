/** Sends one statement by the simple protocol: every value comes back as text. */
export type Query = (sql: string) => Promise<(string | null)[][]>

/** Queen's own tables, no part of any snapshot. */
export interface OwnTables {
  /** Also the default schema: its objects are named without it. */
  readonly schema: string
  readonly history: string
  readonly journal: string
}

/** What a snapshot has of one kind of object. */
export interface Part {
  /** Asked only when a user has something in here; undefined: always. Most databases have use for a few catalogues. */
  readonly catalogue?: string
  /** A SELECT of kind, name and definition. */
  readonly select: string
}

/** Objects with lower numbers came with the server. */
export const FIRST_USER_OID = 16384

/** What has an influence on how a value or an expression is written, and what it is set to while a snapshot is taken. */
const SETTINGS: Record<string, string> = {
  search_path: 'pg_catalog, pg_temp',
  quote_all_identifiers: 'off',
  standard_conforming_strings: 'on',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  lc_monetary: 'C',
  // Wrong estimates for a few functions over the catalogue would have it compiled for longer than it runs.
  jit: 'off',
}

/**
 * Makes the rest of the transaction independent of the session's settings, and tells the server's version (`150018`).
 * The one statement that cannot rely on `search_path`.
 */
export async function pin(query: Query): Promise<number> {
  const settings = Object.entries(SETTINGS).map(([name, value]) => `pg_catalog.set_config('${name}', '${value}', true)`)
  const [row] = await query(`SELECT pg_catalog.current_setting('server_version_num'), ${settings.join(', ')}`)
  return Number(row![0])
}

/** The parts a database has something for: to plan a query over forty empty catalogues would take the longest. */
export async function inUse(query: Query, parts: readonly Part[]): Promise<readonly Part[]> {
  const catalogues = [...new Set(parts.flatMap(({ catalogue }) => catalogue ?? []))]
  const found = await query(
    catalogues
      .map((name) => `SELECT '${name}' WHERE EXISTS (SELECT FROM ${name} WHERE oid >= ${FIRST_USER_OID})`)
      .join(' UNION ALL '),
  )
  const used = new Set(found.map(([name]) => name))
  return parts.filter(({ catalogue }) => catalogue === undefined || used.has(catalogue))
}

/**
 * What every part of a snapshot reads from: the schemas of users (`space`), Queen's tables (`own`) and all that is like
 * a table (`relation`), but for those of an extension, each with its name as it is told.
 */
export function relations({ schema, history, journal }: OwnTables): string {
  return `space AS (
  SELECT oid, nspname, CASE WHEN nspname = ${text(schema)} THEN '' ELSE quote_ident(nspname) || '.' END AS prefix
  FROM pg_namespace
  WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
), own AS (
  SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = ${text(schema)} AND c.relname IN (${text(history)}, ${text(journal)})
), relation AS (
  SELECT c.*, s.prefix || quote_ident(c.relname) AS name
  FROM pg_class c JOIN space s ON s.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND c.oid NOT IN (SELECT oid FROM own) AND NOT EXISTS (
    SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0 AND (
      d.deptype = 'e' OR d.deptype IN ('a', 'i') AND d.refclassid = 'pg_class'::regclass
        AND d.refobjid IN (SELECT oid FROM own)))
)`
}

/** A text as a literal. Backslashes are plain: `standard_conforming_strings` is pinned. */
export function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}
