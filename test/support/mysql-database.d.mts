import type { Connection, ConnectionOptions } from 'mysql2/promise'

export interface MysqlDatabase {
  readonly url: string
  readonly name: string
  query(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>
  drop(): Promise<void>
}

export function onDatabase(url: string, name: string): string
export function connect(url: string, config?: ConnectionOptions): Promise<Connection>
export function ask(url: string, sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>
export function createDatabase(server: string): Promise<MysqlDatabase>
