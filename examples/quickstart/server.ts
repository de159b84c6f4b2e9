import { sqlite } from 'queen-migrate/sqlite'
import migrations from './migrations.js'

/** The start of an application: it refuses to begin on a database that is behind, and changes nothing by itself. */
export async function start(database: string): Promise<string> {
  await using db = migrations.with(sqlite(database))
  await db.assertCurrent()
  return `ready at version ${await db.version()}`
}
