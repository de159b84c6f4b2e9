import { fileURLToPath } from 'node:url'
import { describe, test } from 'vitest'
import { mysql } from '../../../src/drivers/mysql/index.js'
import { conformance } from '../../../src/testing/conformance/index.js'
import { mysqlServers } from '../../support/mysql.js'

for (const server of mysqlServers)
  server.describe('a server of its own kind', () => {
    conformance({
      runner: { describe, test },
      name: server.title,
      open: async () => {
        const { url, name, query, drop } = await server.freshDatabase()
        // MariaDB's default keeps to a part of Unicode.
        await query(`ALTER DATABASE ${name} CHARACTER SET utf8mb4`)
        return { driver: mysql(url), location: url, drop }
      },
      ddl: 'commits',
      child: { module: fileURLToPath(new URL('conformance-child.mjs', import.meta.url)) },
      settings: [
        { change: 'SET foreign_key_checks = 0', query: 'SELECT @@foreign_key_checks AS it' },
        { change: 'SET SESSION unique_checks = 0', query: 'SELECT @@unique_checks AS it' },
        { change: `SET sql_mode = 'ANSI_QUOTES'`, query: 'SELECT @@sql_mode AS it' },
        { change: `SET time_zone = '+05:00'`, query: 'SELECT @@time_zone AS it' },
        { change: 'SET sql_safe_updates = 1', query: 'SELECT @@sql_safe_updates AS it' },
        { change: 'SET SESSION lock_wait_timeout = 4711', query: 'SELECT @@lock_wait_timeout AS it' },
        { change: 'SET NAMES latin1', query: 'SELECT @@character_set_client, @@collation_connection' },
        { change: 'USE information_schema', query: 'SELECT DATABASE() AS it' },
        { change: 'SET @answer = 42', query: 'SELECT @answer AS it' },
        { change: 'SET SESSION TRANSACTION READ ONLY', query: `SHOW SESSION VARIABLES LIKE 't%_read_only'` },
      ],
      // What SLEEP alone is stopped in, it takes for its end.
      sql: { slow: 'SELECT 1 FROM (SELECT 1 AS one) t WHERE SLEEP(30)' },
    })
  })
