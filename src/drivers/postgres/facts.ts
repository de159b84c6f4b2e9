import type { HistoryTable } from '../../core/driver.js'
import { literal } from './literal.js'
import type { Reply } from './message.js'

/** A setting of a session, with the value it is to have. */
export type Setting = readonly [name: string, value: string]

/** What a connection has to be asked once. */
export interface Facts {
  /** The backend's process id. Behind a pooler it is another one than the client was told. */
  readonly pid: number
  /** `150018`. */
  readonly version: number
  /** `standby`: a replica. `read only`: so set for this database, role or session. */
  readonly writable: 'yes' | 'standby' | 'read only'
  readonly sessionUser: string
  readonly database: string
  /** The schema Queen's tables are in, or will be; null when unqualified names lead nowhere. */
  readonly schema: string | null
  /** The role that is in force for migrations; `none`: the one that logged in. */
  readonly role: string
  /** Where unqualified names of the migrations are looked for. */
  readonly searchPath: string
  /** Settings made on this connection before Queen got it. */
  readonly baseline: readonly Setting[]
  /** The object ids of the temporary tables that this session had before, and of all that belongs to them. */
  readonly temporary: readonly string[]
  /** Names of statements prepared in SQL before. */
  readonly prepared: readonly string[]
  /** What the server calls itself. */
  readonly product: string
}

/** Without a temporary table of the session's there is no schema for them, and nothing to look through. */
const TEMPORARY =
  'SELECT oid FROM pg_catalog.pg_class WHERE relnamespace OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema()'

/**
 * The question. An unqualified table is looked for along the search path, temporary tables left aside, and where none
 * of its schemas has one, it belongs to the first: a schema that appears later does not hide the history.
 */
export function factsQuery({ name, schema }: HistoryTable): string {
  const found = `(SELECT path.name FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) WITH ORDINALITY AS path(name, place)
    JOIN pg_catalog.pg_namespace n ON n.nspname OPERATOR(pg_catalog.=) path.name
    JOIN pg_catalog.pg_class c ON c.relnamespace OPERATOR(pg_catalog.=) n.oid
    WHERE c.relname OPERATOR(pg_catalog.=) ${literal(name)}::pg_catalog.name AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p}'::pg_catalog."char"[])
    ORDER BY path.place LIMIT 1)`
  const place = schema === undefined ? `coalesce(${found}, pg_catalog.current_schema())` : literal(schema)
  return `SELECT pg_catalog.pg_backend_pid(), pg_catalog.current_setting('server_version_num'),
  CASE WHEN pg_catalog.pg_is_in_recovery() THEN 'standby'
    WHEN pg_catalog.current_setting('transaction_read_only')::pg_catalog.bool THEN 'read only' ELSE 'yes' END,
  session_user, pg_catalog.current_database(), ${place}, pg_catalog.current_setting('search_path'),
  CASE WHEN pg_catalog.pg_my_temp_schema() OPERATOR(pg_catalog.=) 0::pg_catalog.oid THEN ''
    ELSE pg_catalog.array_to_string(ARRAY(${TEMPORARY}), ',') END, pg_catalog.current_setting('role'), pg_catalog.version()`
}

/** What somebody else did to a connection that is not Queen's own: its role, its settings, and the statements prepared on it. */
export const BASELINE_QUERIES = [
  `SELECT pg_catalog.current_setting('role')`,
  `SELECT name, pg_catalog.current_setting(name) FROM pg_catalog.pg_settings
  WHERE source OPERATOR(pg_catalog.=) 'session' AND name OPERATOR(pg_catalog.<>) ALL ('{transaction_isolation,transaction_read_only,transaction_deferrable}')
  ORDER BY name`,
  'SELECT name FROM pg_catalog.pg_prepared_statements WHERE from_sql',
]

/** Reads the answers: to `factsQuery`, and for a connection that is not Queen's own to `BASELINE_QUERIES`. */
export function factsFrom(answers: Reply['results'][number], baseline: Reply['results']): Facts {
  const [pid, version, writable, sessionUser, database, schema, searchPath, temporary, role, product] = answers[0]!
  const [lentAs, settings, prepared] = baseline
  const roleBefore = lentAs?.[0]?.[0] ?? 'none'
  return {
    pid: Number(pid),
    version: Number(version),
    writable: writable as Facts['writable'],
    sessionUser: sessionUser!,
    database: database!,
    schema: schema ?? null,
    role: role!,
    searchPath: searchPath!,
    baseline: [
      ...(settings ?? []).map(([name, value]) => [name!, value!] as const),
      // The role goes last: it may not have the right to make the others.
      ...(roleBefore === 'none' ? [] : ([['role', roleBefore]] as const)),
    ],
    temporary: temporary!.split(',').filter((oid) => oid !== ''),
    prepared: (prepared ?? []).map(([name]) => name!),
    product: product!,
  }
}
