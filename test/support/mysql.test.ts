import { beforeAll, expect, test } from 'vitest'
import { mysqlServers, type FreshDatabase } from './mysql.js'
import { ask } from './mysql-database.mjs'

for (const server of mysqlServers)
  server.describe(`a fresh database of ${server.title}`, () => {
    const left: string[] = []
    let ofTheHook: FreshDatabase
    beforeAll(async () => {
      ofTheHook = await server.freshDatabase()
    })

    test('is empty, and another one each time', async () => {
      const [one, two] = [await server.freshDatabase(), await server.freshDatabase()]
      left.push(one.name, two.name)
      await one.query('CREATE TABLE t AS SELECT 1 AS v')
      expect(await one.query('SELECT v FROM t')).toEqual([{ v: 1 }])
      expect(await one.query('SELECT 1 AS v; SELECT v + 1 AS v FROM t; DELETE FROM t')).toEqual([{ v: 2 }])
      await expect(two.query('SELECT v FROM t')).rejects.toMatchObject({ errno: 1146 })
      // Somebody who holds a table's lock.
      const stranger = await one.connect()
      await stranger.query('BEGIN')
      await stranger.query('SELECT v FROM t')
    })

    test('is gone with its test, though somebody was connected', async () => {
      expect(left).toHaveLength(2)
      expect(await ask(server.url(), 'SHOW DATABASES WHERE `Database` IN (?)', [left])).toEqual([])
    })

    test('is kept to the end of the file when a hook asked for it', async () => {
      expect(await ofTheHook.query('SELECT database() AS name')).toEqual([{ name: ofTheHook.name }])
    })
  })
