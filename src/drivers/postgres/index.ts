export { postgres, type PostgresDriver, type PostgresOptions } from './driver.js'
export type { PoolerOption } from './affinity.js'
export type { PgClient, PgConfig, PgPool, PgPoolClient } from './client.js'
export type { PostgresTransaction } from './transaction.js'
