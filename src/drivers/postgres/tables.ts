import { QueenError } from '../../core/errors.js'
import type { PgClient } from './client.js'
import { literal } from './literal.js'
import type { Line, Place } from './line.js'
import { ownSettings, set } from './settings.js'

/** How long the tables may be waited for, where somebody else is creating them. */
const PATIENCE = 60_000

/**
 * Creates Queen's two tables where they are missing, and their schema. What exists is looked for first, since IF NOT
 * EXISTS needs the right to create even then; and a lock until COMMIT keeps others out, since two that create a table
 * IF NOT EXISTS at once do fail.
 *
 * @throws QueenError `CONFIG_INVALID` where there is no schema to create them in; the server's error
 */
export async function createTables<Client extends PgClient>(
  line: Line<Client>,
  { target }: Place<Client>,
): Promise<void> {
  const { records, facts } = line
  if (facts.schema === null)
    throw new QueenError(
      'CONFIG_INVALID',
      `${target}: search_path (${facts.searchPath}) leads to no schema that exists`,
      {
        hint: 'name the schema of the history with --schema (schema)',
      },
    )
  const settings = set(ownSettings(facts, PATIENCE), 'transaction')
  const ask = async (...statements: string[]) => {
    const { error, results } = await line.send(statements.join(';\n'))
    if (error !== undefined) throw error
    return results.at(-1)!
  }
  try {
    const [found] = await ask(
      'BEGIN',
      settings,
      line.lock.duringCreation,
      `SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = ${literal(records.schema)}),
        (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = ${literal(records.schema)} AND c.relname IN (${Object.values(records.names).map(literal).join(', ')})) = 2`,
    )
    const [schema, tables] = found!
    const missing = [...(schema === 't' ? [] : [records.createSchema]), ...(tables === 't' ? [] : records.create())]
    await ask(...missing, 'COMMIT')
  } catch (error) {
    await line.send('ROLLBACK')
    throw error
  }
}
