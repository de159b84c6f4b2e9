import { randomBytes } from 'node:crypto'
import pg from 'pg'

/** The URL of another database on the same server. */
export function onDatabase(url, name) {
  const other = new URL(url)
  other.pathname = `/${encodeURIComponent(name)}`
  return other.href
}

/** One query on a connection of its own, so that a test that ends other people's sessions ends nothing of this. */
export async function ask(url, sql, values) {
  const client = new pg.Client({ connectionString: url, application_name: 'test' })
  client.on('error', () => {})
  try {
    await client.connect()
    return (await client.query(sql, values)).rows
  } finally {
    await client.end()
  }
}

/** Makes a database with a name that nobody else has. */
export async function createDatabase(server) {
  const name = `queen_test_${randomBytes(8).toString('hex')}`
  const url = onDatabase(server, name)
  // From template0, which nobody can be connected to.
  await ask(server, `CREATE DATABASE ${name} TEMPLATE template0`)
  return {
    url,
    name,
    query: async (sql, values) => await ask(url, sql, values),
    drop: async () => void (await ask(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  }
}
