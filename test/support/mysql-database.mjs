import { randomBytes } from 'node:crypto'
import mysql from 'mysql2/promise'

/** The URL of another database on the same server. */
export function onDatabase(url, name) {
  const other = new URL(url)
  other.pathname = `/${encodeURIComponent(name)}`
  return other.href
}

/** One query on a connection of its own, so that a test that ends other people's sessions ends nothing of this. */
export async function ask(url, sql, values) {
  const client = await mysql.createConnection({ uri: url, multipleStatements: true })
  client.on('error', () => {})
  try {
    const [found] = await client.query(sql, values)
    // Several statements have a list of results, lists of rows or counts.
    const several = Array.isArray(found) && found.some((one) => Array.isArray(one) || 'affectedRows' in one)
    return (several ? found : [found]).findLast(Array.isArray) ?? []
  } finally {
    // A session that was ended from outside says so once more here.
    await client.end().catch(() => client.destroy())
  }
}

/** Makes a database with a name that nobody else has. */
export async function createDatabase(server) {
  const name = `queen_test_${randomBytes(8).toString('hex')}`
  const url = onDatabase(server, name)
  await ask(server, `CREATE DATABASE ${name}`)
  return {
    url,
    name,
    query: async (sql, values) => await ask(url, sql, values),
    drop: async () => await dropDatabase(server, name),
  }
}

async function dropDatabase(server, name) {
  const sessions = await ask(server, 'SELECT id AS session FROM information_schema.processlist WHERE db = ?', [name])
  // One that has gone by then is no trouble.
  for (const { session } of sessions) await ask(server, `KILL ${session}`).catch(() => {})
  // What is left of them holds its locks until it is rolled back; a lock of somebody else is not to hang the tests.
  await ask(server, `SET lock_wait_timeout = 30; DROP DATABASE IF EXISTS ${name}`)
}
