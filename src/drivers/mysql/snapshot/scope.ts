import type { SchemaObject } from '../../../core/driver.js'
import { backticked, literal } from './text.js'

/** Runs one statement; every value of its rows is text. */
export type Query = (sql: string) => Promise<(string | null)[][]>

/** Queen's own tables, and the database they are in, which is the one that is described. */
export interface OwnTables {
  readonly database: string
  readonly history: string
  readonly journal: string
  /** Where the holder of the lock signs. */
  readonly lock?: string
}

/** Some kinds of objects, read from the server. */
export type Part = (scope: Scope) => Promise<SchemaObject[]>

/** A table of the user's, or in MariaDB a sequence. */
export interface Table {
  readonly name: string
  /** `BASE TABLE`, `SYSTEM VERSIONED` or `SEQUENCE`. */
  readonly type: string
  readonly engine: string
  readonly collation: string
  readonly options: string
  readonly comment: string
}

/** A check of a table. */
export interface Check {
  readonly table: string
  readonly name: string
  /** `Column`, in MariaDB: it stands with a column, and has its name. */
  readonly level: string
  readonly clause: string
  readonly enforced: boolean
}

/** What all parts of a snapshot know. */
export interface Scope {
  readonly query: Query
  readonly database: string
  /** The database's name as a string of SQL. */
  readonly here: string
  readonly family: 'mysql' | 'mariadb'
  /** Who asks: what one user makes twice is the same. */
  readonly user: string
  /** The server's own: nothing tells what is as it says. */
  readonly server: { readonly sqlMode: string; readonly collation: string }
  /** The database's. */
  readonly collation: string
  readonly tables: ReadonlyMap<string, Table>
  readonly checks: readonly Check[]
  /** Whether the server's information_schema has `TABLE.COLUMN`. */
  has(column: string): boolean
  /** SHOW CREATE TABLE, for the little that is nowhere else. */
  createTable(table: string): Promise<string>
}

/** Tables whose columns are not the same everywhere. */
const VARIED = ['CHECK_CONSTRAINTS', 'LIBRARIES', 'ROUTINE_LIBRARIES', 'SCHEMATA', 'SCHEMATA_EXTENSIONS', 'STATISTICS']

/** Finds out where it is, and which tables there are; `version` is the server's. */
export async function open(query: Query, own: OwnTables, version: string): Promise<Scope> {
  const here = literal(own.database)
  const [facts] = await query(`SELECT current_user(), @@global.sql_mode, @@global.collation_server,
    @@global.lower_case_table_names, (SELECT DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ${here})`)
  const [user, sqlMode, serverCollation, lowerCase, collation] = facts!
  const columns = await query(`SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.COLUMNS
    WHERE TABLE_SCHEMA = 'information_schema' AND TABLE_NAME IN (${VARIED.map((name) => `'${name}'`).join(', ')})`)
  const catalogue = new Set(columns.map(([table, column]) => `${table}.${column}`.toUpperCase()))
  const tables = await readTables(query, here, own, lowerCase !== '0')
  const has = (column: string): boolean => catalogue.has(column)
  const shown = new Map<string, Promise<string>>()
  return {
    query,
    database: own.database,
    here,
    family: /mariadb/i.test(version) ? 'mariadb' : 'mysql',
    user: user!,
    server: { sqlMode: sqlMode!, collation: serverCollation! },
    collation: collation ?? '',
    tables,
    checks: (await readChecks(query, here, has)).filter(({ table }) => tables.has(table)),
    has,
    async createTable(table) {
      const found =
        shown.get(table) ??
        query(`SHOW CREATE TABLE ${backticked(own.database)}.${backticked(table)}`).then((rows) => rows[0]![1]!)
      shown.set(table, found)
      return await found
    },
  }
}

/** Tables a user made, but Queen's; views are told elsewhere, and what is temporary is nowhere. */
async function readTables(
  query: Query,
  here: string,
  own: OwnTables,
  ignoreCase: boolean,
): Promise<ReadonlyMap<string, Table>> {
  const folded = (name: string): string => (ignoreCase ? name.toLowerCase() : name)
  const queens = new Set([own.history, own.journal, ...(own.lock === undefined ? [] : [own.lock])].map(folded))
  const found = await query(`SELECT TABLE_NAME, TABLE_TYPE, ENGINE, TABLE_COLLATION, CREATE_OPTIONS, TABLE_COMMENT
    FROM information_schema.TABLES
    WHERE TABLE_SCHEMA = ${here} AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED', 'SEQUENCE')`)
  return new Map(
    found
      .filter(([name]) => !queens.has(folded(name!)))
      .map(([name, type, engine, collation, options, comment]) => [
        name!,
        {
          name: name!,
          type: type!,
          engine: engine ?? '',
          collation: collation ?? '',
          options: options ?? '',
          comment: comment ?? '',
        },
      ]),
  )
}

async function readChecks(query: Query, here: string, has: Scope['has']): Promise<Check[]> {
  if (!has('CHECK_CONSTRAINTS.CHECK_CLAUSE')) return []
  if (has('CHECK_CONSTRAINTS.LEVEL')) {
    const found = await query(`SELECT TABLE_NAME, CONSTRAINT_NAME, LEVEL, CHECK_CLAUSE
      FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = ${here}`)
    return found.map(([table, name, level, clause]) => ({
      table: table!,
      name: name!,
      level: level!,
      clause: clause!,
      enforced: true,
    }))
  }
  // Names are those of the database here. To join the two is the server's slowest way.
  const clauses = await query(`SELECT CONSTRAINT_NAME, CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS
    WHERE CONSTRAINT_SCHEMA = ${here}`)
  if (clauses.length === 0) return []
  const clauseOf = new Map(clauses.map(([name, clause]) => [name, clause!]))
  const found = await query(`SELECT TABLE_NAME, CONSTRAINT_NAME, ENFORCED FROM information_schema.TABLE_CONSTRAINTS
    WHERE CONSTRAINT_SCHEMA = ${here} AND CONSTRAINT_TYPE = 'CHECK'`)
  return found.map(([table, name, enforced]) => ({
    table: table!,
    name: name!,
    level: 'Table',
    clause: clauseOf.get(name!) ?? '',
    enforced: enforced === 'YES',
  }))
}
