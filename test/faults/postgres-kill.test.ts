import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describePrivatePostgres, freshDatabase } from '../support/postgres.js'
import { marksOf } from '../support/postgres-fault-migrations.mjs'
import { loaded, loadedAtOnce } from '../support/postgres-process.js'
import { truthOf, type Truth } from '../support/postgres-truth.js'
import { startPostgres, type PostgresServer } from '../support/servers/postgres.js'

const MIGRATIONS = 50
const KILLS = 200
/** Databases that are migrated side by side. */
const LANES = 4

describePrivatePostgres('PostgreSQL, kill -9', () => {
  let server: PostgresServer
  let reference: Truth
  /** Milliseconds from the word to the end of a run that nobody kills. */
  let wholeLife: number

  beforeAll(async () => {
    server = await startPostgres()
    const { url } = await freshDatabase(server)
    const undisturbed = await loaded({ url, count: MIGRATIONS })
    const begun = performance.now()
    undisturbed.go()
    expect(await undisturbed.ended).toMatchObject({ code: 0, applied: MIGRATIONS, stderr: '' })
    wholeLife = performance.now() - begun
    reference = await truthOf(url)
    expect(reference.marks).toEqual(marksOf(MIGRATIONS))
    expect(reference.invalid).toEqual([])
  })
  afterAll(async () => await server.remove())

  test(
    'at 200 random moments of one or two processes: who follows the advice ends as if nothing had happened',
    { timeout: 300_000 },
    async () => {
      const kills: string[] = []
      const lane = async (number: number): Promise<void> => {
        while (kills.length < KILLS) {
          const database = await freshDatabase(server)
          // They live longer and longer, so that every database is finished also on a machine that is busy.
          for (let [over, longestLife] = [false, wholeLife / 2]; !over; longestLife *= 1.1) {
            const processes = await loadedAtOnce({ url: database.url, count: MIGRATIONS }, 1 + (number % 2))
            for (const process of processes) process.go()
            for (const process of processes) void sleep(Math.random() * longestLife).then(process.kill)
            const endings = await Promise.all(processes.map(async ({ ended }) => await ended))
            for (const { code, signal, stderr } of endings)
              if (signal !== null) kills.push(signal)
              else expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
            over = endings.some(({ code }) => code === 0)
          }
          expect(await truthOf(database.url)).toEqual(reference)
          await database.drop()
        }
      }
      // Each is waited for, so that none goes on when another has failed.
      const lanes = await Promise.allSettled(Array.from({ length: LANES }, async (_, number) => await lane(number)))
      for (const outcome of lanes) if (outcome.status === 'rejected') throw outcome.reason
    },
  )
})
