import type { Connection, ConnectionOptions } from 'mysql2/promise'
import { afterAll, onTestFinished } from 'vitest'
import { connect, createDatabase, type MysqlDatabase } from './mysql-database.mjs'
import { describeOn, describePrivate, server } from './servers/ask.js'
import { mariadbBinaries, mysqlBinary } from './servers/binaries.js'
import { startMariaDB } from './servers/mariadb.js'
import { startMySQL } from './servers/mysql.js'
import type { MySQLServer } from './servers/mysql-family.js'
import { sentence, type Server } from './servers/server.js'

/** A product, its server of this run, and how its tests are told. */
export interface Family {
  readonly product: 'MySQL' | 'MariaDB'
  readonly server: Server
  readonly describe: Awaited<ReturnType<typeof describeOn>>
  readonly describePrivate: Awaited<ReturnType<typeof describePrivate>>
  readonly start: (options?: readonly string[]) => Promise<MySQLServer>
}

const mysqlServer = await server('mysql')
const mariadbServer = await server('mariadb')

/** Both products: what is promised of one is promised of the other. */
export const families: readonly Family[] = [
  {
    product: 'MySQL',
    server: mysqlServer,
    describe: await describeOn('mysql', mysqlServer),
    describePrivate: await describePrivate('mysql', mysqlServer, mysqlBinary()),
    start: startMySQL,
  },
  {
    product: 'MariaDB',
    server: mariadbServer,
    describe: await describeOn('mariadb', mariadbServer),
    describePrivate: await describePrivate('mariadb', mariadbServer, mariadbBinaries()),
    start: startMariaDB,
  },
]

/** A database of a test's own. */
export interface FreshDatabase extends MysqlDatabase {
  /** A connection of the test's, beside Queen's; it is closed with the database. */
  connect(config?: ConnectionOptions): Promise<Connection>
}

/** Those that no single test has to clean up after: a hook's, a concurrent test's. */
const ofTheFile: (() => Promise<void>)[] = []

afterAll(async () => {
  for (const drop of ofTheFile.splice(0)) await drop()
})

/** A new database on a server, dropped when the test ends that asked for it; when a hook asked, at the end of the file. */
export async function freshDatabase(on: Family | { readonly url: string }): Promise<FreshDatabase> {
  const database = await createDatabase(urlOf(on))
  const connections: Connection[] = []
  const drop = async (): Promise<void> => {
    for (const connection of connections.splice(0)) connection.destroy()
    await database.drop()
  }
  // A private server goes with all that is in it, and may be down by then.
  if ('product' in on) atTheEnd(drop)
  return {
    ...database,
    drop,
    async connect(config = {}) {
      const connection = await connect(database.url, config)
      connections.push(connection)
      return connection
    },
  }
}

function urlOf(on: Family | { readonly url: string }): string {
  if ('url' in on) return on.url
  if ('url' in on.server) return on.server.url
  throw new Error(`outside of its describe: ${sentence(on.product === 'MySQL' ? 'mysql' : 'mariadb', on.server)}`)
}

function atTheEnd(drop: () => Promise<void>): void {
  try {
    onTestFinished(drop)
  } catch {
    ofTheFile.push(drop)
  }
}
