import { describe, expect, test } from 'vitest'
import { mariadbBinaries, mysqlBinary } from './binaries.js'
import { greeting } from './handshake.js'
import { startMariaDB } from './mariadb.js'
import { startMySQL } from './mysql.js'

describe.each([
  { name: 'MariaDB', binary: mariadbBinaries(), start: startMariaDB, version: /MariaDB/ },
  { name: 'MySQL', binary: mysqlBinary(), start: startMySQL, version: /^[89]\.[\d.]+/ },
])('a private $name', ({ name, binary, start, version }) => {
  test(`greets, and comes back from a crash`, { timeout: 120_000 }, async ({ skip }) => {
    skip(binary === undefined, `${name} is not installed`)
    const server = await start()
    try {
      expect(await greeting(server.host, server.port)).toMatch(version)
      await server.stop('immediate')
      await expect(greeting(server.host, server.port)).rejects.toThrow('ECONNREFUSED')
      await server.start(['--max-connections=20'])
      expect(await greeting(server.host, server.port)).toMatch(version)
      expect(server.log()).not.toMatch(/shutdown complete/i)
      await server.stop()
      expect(server.log()).toMatch(/shutdown complete/i)
    } finally {
      await server.remove()
    }
  })
})
