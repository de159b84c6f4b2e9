import { Queen, type SchemaObject } from '../../src/core/index.js'
import { mysql } from '../../src/drivers/mysql/index.js'
import { ask } from './mysql-database.mjs'

/** What a database says about itself: its schema, the marks of executed statements, its history and its journal. */
export interface Truth {
  readonly schema: readonly SchemaObject[]
  readonly marks: readonly string[]
  readonly history: readonly unknown[]
  readonly journal: readonly string[]
}

/** Reads it. Identities are left out, since what was rolled back has used some up. */
export async function truthOf(url: string): Promise<Truth> {
  const driver = mysql(url)
  const db = new Queen(driver)
  try {
    const column = async (sql: string): Promise<string[]> =>
      (await ask(url, sql)).map((row) => String(Object.values(row)[0]))
    return {
      schema: await db.inspect(async (session) => await driver.snapshot(session)),
      marks: await column('SELECT mark FROM audit ORDER BY mark'),
      history: await ask(
        url,
        `SELECT CONVERT(version USING utf8mb4) AS version, status, statements_done, statements_total, executed_hash
         FROM queen_migrations ORDER BY id`,
      ),
      journal: await column(
        `SELECT CONVERT(version USING utf8mb4) FROM queen_migrations_log WHERE action = 'up' AND outcome = 'done' ORDER BY 1`,
      ),
    }
  } finally {
    await db.close()
  }
}
