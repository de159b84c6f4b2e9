import { createRequire } from 'node:module'
import { createDatabase } from '../../support/postgres-database.mjs'

/** The repository's own pg, which is Queen's, so that every contestant speaks to the server in the same way. */
export const pg = createRequire(import.meta.url)('../../../node_modules/pg')

/** The server to measure on; undefined: none was named. */
export const server = process.env.QUEEN_TEST_POSTGRES_URL

/** Does work in a fresh database, which is dropped afterwards. */
export async function inDatabase(work) {
  const database = await createDatabase(server)
  try {
    return await work(database)
  } finally {
    await database.drop()
  }
}

/** Does work, and returns the messages of the simple protocol that were sent meanwhile, in order. */
export async function recorded(work) {
  const texts = []
  const { query } = pg.Connection.prototype
  pg.Connection.prototype.query = function (text) {
    texts.push(text)
    return query.call(this, text)
  }
  try {
    await work()
  } finally {
    pg.Connection.prototype.query = query
  }
  return texts
}

/** Does work with a connected client. */
export async function withClient(url, work) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
