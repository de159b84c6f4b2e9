import { fileURLToPath } from 'node:url'
import { describe, test } from 'vitest'
import { postgres } from '../../../src/drivers/postgres/index.js'
import { conformance } from '../../../src/testing/conformance/index.js'
import { describePostgres, freshDatabase } from '../../support/postgres.js'

describePostgres('a server of its own kind', () => {
  conformance({
    runner: { describe, test },
    name: 'PostgreSQL',
    open: async () => {
      const { url, drop } = await freshDatabase()
      return { driver: postgres(url), location: url, drop }
    },
    ddl: 'transactional',
    child: { module: fileURLToPath(new URL('conformance-child.mjs', import.meta.url)) },
    settings: [
      { change: `SET search_path = ''`, query: 'SHOW search_path' },
      { change: `SET statement_timeout = '1h'`, query: 'SHOW statement_timeout' },
      { change: `SET lock_timeout = '1h'`, query: 'SHOW lock_timeout' },
      { change: `SET DateStyle = German`, query: 'SHOW DateStyle' },
      { change: `SET TIME ZONE 'Asia/Tokyo'`, query: 'SHOW TimeZone' },
      { change: 'SET standard_conforming_strings = off', query: 'SHOW standard_conforming_strings' },
      { change: 'SET ROLE pg_monitor', query: 'SELECT current_user' },
      { change: `SET app.tenant = '7'`, query: `SELECT coalesce(current_setting('app.tenant', true), '') AS tenant` },
    ],
    sql: {
      slow: 'SELECT pg_sleep(30)',
      lockTable: (table) => `LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`,
      remarkable: 'DROP TABLE IF EXISTS missing_table',
    },
  })
})
