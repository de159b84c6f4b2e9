import { expect, test } from 'vitest'
import { describePostgres, freshDatabase } from '../support/postgres.js'
import { marksOf } from '../support/postgres-fault-migrations.mjs'
import { loadedAtOnce } from '../support/postgres-process.js'
import { truthOf } from '../support/postgres-truth.js'

const PROCESSES = 50
const MIGRATIONS = 100

describePostgres('PostgreSQL', () => {
  test(
    '50 processes start at once on an empty database: nobody fails, each migration once',
    { timeout: 180_000 },
    async () => {
      const { url, query } = await freshDatabase()
      const processes = await loadedAtOnce({ url, count: MIGRATIONS }, PROCESSES)
      for (const process of processes) process.go()
      const endings = await Promise.all(processes.map(async ({ ended }) => await ended))
      expect(endings.filter(({ code }) => code !== 0)).toEqual([])
      expect(endings.reduce((sum, { applied }) => sum + applied, 0)).toBe(MIGRATIONS)
      const { marks, invalid, history } = await truthOf(url)
      expect(marks).toEqual(marksOf(MIGRATIONS))
      expect(invalid).toEqual([])
      expect(history).toHaveLength(MIGRATIONS)
      expect(history.filter((record) => (record as { status: string }).status !== 'applied')).toEqual([])
      const tables = `SELECT relname FROM pg_class WHERE relname LIKE 'queen%' AND relkind = 'r' ORDER BY 1`
      expect(await query(tables)).toEqual([{ relname: 'queen_migrations' }, { relname: 'queen_migrations_log' }])
      expect(
        await query(`SELECT count(*)::int AS locks FROM pg_locks l JOIN pg_database d ON d.oid = l.database
        WHERE locktype = 'advisory' AND datname = current_database()`),
      ).toEqual([{ locks: 0 }])
    },
  )
})
