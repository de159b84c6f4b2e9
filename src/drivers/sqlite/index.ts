export { sqlite, type SqliteDriver } from './driver.js'
export type { SqliteClient, SqliteFileOptions, SqliteStatement } from './client.js'
export type { SqliteOptions } from './source.js'
export type { SqliteTransaction } from './transaction.js'
