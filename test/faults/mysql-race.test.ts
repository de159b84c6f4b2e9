import { expect, test } from 'vitest'
import { mysqlServers } from '../support/mysql.js'
import { marksOf } from '../support/mysql-fault-migrations.mjs'
import { truthOf } from '../support/mysql-truth.js'
import { loadedAtOnce } from '../support/postgres-process.js'

const PROCESSES = 50
const MIGRATIONS = 30

for (const server of mysqlServers)
  server.describe(`race on ${server.title}`, () => {
    test(
      '50 processes start at once on an empty database: nobody fails, each migration once',
      { timeout: 240_000 },
      async () => {
        const { url, query } = await server.freshDatabase()
        const orders = { url, count: MIGRATIONS, program: 'mysql-fault-child.mjs' }
        const processes = await loadedAtOnce(orders, PROCESSES)
        for (const process of processes) process.go()
        const endings = await Promise.all(processes.map(async ({ ended }) => await ended))
        expect(endings.filter(({ code }) => code !== 0)).toEqual([])
        expect(endings.reduce((sum, { applied }) => sum + applied, 0)).toBe(MIGRATIONS)
        const { marks, history } = await truthOf(url)
        expect(marks).toEqual(marksOf(MIGRATIONS))
        expect(history).toHaveLength(MIGRATIONS)
        expect(history.filter((record) => (record as { status: string }).status !== 'applied')).toEqual([])
        expect(await query(`SHOW TABLES LIKE 'queen%'`)).toHaveLength(3)
      },
    )
  })
