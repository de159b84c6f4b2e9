export { mysql, type MysqlDriver } from './driver.js'
export type { MysqlConfig, MysqlConnection, MysqlPool, MysqlTls } from './client.js'
export type { MysqlTransaction } from './transaction.js'
