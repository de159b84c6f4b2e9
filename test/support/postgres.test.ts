import { spawnSync } from 'node:child_process'
import { Client } from 'pg'
import { beforeAll, expect, test } from 'vitest'
import { describePostgres, freshDatabase, postgres, type FreshDatabase } from './postgres.js'
import { ask } from './postgres-database.mjs'
import { server } from './servers/ask.js'

const url = 'url' in postgres ? postgres.url : ''
const left: string[] = []

async function exists(name: string): Promise<boolean> {
  return (await ask(url, 'SELECT FROM pg_database WHERE datname = $1', [name])).length === 1
}

describePostgres('a fresh database', () => {
  let ofTheHook: FreshDatabase
  beforeAll(async () => {
    ofTheHook = await freshDatabase()
  })

  test('is empty, and another one each time', async () => {
    const [one, two] = [await freshDatabase(), await freshDatabase()]
    left.push(one.name, two.name)
    await one.query('CREATE TABLE t AS SELECT 1 AS v')
    expect(await one.query('SELECT v FROM t')).toEqual([{ v: 1 }])
    await expect(two.query('SELECT v FROM t')).rejects.toMatchObject({ code: '42P01' })
    const stranger = new Client(two.url)
    stranger.on('error', () => {})
    await stranger.connect()
  })

  test('is gone with its test, though somebody was connected', async () => {
    expect(left).toHaveLength(2)
    expect(await Promise.all(left.map(exists))).toEqual([false, false])
  })

  test('is kept to the end of the file when a hook asked for it', async () => {
    expect(await ofTheHook.query('SELECT current_database() AS name')).toEqual([{ name: ofTheHook.name }])
  })
})

test('processes that a test file starts find the server by its variable', async () => {
  const found = await server('postgres')
  const { stdout } = spawnSync(process.execPath, ['-p', 'process.env.QUEEN_TEST_POSTGRES_URL'], { encoding: 'utf8' })
  if ('url' in found) expect(stdout.trim()).toBe(found.url)
})
