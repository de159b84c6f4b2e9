import pg from 'pg'
import { afterAll, onTestFinished } from 'vitest'
import { createDatabase, type PostgresDatabase } from './postgres-database.mjs'
import { describeOn, describePrivate, server } from './servers/ask.js'
import { postgresBinaries } from './servers/binaries.js'
import { sentence } from './servers/server.js'

/** The run's PostgreSQL; its tests are in `describePostgres`. */
export const postgres = await server('postgres')

/** `describe` for tests on the run's PostgreSQL. */
export const describePostgres = await describeOn('postgres', postgres)

/** `describe` for tests that call `startPostgres`. */
export const describePrivatePostgres = await describePrivate('postgres', postgres, postgresBinaries())

/** A database of a test's own. */
export interface FreshDatabase extends PostgresDatabase {
  /** A connection of the test's, beside Queen's; it is closed with the database. */
  connect(config?: pg.ClientConfig): Promise<pg.Client>
}

/** Those that no single test has to clean up after: a hook's, a concurrent test's. */
const ofTheFile: (() => Promise<void>)[] = []

afterAll(async () => {
  for (const drop of ofTheFile.splice(0)) await drop()
})

/**
 * A new database on the run's server, or on a private one. It is dropped, whoever is still connected, when the test
 * ends that asked for it; when a hook asked, at the end of the file.
 */
export async function freshDatabase(on?: { readonly url: string }): Promise<FreshDatabase> {
  const database = await createDatabase((on ?? runsPostgres()).url)
  const clients: pg.Client[] = []
  const drop = async (): Promise<void> => {
    for (const client of clients.splice(0)) await client.end()
    await database.drop()
  }
  // A private server goes with all that is in it, and may be down by then.
  if (on === undefined) atTheEnd(drop)
  return {
    ...database,
    drop,
    async connect(config = {}) {
      const client = new pg.Client({ connectionString: database.url, application_name: 'test', ...config })
      // Tests end sessions from outside; what comes of it is for the query that was running to say.
      client.on('error', () => {})
      clients.push(client)
      await client.connect()
      return client
    },
  }
}

function runsPostgres(): { readonly url: string } {
  if ('url' in postgres) return postgres
  throw new Error(`outside of describePostgres: ${sentence('postgres', postgres)}`)
}

function atTheEnd(drop: () => Promise<void>): void {
  try {
    onTestFinished(drop)
  } catch {
    ofTheFile.push(drop)
  }
}
