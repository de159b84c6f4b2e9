import { randomBytes } from 'node:crypto'
import { tickName } from '../sql/quote.js'
import { openSecond } from './connect.js'
import { asQueenError } from './fault.js'
import { send } from './message.js'
import type { MysqlSource } from './source.js'
import { configOf, targetOf } from './target.js'

/** A new, empty database on the same server, and the way to remove it. */
export async function scratchDatabase(
  source: MysqlSource,
): Promise<{ readonly source: MysqlSource; readonly drop: () => Promise<void> }> {
  const name = `queen_test_${randomBytes(8).toString('hex')}`
  await create(source, name)
  const config = { ...configOf(source), database: name }
  return {
    source: { kind: 'config', config: only(config), tls: source.kind === 'config' ? source.tls : {} },
    drop: async () => await drop(source, name),
  }
}

/** What a connection that was handed in has beside it is mysql2's own affair. */
function only({ host, port, user, password, database, socketPath, ssl }: ReturnType<typeof configOf>) {
  return { host, port, user, password, database, socketPath, ssl: ssl || undefined }
}

/** Whoever is in the middle of something in it would keep it from being dropped. */
async function drop(source: MysqlSource, name: string): Promise<void> {
  const opened = await openSecond(source, 'queen test')
  try {
    const { results } = await send(
      opened.raw,
      opened.vigil,
      `SELECT id FROM information_schema.PROCESSLIST WHERE db = '${name}' AND id <> CONNECTION_ID()`,
    )
    for (const [id] of results[0]?.rows ?? []) await send(opened.raw, opened.vigil, `KILL ${id}`)
    const { error } = await send(opened.raw, opened.vigil, `DROP DATABASE IF EXISTS ${tickName(name)}`)
    if (error !== undefined) throw asQueenError(error, targetOf(source), undefined)
  } finally {
    await opened.close('clean')
  }
}

/** As the database that the source leads to, since what a text may hold depends on it. */
async function create(source: MysqlSource, name: string): Promise<void> {
  const opened = await openSecond(source, 'queen test')
  try {
    const ask = async (sql: string) => {
      const { error, results } = await send(opened.raw, opened.vigil, sql)
      if (error !== undefined) throw asQueenError(error, targetOf(source), undefined)
      return results[0]!.rows
    }
    const [row] = await ask('SELECT @@character_set_database, @@collation_database')
    await ask(`CREATE DATABASE ${tickName(name)} CHARACTER SET ${row![0]} COLLATE ${row![1]}`)
  } finally {
    await opened.close('clean')
  }
}
