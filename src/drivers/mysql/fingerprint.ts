import { literal } from './literal.js'
import { scopeText, type Scope } from './scope.js'

/** A view of `information_schema` with the columns that say what an object is, for both products and for one alone. */
interface Part {
  readonly view: string
  /** The column the database is in. */
  readonly database: string
  /** The column with the name that a scope goes by, and that Queen's own tables are left out by. */
  readonly name: string
  readonly columns: string
  readonly mysql?: string
  readonly mariadb?: string
  readonly where?: string
}

/** Rows, statistics and counters enter none of them; nor do moments, but where a body may be hidden from this user. */
const PARTS: readonly Part[] = [
  {
    view: 'TABLES',
    database: 'table_schema',
    name: 'table_name',
    columns: 'table_name, table_type, engine, row_format, table_collation, create_options, table_comment',
  },
  {
    view: 'COLUMNS',
    database: 'table_schema',
    name: 'table_name',
    columns:
      'table_name, column_name, ordinal_position, ISNULL(column_default), column_default, is_nullable, column_type, collation_name, extra, column_comment, generation_expression',
    mysql: 'srs_id',
  },
  {
    view: 'STATISTICS',
    database: 'table_schema',
    name: 'table_name',
    columns:
      'table_name, index_name, seq_in_index, column_name, non_unique, collation, sub_part, index_type, index_comment',
    mysql: 'is_visible, expression',
    mariadb: 'ignored',
  },
  {
    view: 'TABLE_CONSTRAINTS',
    database: 'constraint_schema',
    name: 'table_name',
    columns: 'table_name, constraint_name, constraint_type',
    mysql: 'enforced',
  },
  {
    view: 'REFERENTIAL_CONSTRAINTS',
    database: 'constraint_schema',
    name: 'table_name',
    columns: 'table_name, constraint_name, unique_constraint_name, match_option, update_rule, delete_rule',
  },
  {
    view: 'KEY_COLUMN_USAGE',
    database: 'constraint_schema',
    name: 'table_name',
    where: 'referenced_table_name IS NOT NULL',
    columns:
      'table_name, constraint_name, ordinal_position, column_name, referenced_table_schema, referenced_table_name, referenced_column_name',
  },
  {
    view: 'CHECK_CONSTRAINTS',
    database: 'constraint_schema',
    name: 'constraint_name',
    columns: 'constraint_name, check_clause',
    mariadb: 'table_name',
  },
  {
    view: 'VIEWS',
    database: 'table_schema',
    name: 'table_name',
    columns:
      'table_name, view_definition, check_option, definer, security_type, character_set_client, collation_connection',
  },
  {
    view: 'TRIGGERS',
    database: 'trigger_schema',
    name: 'trigger_name',
    columns:
      'trigger_name, event_manipulation, event_object_table, action_order, action_statement, action_timing, definer, sql_mode',
  },
  {
    view: 'ROUTINES',
    database: 'routine_schema',
    name: 'routine_name',
    columns:
      'routine_name, routine_type, dtd_identifier, routine_definition, is_deterministic, sql_data_access, security_type, routine_comment, definer, sql_mode, last_altered',
  },
  {
    view: 'PARAMETERS',
    database: 'specific_schema',
    name: 'specific_name',
    columns: 'specific_name, routine_type, ordinal_position, parameter_mode, parameter_name, dtd_identifier',
  },
  {
    view: 'EVENTS',
    database: 'event_schema',
    name: 'event_name',
    columns:
      'event_name, event_definition, event_type, execute_at, interval_value, interval_field, starts, ends, on_completion, event_comment, definer, sql_mode, last_altered',
  },
  {
    view: 'PARTITIONS',
    database: 'table_schema',
    name: 'table_name',
    where: 'partition_name IS NOT NULL',
    columns:
      'table_name, partition_name, subpartition_name, partition_method, subpartition_method, partition_expression, subpartition_expression, partition_description, partition_comment',
  },
]

/**
 * One value for the schema of a database, Queen's own tables left out, as an expression: it decides about a statement
 * whose end nobody has seen. It says itself how far it looked, since to look at everything takes a server longer than
 * most statements. Each row becomes a number and all of them one, whatever their order.
 */
export function fingerprintOf(place: Place, scope: Scope): string {
  const { database, own, product } = place
  const parts = scope.views === 'all' ? PARTS : PARTS.filter(({ view }) => (scope.views as string[]).includes(view))
  const sums = parts.map((part) => {
    const more = product === 'MySQL' ? part.mysql : part.mariadb
    const columns = [part.columns, ...(more === undefined ? [] : [more])].join(', ')
    const conditions = [
      `${part.database} = ${literal(database)}`,
      ...(part.where === undefined ? [] : [part.where]),
      `${part.name} NOT IN (${own.map(literal).join(', ')})`,
      ...(scope.views === 'all' ? [] : [`${part.name} IN (${scope.names.map(literal).join(', ')})`]),
    ]
    const row = `CAST(CONV(LEFT(SHA2(CONCAT_WS('|', ${columns}), 256), 16), 16, 10) AS UNSIGNED)`
    return `(SELECT CONCAT(COUNT(*), ':', BIT_XOR(${row})) FROM information_schema.${part.view} WHERE ${conditions.join(' AND ')})`
  })
  return `CONCAT(${literal(scopeText(scope))}, SHA2(CONCAT_WS(',', ${sums.join(', ')}), 256))`
}

/** Whose fingerprint it is. */
export interface Place {
  readonly database: string
  /** The names of Queen's own tables. */
  readonly own: readonly string[]
  readonly product: 'MySQL' | 'MariaDB'
}
