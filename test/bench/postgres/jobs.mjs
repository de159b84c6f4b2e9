import { queen } from './contestants.mjs'
import { inDatabase, recorded } from './places.mjs'

/** What Queen sends for some migrations: the lock, the tables, and one message for each migration. */
export async function messagesOf(migrations) {
  const texts = await inDatabase(async ({ url }) => await recorded(async () => await queen({ url, migrations })))
  const needed = /pg_try_advisory_lock|pg_advisory_xact_lock|CREATE TABLE/
  const messages = texts.filter((text) => needed.test(text))
  if (messages.length !== migrations.length + 3) throw new Error(`${messages.length} messages were recorded`)
  return messages
}

/** A contestant in a database of its own: `port` leads there through a proxy. `commit`: whether COMMIT waits for the disk. */
export function fresh(contestant, { migrations, messages, port, commit = 'on' }) {
  return async () =>
    await inDatabase(async ({ url, name, query }) => {
      await query(`ALTER DATABASE ${name} SET synchronous_commit = ${commit}`)
      const place = port === undefined ? url : throughPort(url, port)
      const begun = performance.now()
      const ms = (await contestant({ url: place, migrations, messages })) ?? performance.now() - begun
      const [{ tables }] = await query(`SELECT count(*)::int AS tables FROM pg_tables WHERE tablename ~ '^t_'`)
      if (tables !== migrations.length) throw new Error(`${tables} tables instead of ${migrations.length}`)
      return ms
    })
}

/** The same place, seen through a proxy on this machine. */
export function throughPort(url, port) {
  const other = new URL(url)
  other.hostname = '127.0.0.1'
  other.port = String(port)
  return other.href
}

/** The same names, each with something else. */
export function map(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]))
}
