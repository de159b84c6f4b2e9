import mysql from 'mysql2/promise'
import { afterAll, onTestFinished } from 'vitest'
import { createDatabase, type MySQLDatabase } from './mysql-database.mjs'
import { describeOn, describePrivate, server, type Describe } from './servers/ask.js'
import { mariadbBinaries, mysqlBinary } from './servers/binaries.js'
import { startMariaDB } from './servers/mariadb.js'
import type { MySQLServer } from './servers/mysql-family.js'
import { startMySQL } from './servers/mysql.js'
import { SERVERS, sentence } from './servers/server.js'

/** One of the run's two servers of the MySQL family: a test for both is written once, in a loop over `mysqlServers`. */
export interface MySQLTestServer {
  readonly name: 'mysql' | 'mariadb'
  /** What people call it. */
  readonly title: string
  /** `describe` for tests on the run's server. */
  readonly describe: Describe
  /** `describe` for tests that call `start`; asked for alone where there are some, as it says what they lack. */
  describePrivate(): Promise<Describe>
  /** Starts a private one, with options of its command line. */
  start(options?: readonly string[]): Promise<MySQLServer>
  /** The URL of the run's server, for inside of `describe`. */
  url(): string
  /**
   * A new database on the run's server, or on a private one. It is dropped, whoever is still connected, when the test
   * ends that asked for it; when a hook asked, at the end of the file.
   */
  freshDatabase(on?: { readonly url: string }): Promise<FreshDatabase>
}

/** A database of a test's own. */
export interface FreshDatabase extends MySQLDatabase {
  /** A connection of the test's, beside Queen's; it is closed with the database. */
  connect(config?: mysql.ConnectionOptions): Promise<mysql.Connection>
}

/** Oracle's MySQL and MariaDB. */
export const mysqlServers: readonly MySQLTestServer[] = [
  await testServer('mysql', mysqlBinary(), startMySQL),
  await testServer('mariadb', mariadbBinaries(), startMariaDB),
]

/** Databases that no single test has to clean up after: a hook's, a concurrent test's. */
const ofTheFile: (() => Promise<void>)[] = []

afterAll(async () => {
  for (const drop of ofTheFile.splice(0)) await drop()
})

async function testServer(
  name: MySQLTestServer['name'],
  binaries: unknown,
  start: MySQLTestServer['start'],
): Promise<MySQLTestServer> {
  const found = await server(name)
  const url = (): string => {
    if ('url' in found) return found.url
    throw new Error(`outside of describe: ${sentence(name, found)}`)
  }
  return {
    name,
    title: SERVERS[name].title,
    describe: await describeOn(name, found),
    describePrivate: async () => await describePrivate(name, found, binaries),
    start,
    url,
    freshDatabase: async (on) => await freshDatabase(on?.url ?? url(), on === undefined),
  }
}

/** `kept`: the server outlives it. A private one goes with all that is in it, and may be down by then. */
async function freshDatabase(server: string, kept: boolean): Promise<FreshDatabase> {
  const database = await createDatabase(server)
  const clients: mysql.Connection[] = []
  const drop = async (): Promise<void> => {
    for (const client of clients.splice(0)) client.destroy()
    await database.drop()
  }
  if (kept) atTheEnd(drop)
  return {
    ...database,
    drop,
    async connect(config = {}) {
      const client = await mysql.createConnection({ uri: database.url, ...config })
      // Tests end sessions from outside; what comes of it is for the query that was running to say.
      client.on('error', () => {})
      clients.push(client)
      return client
    },
  }
}

function atTheEnd(drop: () => Promise<void>): void {
  try {
    onTestFinished(drop)
  } catch {
    ofTheFile.push(drop)
  }
}
