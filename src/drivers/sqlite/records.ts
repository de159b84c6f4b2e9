import { messageOf } from '../../core/redact.js'
import type { HistoryTable } from '../../core/driver.js'
import type { JournalEntry, LateValue, MigrationRecord, RecordWrite } from '../../core/record.js'
import {
  beginsMigration,
  createTables,
  entryFrom,
  missingColumns,
  notHistory,
  recordFrom,
  selectHistory,
  selectJournal,
  writeStatement,
  type ColumnTypes,
  type RecordTables,
} from '../sql/records.js'
import { quoteName } from '../sql/quote.js'
import type { SqliteClient, SqliteStatement } from './client.js'

const TYPES: ColumnTypes = {
  // Without AUTOINCREMENT: ids only order what is recorded, and its counter would cost a page in every transaction.
  id: 'INTEGER PRIMARY KEY',
  version: 'TEXT COLLATE BINARY',
  text: 'TEXT',
  count: 'INTEGER',
  milliseconds: 'INTEGER',
  moment: 'TEXT',
}
/** SQLite's clock, not this process's: what a record says must not depend on whose JavaScript wrote it. */
const CLOCK = `SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')`

/** Reads and writes Queen's tables on one connection. */
export class Records {
  readonly #client: SqliteClient
  readonly #name: string
  readonly #tables: RecordTables
  readonly #fingerprint: () => string
  readonly #prepared = new Map<string, SqliteStatement>()
  #begun = { text: '', at: 0 }

  constructor(client: SqliteClient, table: HistoryTable, fingerprint: () => string) {
    this.#client = client
    this.#name = table.name
    this.#fingerprint = fingerprint
    // Qualified, because a temporary table of the same name would come first.
    this.#tables = { history: `main.${quoteName(table.name)}`, journal: `main.${quoteName(`${table.name}_log`)}` }
  }

  /** null when there is no table. @throws QueenError `CONFIG_INVALID` when there is one that is not Queen's */
  history(): readonly MigrationRecord[] | null {
    return this.#read(selectHistory(this.#tables), (rows) => rows.map(recordFrom))
  }

  journal(limit: number | undefined): readonly JournalEntry[] {
    return this.#read(selectJournal(this.#tables, limit), (rows) => rows.map(entryFrom)) ?? []
  }

  create(): void {
    for (const sql of createTables(this.#tables, TYPES, ' STRICT')) this.#client.exec(sql)
  }

  /** Returns how many rows it changed. */
  write(change: RecordWrite): number {
    const now = this.#now()
    if (beginsMigration(change)) this.#begun = { text: now, at: performance.now() }
    const parameters: unknown[] = []
    const sql = writeStatement(change, this.#tables, (value) => {
      parameters.push(this.#resolve(value, now))
      return '?'
    })
    return this.#statement(sql).run(...parameters).changes
  }

  #resolve(value: string | number | null | LateValue, now: string): string | number | null {
    if (value === null || typeof value !== 'object') return value
    switch (value.late) {
      case 'now':
        return now
      case 'started':
        return this.#begun.text || now
      case 'elapsed':
        return this.#begun.at === 0 ? 0 : Math.round(performance.now() - this.#begun.at)
      case 'fingerprint':
        return this.#fingerprint()
    }
  }

  #now(): string {
    return (this.#statement(CLOCK).raw().get() as [string])[0]
  }

  #statement(sql: string): SqliteStatement {
    let statement = this.#prepared.get(sql)
    if (statement === undefined) this.#prepared.set(sql, (statement = this.#client.prepare(sql)))
    return statement
  }

  #read<T>(sql: string, convert: (rows: unknown[][]) => T): T | null {
    const statement = this.#prepareRead(sql) ?? this.#prepareRead(sql)
    return statement === null ? null : convert(statement.raw().all() as unknown[][])
  }

  /** null when there is no table, or there was none a moment ago: another process may be creating it. */
  #prepareRead(sql: string): SqliteStatement | null {
    try {
      return this.#client.prepare(sql)
    } catch (error) {
      const missing = this.#missing()
      if (missing === 'table') return null
      if (missing.length === 0) {
        if (/no such table/.test(messageOf(error))) return null
        throw error
      }
      throw notHistory(`"${this.#name}"`, missing)
    }
  }

  #missing(): readonly string[] | 'table' {
    const columns = this.#client.prepare(`SELECT name FROM pragma_table_info(?, 'main')`).raw().all(this.#name)
    return columns.length === 0 ? 'table' : missingColumns(columns.map((row) => (row as [string])[0]))
  }
}
