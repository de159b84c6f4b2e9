import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Queen, type QueenError } from '../../src/core/index.js'
import { postgres } from '../../src/drivers/postgres/index.js'
import { settle } from '../support/follow-advice.mjs'
import { describePrivatePostgres, freshDatabase, type FreshDatabase } from '../support/postgres.js'
import { marksOf, postgresMigrations } from '../support/postgres-fault-migrations.mjs'
import { truthOf, type Truth } from '../support/postgres-truth.js'
import { startPostgres, type PostgresServer } from '../support/servers/postgres.js'

const MIGRATIONS = 50
const TERMINATIONS = 100
const LANES = 3
const LONGEST_PAUSE = 300

const TERMINATE = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND application_name LIKE 'queen %'`

/** What an error may say of a version V, and what is then to be found of it. */
const SAID = {
  'All the same V was committed': /^applied, [12] marks$/,
  'nothing of V is left in the database': /^no record, 0 marks$/,
  'queen recover V --resume, which goes on': /^running, [012] marks$/,
  'queen recover V --resume goes on behind': /^running, [012] marks$/,
  'run queen up again: the history tells whether it was begun': /^(no record|running), 0 marks$/,
  'Whether V was finished could not be found out': /^(no record, 0|running, [012]|applied, 2) marks$/,
  'Whether V was committed could not be found out': /^(no record, 0|applied, 2) marks$/,
  'left behind cannot be removed': /^running, [012] marks$/,
  'run again': /^/,
}

describePrivatePostgres('PostgreSQL, pg_terminate_backend', () => {
  let server: PostgresServer
  let reference: Truth

  beforeAll(async () => {
    server = await startPostgres()
    const { url } = await freshDatabase(server)
    const db = postgresMigrations(new Queen(), MIGRATIONS).with(postgres(url))
    await db.up()
    await db.close()
    reference = await truthOf(url)
    expect(reference.marks).toEqual(marksOf(MIGRATIONS))
  })
  afterAll(async () => await server.remove())

  test(
    'at 100 random moments: every error is true, and who follows its advice ends as if nothing had happened',
    { timeout: 300_000 },
    async () => {
      const said: string[] = []
      const lane = async (): Promise<void> => {
        while (said.length < TERMINATIONS) {
          const database = await freshDatabase(server)
          const db = postgresMigrations(new Queen(), MIGRATIONS).with(postgres(database.url))
          const over = new AbortController()
          const terminator = terminate(database, over.signal)
          try {
            await settle(db as unknown as Queen<never>, async (error) => {
              said.push(await proven(error, database))
            })
          } finally {
            over.abort()
            await terminator
            await db.close()
          }
          expect(await truthOf(database.url)).toEqual(reference)
          await database.drop()
        }
      }
      // Each is waited for, so that none goes on when another has failed.
      const lanes = await Promise.allSettled(Array.from({ length: LANES }, lane))
      for (const outcome of lanes) if (outcome.status === 'rejected') throw outcome.reason
      expect(said).toContain('nothing of V is left in the database')
      expect(said).toContain('queen recover V --resume, which goes on')
    },
  )
})

async function terminate(database: FreshDatabase, over: AbortSignal): Promise<void> {
  const client = await database.connect({ application_name: 'terminator' })
  while (!over.aborted) {
    await sleep(Math.random() * LONGEST_PAUSE)
    await client.query(TERMINATE)
  }
}

/** Holds what an error says against the database, and returns what it said. */
async function proven(error: QueenError, { query }: FreshDatabase): Promise<string> {
  const { version, code, message, hint = '' } = error
  expect(['CONNECTION_FAILED', 'LOCK_LOST', 'INTERRUPTED'], message).toContain(code)
  // Only the reason tells somebody that it was an administrator, and not the network.
  const told = Object.keys(SAID).find((words) => `${message}; ${hint}`.includes(words.replace('V', String(version))))
  expect(told, `${message}; ${hint}`).toBeDefined()
  expect(message).not.toMatch(/Client has encountered/)
  if (version === undefined) return told!
  // Where 001 is not committed there is nothing to count in.
  const [tables] = await query(
    `SELECT to_regclass('queen_migrations') IS NOT NULL AS history, to_regclass('audit') IS NOT NULL AS audit`,
  )
  const history =
    tables!['history'] === true ? await query('SELECT status FROM queen_migrations WHERE version = $1', [version]) : []
  const marks = tables!['audit'] === true ? await query('SELECT FROM audit WHERE mark LIKE $1', [`${version}%`]) : []
  const found = `${history[0]?.['status'] ?? 'no record'}, ${marks.length} marks`
  expect(found, `${message}; ${hint}`).toMatch(SAID[told as keyof typeof SAID])
  return told!
}
