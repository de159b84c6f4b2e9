import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Queen, type QueenError } from '../../src/core/index.js'
import { mysql } from '../../src/drivers/mysql/index.js'
import { settle } from '../support/follow-advice.mjs'
import { mysqlServers, type FreshDatabase } from '../support/mysql.js'
import { marksOf, mysqlMigrations } from '../support/mysql-fault-migrations.mjs'
import { truthOf } from '../support/mysql-truth.js'

const MIGRATIONS = 24
const KILLS = 60
const LONGEST_PAUSE = 150

for (const server of mysqlServers)
  server.describe(`KILL on ${server.title}`, () => {
    test(
      'at 60 random moments: no error leads astray, and who follows its advice ends as if nothing had happened',
      { timeout: 300_000 },
      async () => {
        const quiet = await server.freshDatabase()
        await using undisturbed = mysqlMigrations(new Queen(), MIGRATIONS).with(mysql(quiet.url))
        await undisturbed.up()
        const reference = await truthOf(quiet.url)
        expect(reference.marks).toEqual(marksOf(MIGRATIONS))

        const told: string[] = []
        while (told.length < KILLS) {
          const database = await server.freshDatabase()
          const db = mysqlMigrations(new Queen(), MIGRATIONS).with(mysql(database.url))
          const over = new AbortController()
          const killer = kill(database, over.signal)
          try {
            await settle(db as unknown as Queen<never>, (error: QueenError) => {
              expect(['CONNECTION_FAILED', 'LOCK_LOST', 'INTERRUPTED'], error.message).toContain(error.code)
              told.push(error.code)
            })
          } finally {
            over.abort()
            await killer
            await db.close()
          }
          expect(await truthOf(database.url)).toEqual(reference)
          await database.drop()
        }
      },
    )
  })

async function kill({ name, connect }: FreshDatabase, over: AbortSignal): Promise<void> {
  const connection = await connect()
  const sessions = 'SELECT id AS session FROM information_schema.PROCESSLIST WHERE db = ? AND id <> CONNECTION_ID()'
  while (!over.aborted) {
    await sleep(Math.random() * LONGEST_PAUSE)
    const [rows] = await connection.query(sessions, [name])
    for (const { session } of rows as { session: number }[]) await connection.query(`KILL ${session}`).catch(() => {})
  }
}
