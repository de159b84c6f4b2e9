import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { mysqlServers } from '../support/mysql.js'
import { marksOf } from '../support/mysql-fault-migrations.mjs'
import { truthOf } from '../support/mysql-truth.js'
import { loaded, loadedAtOnce } from '../support/postgres-process.js'

const MIGRATIONS = 24
const KILLS = 200
/** Databases that are migrated side by side. */
const LANES = 4

for (const server of mysqlServers)
  server.describe(`kill -9 on ${server.title}`, () => {
    test(
      'at 200 random moments of one or two processes: who follows the advice ends as if nothing had happened',
      { timeout: 600_000 },
      async () => {
        const orders = { count: MIGRATIONS, program: 'mysql-fault-child.mjs' }
        const { url } = await server.freshDatabase()
        const undisturbed = await loaded({ ...orders, url })
        const begun = performance.now()
        undisturbed.go()
        expect(await undisturbed.ended).toMatchObject({ code: 0, applied: MIGRATIONS, stderr: '' })
        const wholeLife = performance.now() - begun
        const reference = await truthOf(url)
        expect(reference.marks).toEqual(marksOf(MIGRATIONS))

        const kills: string[] = []
        const lane = async (number: number): Promise<void> => {
          while (kills.length < KILLS) {
            const database = await server.freshDatabase()
            // They live longer and longer, so that every database is finished also on a machine that is busy.
            for (let [over, longestLife] = [false, wholeLife / 3]; !over; longestLife *= 1.1) {
              const processes = await loadedAtOnce({ ...orders, url: database.url }, 1 + (number % 2))
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
