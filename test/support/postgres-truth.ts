import { Queen } from '../../src/core/index.js'
import type { SchemaObject } from '../../src/core/index.js'
import { postgres } from '../../src/drivers/postgres/index.js'
import { ask } from './postgres-database.mjs'

/** What a database says about itself: its schema, the marks of executed statements, its history and its journal. */
export interface Truth {
  readonly schema: readonly SchemaObject[]
  readonly marks: readonly string[]
  readonly history: readonly unknown[]
  readonly journal: readonly string[]
  readonly invalid: readonly string[]
}

/** Reads it. Identities are left out, since what was rolled back has used some up. */
export async function truthOf(url: string): Promise<Truth> {
  const driver = postgres(url)
  const db = new Queen(driver)
  try {
    const column = async (sql: string): Promise<string[]> =>
      (await ask(url, sql)).map((row) => String(Object.values(row)[0]))
    return {
      schema: await db.inspect(async (session) => await driver.snapshot(session)),
      marks: await column('SELECT mark FROM audit ORDER BY mark'),
      history: await ask(
        url,
        'SELECT version, status, statements_done, statements_total, executed_hash FROM queen_migrations ORDER BY id',
      ),
      journal: await column(
        `SELECT version FROM queen_migrations_log WHERE action = 'up' AND outcome = 'done' ORDER BY version`,
      ),
      invalid: await column('SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid'),
    }
  } finally {
    await db.close()
  }
}
