import type { Client } from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { describePostgres, freshDatabase, type FreshDatabase } from './postgres.js'
import { startProxy, type Proxy } from './proxy.mjs'

/** A table, and a client that reaches it through a proxy. */
async function behindProxy(delay = 0): Promise<{ database: FreshDatabase; proxy: Proxy; client: Client }> {
  const database = await freshDatabase()
  await database.query('CREATE TABLE t (v INT)')
  const { hostname, port } = new URL(database.url)
  const proxy = await startProxy({ host: hostname, port: Number(port), delay })
  onTestFinished(() => proxy.close())
  return { database, proxy, client: await database.connect({ connectionString: proxy.through(database.url) }) }
}

describePostgres('the proxy', () => {
  test('passes everything on, large things too, and counts round trips', async () => {
    const { proxy, client } = await behindProxy()
    expect([proxy.connections, proxy.roundTrips]).toEqual([1, 1])
    proxy.reset()
    const long = 'ä'.repeat(500_000)
    expect((await client.query('SELECT $1::text AS v', [long])).rows).toEqual([{ v: long }])
    await client.query(`SELECT '${long}'; SELECT 2`)
    expect([proxy.connections, proxy.roundTrips]).toEqual([0, 2])
  })

  test('delays each way', async () => {
    const { client } = await behindProxy(20)
    const begin = performance.now()
    await client.query('SELECT 1')
    // A lower bound, which no busy machine breaks; a timer may be a millisecond early.
    expect(performance.now() - begin).toBeGreaterThan(37)
  })

  test('holds back what goes one way, and passes it on later', async () => {
    const { database, proxy, client } = await behindProxy()
    proxy.pause('toClient')
    let answered = false
    const insert = client.query('INSERT INTO t VALUES (1)').then(() => (answered = true))
    while ((await database.query('SELECT v FROM t')).length === 0);
    expect(answered).toBe(false)
    proxy.resume('toClient')
    expect(await insert).toBe(true)

    proxy.pause('toServer')
    const second = client.query('INSERT INTO t VALUES (2)')
    expect(await database.query('SELECT v FROM t')).toEqual([{ v: 1 }])
    proxy.resume()
    await second
    expect(await database.query('SELECT v FROM t')).toHaveLength(2)
  })

  test('cuts connections, and lets new ones in until it is closed', async () => {
    const { database, proxy, client } = await behindProxy()
    const cut = expect(client.query('SELECT pg_sleep(60)')).rejects.toThrow(/ECONNRESET|terminated/)
    while ((await database.query(`SELECT FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'`)).length === 0);
    proxy.cut()
    await cut
    const again = await database.connect({ connectionString: proxy.through(database.url) })
    expect((await again.query('SELECT 1 AS v')).rows).toEqual([{ v: 1 }])
    await proxy.close()
    await expect(database.connect({ connectionString: proxy.through(database.url) })).rejects.toThrow('ECONNREFUSED')
  })

  test('loses the reply to a message that the server has dealt with', async () => {
    const { database, proxy, client } = await behindProxy()
    const lost = proxy.once(/COMMIT/, 'lose reply')
    await client.query('BEGIN')
    await client.query('INSERT INTO t VALUES ($1)', [1])
    await expect(client.query('COMMIT')).rejects.toThrow(/ECONNRESET|terminated/)
    await lost
    expect(await database.query('SELECT v FROM t')).toEqual([{ v: 1 }])
  })

  test('loses the reply to several statements after the last of them, whatever was said before', async () => {
    const { database, proxy, client } = await behindProxy()
    void proxy.once(/INSERT/, 'lose reply')
    const notice = `DO $$ BEGIN RAISE NOTICE 'early'; END $$`
    await expect(client.query(`${notice}; SELECT pg_sleep(0.05); INSERT INTO t VALUES (1)`)).rejects.toThrow()
    expect(await database.query('SELECT v FROM t')).toEqual([{ v: 1 }])
  })

  test('loses a message before the server has it', async () => {
    const { database, proxy, client } = await behindProxy()
    const lost = proxy.once(/^INSERT INTO t VALUES \(\$1\)/, 'lose message')
    await expect(client.query('INSERT INTO t VALUES ($1)', [1])).rejects.toThrow(/ECONNRESET|terminated/)
    await lost
    expect(await database.query('SELECT v FROM t')).toEqual([])
  })

  test('falls silent after a message, and stays connected', async () => {
    const { database, proxy, client } = await behindProxy()
    const silent = proxy.once(/INSERT/, 'silence')
    let heard = false
    client.query('INSERT INTO t VALUES (1)').then(
      () => (heard = true),
      () => (heard = true),
    )
    await silent
    expect(await database.query('SELECT v FROM t')).toEqual([{ v: 1 }])
    expect(heard).toBe(false)
    proxy.cut()
  })
})
