import type { HistoryTable } from '../../core/driver.js'
import type { LateValue, RecordWrite } from '../../core/record.js'
import type { LexicalRules } from '../../core/sql/dialect.js'
import { tickName } from '../sql/quote.js'
import {
  beginsMigration,
  createTables,
  selectHistory,
  selectJournal,
  writeStatement,
  type ColumnTypes,
  type RecordTables,
} from '../sql/records.js'
import { fingerprintOf, type Place } from './fingerprint.js'
import { literal } from './literal.js'
import { EVERYTHING, scopeFrom, scopeOf, type Scope } from './scope.js'

const TYPES: ColumnTypes = {
  id: 'BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY',
  // Bytes: every collation takes something for the same that is not, and most ignore blanks at the end.
  version: 'VARBINARY(255)',
  text: 'MEDIUMTEXT',
  count: 'INT',
  milliseconds: 'BIGINT',
  moment: 'DATETIME(3)',
}
const SUFFIX = ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin'

/** The moment migrations are measured from, as far as a script has written one. */
type Begun =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'variable' }
  | { readonly kind: 'record'; readonly version: string }

/** The SQL of Queen's tables. Every name in it is qualified: a migration may say USE. */
export class Records {
  readonly names: { readonly history: string; readonly journal: string; readonly lock: string }
  readonly #tables: RecordTables
  readonly #place: Place
  readonly #rules: LexicalRules
  #begun: Begun = { kind: 'nothing' }

  constructor({ name }: HistoryTable, { database, product }: Pick<Place, 'database' | 'product'>, rules: LexicalRules) {
    this.names = { history: name, journal: `${name}_log`, lock: `${name}_lock` }
    this.#place = { database, product, own: Object.values(this.names) }
    this.#rules = rules
    const qualified = (table: string): string => `${tickName(database)}.${tickName(table)}`
    this.#tables = { history: qualified(this.names.history), journal: qualified(this.names.journal) }
  }

  get database(): string {
    return this.#place.database
  }

  get history(): string {
    return selectHistory(this.#tables, read)
  }

  journal(limit: number | undefined): string {
    return selectJournal(this.#tables, limit, read)
  }

  get columns(): string {
    return `SELECT column_name FROM information_schema.COLUMNS WHERE table_schema = ${literal(this.database)} AND table_name = ${literal(this.names.history)}`
  }

  /** How many of the two tables are there. */
  get present(): string {
    return `SELECT COUNT(*) FROM information_schema.TABLES WHERE table_schema = ${literal(this.database)} AND table_name IN (${literal(this.names.history)}, ${literal(this.names.journal)})`
  }

  create(): readonly string[] {
    return createTables(this.#tables, TYPES, SUFFIX)
  }

  /** What is at work, seen before it is committed. */
  running(since: string): string {
    return `SELECT direction, version, name FROM ${this.#tables.history} WHERE status = 'running' AND started_at >= ${literal(since)} ORDER BY started_at DESC LIMIT 1`
  }

  fingerprint(like: string | undefined): string {
    return this.#fingerprint(scopeFrom(like))
  }

  /** Whether a version is recorded. */
  recorded(version: string): string {
    return `EXISTS (SELECT 1 FROM ${this.#tables.history} WHERE version = ${literal(version)})`
  }

  /** What was measured so far belongs to another script. */
  forget(): void {
    this.#begun = { kind: 'nothing' }
  }

  /** The SQL of a change, of one statement or two. `next`: the statement of the migration's that it is written for. */
  write(change: RecordWrite, next: string | undefined): string[] {
    const before = beginsMigration(change) ? this.#begin(change) : []
    const sql = writeStatement(change, this.#tables, (value) => this.#value(value, change, next))
    return [...before, sql]
  }

  #begin(change: RecordWrite): string[] {
    const version = change.write === 'insert' ? change.values.version : undefined
    const known = change.write === 'update' ? change.version : version
    this.#begun = typeof known === 'string' ? { kind: 'record', version: known } : { kind: 'variable' }
    return this.#begun.kind === 'variable' ? ['SET @queen_began = UTC_TIMESTAMP(3)'] : []
  }

  #value(value: string | number | null | LateValue, change: RecordWrite, next: string | undefined): string {
    if (value === null) return 'NULL'
    if (typeof value === 'number') return String(value)
    if (typeof value === 'string') return literal(isMoment(value, change) ? moment(value) : value)
    switch (value.late) {
      case 'now':
        return 'UTC_TIMESTAMP(3)'
      case 'started':
        return this.#started(change)
      case 'elapsed':
        return this.#begun.kind === 'nothing'
          ? '0'
          : `GREATEST(0, TIMESTAMPDIFF(MICROSECOND, ${this.#started(change)}, UTC_TIMESTAMP(3)) DIV 1000)`
      case 'fingerprint':
        return this.#fingerprint(next === undefined ? EVERYTHING : scopeOf(next, this.#rules))
    }
  }

  /** Asked of the server, since a message is written before any of it has begun. */
  #started({ write }: RecordWrite): string {
    if (this.#begun.kind === 'nothing') return 'UTC_TIMESTAMP(3)'
    if (this.#begun.kind === 'variable') return '@queen_began'
    // A table that is being changed cannot be asked, but its row can.
    if (write === 'update') return 'started_at'
    return `(SELECT h.started_at FROM ${this.#tables.history} h WHERE h.version = ${literal(this.#begun.version)})`
  }

  #fingerprint(scope: Scope): string {
    return fingerprintOf(this.#place, scope)
  }
}

/** Whether a text is the value of a moment, whose ISO format no strict server takes. */
function isMoment(text: string, change: RecordWrite): boolean {
  return (
    'values' in change && Object.entries(change.values).some(([field, value]) => field.endsWith('At') && value === text)
  )
}

/** `2024-02-29T23:59:59.123Z` as a DATETIME has it. */
export function moment(iso: string): string {
  return iso.slice(0, 23).replace('T', ' ')
}

function read(column: string): string {
  return column.endsWith('_at') ? `CONCAT(REPLACE(${column}, ' ', 'T'), 'Z')` : column
}
