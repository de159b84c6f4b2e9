import type { HistoryTable } from '../../core/driver.js'
import { QueenError } from '../../core/errors.js'
import type { JournalEntry, LateValue, MigrationRecord, RecordWrite } from '../../core/record.js'
import {
  beginsMigration,
  createTables,
  entryFrom,
  missingColumns,
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
    let statement: SqliteStatement
    try {
      statement = this.#client.prepare(sql).raw()
    } catch (error) {
      const columns = this.#client.prepare(`SELECT name FROM pragma_table_info(?, 'main')`).raw().all(this.#name) as [
        string,
      ][]
      if (columns.length === 0) return null
      const missing = missingColumns(columns.map(([name]) => name))
      if (missing.length === 0) throw error
      throw new QueenError(
        'CONFIG_INVALID',
        `The table "${this.#name}" is not a history of Queen's: it has no column ${missing.join(', ')}`,
        {
          hint: 'choose another table with --table (table), or move this one out of the way',
        },
      )
    }
    return convert(statement.all() as unknown[][])
  }
}
