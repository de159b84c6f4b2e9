import { join } from 'node:path'
import Database from 'better-sqlite3'
import { onTestFinished } from 'vitest'
import { Queen, type Migration } from '../../src/core/index.js'
import { sqlite, type SqliteTransaction } from '../../src/drivers/sqlite/index.js'
import { temporaryFolder } from './folder.js'

export interface TestDatabase {
  readonly file: string
  readonly queen: Queen<SqliteTransaction>
  /** A connection of the test's own, beside Queen's. */
  connect(options?: Database.Options): Database.Database
  /** The values of a query's first column. */
  values(sql: string): unknown[]
}

/** A queen with these migrations, bound to a new file. */
export function fileDatabase(...migrations: readonly Migration<SqliteTransaction>[]): TestDatabase {
  const file = join(temporaryFolder(), 'app.db')
  const queen = queenOn(file, ...migrations)
  const connect = (options?: Database.Options): Database.Database => {
    const db = new Database(file, options)
    onTestFinished(() => void db.close())
    return db
  }
  const values = (sql: string): unknown[] => {
    const db = new Database(file)
    try {
      return db.prepare(sql).pluck().all()
    } finally {
      db.close()
    }
  }
  return { file, queen, connect, values }
}

/** A queen with these migrations, bound to anything the driver takes. */
export function queenOn(
  target: Parameters<typeof sqlite>[0],
  ...migrations: readonly Migration<SqliteTransaction>[]
): Queen<SqliteTransaction> {
  const queen = new Queen<SqliteTransaction>(sqlite(target))
  for (const migration of migrations) queen.add(migration)
  onTestFinished(() => queen.close())
  return queen
}

/** What a promise is rejected with; resolving is a failure. */
export async function rejection(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('error' in outcome) return outcome.error as Error & Record<string, unknown>
  throw new Error(`expected a rejection, got ${JSON.stringify(outcome.value)}`)
}
