import { expect, onTestFinished, test } from 'vitest'
import { describePrivatePostgres } from '../postgres.js'
import { ask } from '../postgres-database.mjs'
import { startPostgres, type PostgresServer } from './postgres.js'

async function started(settings = {}): Promise<PostgresServer> {
  const server = await startPostgres(settings)
  onTestFinished(() => server.remove())
  return server
}

describePrivatePostgres('a private PostgreSQL', () => {
  test('has the settings it was given, and keeps its data and address through a crash', async () => {
    const server = await started({ lock_timeout: '7s' })
    expect(await ask(server.url, 'SHOW lock_timeout')).toEqual([{ lock_timeout: '7s' }])
    await ask(server.url, 'CREATE TABLE t AS SELECT 1 AS v')
    await server.stop('immediate')
    expect(server.running).toBe(false)
    await expect(ask(server.url, 'SELECT')).rejects.toThrow('ECONNREFUSED')
    await server.start()
    expect(await ask(server.url, 'SELECT v FROM t')).toEqual([{ v: 1 }])
    expect(server.log()).toContain('was not properly shut down')
  })

  test('is configured while it runs, and answers on its socket', async () => {
    const server = await started()
    await server.configure({ lock_timeout: '7s', max_connections: 50 })
    const socket = `postgres://postgres@/postgres?host=${server.socketFolder}&port=${server.port}`
    const both = `SELECT current_setting('lock_timeout') AS timeout, current_setting('max_connections') AS connections`
    expect(await ask(socket, both)).toEqual([{ timeout: '7s', connections: '200' }])
    await server.stop()
    await server.start()
    expect(await ask(socket, both)).toEqual([{ timeout: '7s', connections: '50' }])
  })

  test('has a standby that follows it and takes no writes', async () => {
    const server = await started()
    const standby = await server.standby()
    onTestFinished(() => standby.remove())
    await ask(server.url, 'CREATE TABLE t (v INT)')
    const tables = `SELECT FROM pg_class WHERE relname = 't'`
    while ((await ask(standby.url, tables)).length === 0);
    await expect(ask(standby.url, 'INSERT INTO t VALUES (1)')).rejects.toMatchObject({ code: '25006' })
  })

  test('says why it does not start, and leaves nothing behind', async () => {
    await expect(startPostgres({ shared_buffers: 'plenty' })).rejects.toThrow(/shared_buffers/)
  })
})
