import { randomBytes } from 'node:crypto'
import mysql from 'mysql2/promise'

/** The URL of another database on the same server. */
export function onDatabase(url, name) {
  const other = new URL(url)
  other.pathname = `/${encodeURIComponent(name)}`
  return other.href
}

/** A connection that hands out numbers and moments as text, and takes several statements at once. */
export async function connect(url, config = {}) {
  const connection = await mysql.createConnection({
    uri: url,
    multipleStatements: true,
    dateStrings: true,
    flags: ['-IGNORE_SPACE'],
    ...config,
  })
  // Tests end sessions from outside; what comes of it is for the query that was running to say.
  connection.on('error', () => {})
  return connection
}

/** One query on a connection of its own, so that a test that ends other people's sessions ends nothing of this. */
export async function ask(url, sql, values) {
  const connection = await connect(url)
  try {
    return (await connection.query(sql, values))[0]
  } finally {
    await connection.end()
  }
}

/** Makes a database with a name that nobody else has. */
export async function createDatabase(server) {
  const name = `queen_test_${randomBytes(8).toString('hex')}`
  const url = onDatabase(server, name)
  await ask(server, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`)
  return {
    url,
    name,
    query: async (sql, values) => await ask(url, sql, values),
    async drop() {
      // Whoever is in the middle of something in it would keep it from being dropped.
      const sessions = await ask(server, 'SELECT id FROM information_schema.PROCESSLIST WHERE db = ?', [name])
      for (const { id, ID = id } of sessions) await ask(server, `KILL ${ID}`).catch(() => {})
      await ask(server, `DROP DATABASE IF EXISTS ${name}`)
    },
  }
}
