import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { inspect } from 'node:util'
import pg from 'pg'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { QueenError } from '../../../src/core/errors.js'
import { openClient, openSecond } from '../../../src/drivers/postgres/connect.js'
import type { Opened } from '../../../src/drivers/postgres/opened.js'
import { sourceFrom, type PostgresTarget } from '../../../src/drivers/postgres/source.js'
import { rejection } from '../../support/database.js'
import { describePostgres, freshDatabase, postgres } from '../../support/postgres.js'
import { startProxy } from '../../support/proxy.mjs'

const SECRET = 's3cr3t'
const url = new URL('url' in postgres ? postgres.url : 'postgres://none')

async function open(target: PostgresTarget, timeoutMs?: number): Promise<Opened> {
  const opened = await openClient(sourceFrom(target), 'queen-test', timeoutMs)
  onTestFinished(() => opened.close('clean').catch(() => {}))
  return opened
}

/** Every failure is also searched for the password. */
async function failure(target: PostgresTarget, timeoutMs?: number): Promise<QueenError> {
  const error = (await rejection(open(target, timeoutMs))) as unknown as QueenError
  const everything = inspect(error, { depth: 10, showHidden: true })
  expect(everything).not.toContain(SECRET)
  expect(everything).not.toContain(encodeURIComponent(SECRET))
  return error
}

async function one(opened: Opened, sql: string): Promise<unknown> {
  const { rows } = await opened.client.query(sql)
  return Object.values(rows[0]!)[0]
}

/** Resolves when the connection is gone; `once` of Node would pass its error on. */
async function endOf({ client }: Opened): Promise<void> {
  await new Promise<void>((resolve) => (client as pg.Client).once('end', resolve))
}

/** A server that does one thing with each connection. */
async function serverThat(act: (socket: Socket) => void, host = '127.0.0.1'): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    act(socket)
  })
  await once(server.listen(0, host), 'listening')
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return (server.address() as AddressInfo).port
}

/** What a server sends to refuse somebody. */
function refusal(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`)
  const header = Buffer.from([0x45, 0, 0, 0, 0])
  header.writeInt32BE(fields.length + 4, 1)
  return Buffer.concat([header, fields])
}

async function closedPort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

describePostgres('a client of its own', () => {
  test('from a URL, under a name that others see', async () => {
    const opened = await open(url.href)
    expect(await one(opened, 'SHOW application_name')).toBe('queen-test')
    expect(opened.client.processID).toBe(await one(opened, 'SELECT pg_backend_pid()'))
    expect(opened.reason()).toBeUndefined()
  })

  test('from options', async () => {
    const { hostname: host, port, username: user, password } = url
    const opened = await open({
      host,
      port: Number(port),
      user,
      password,
      database: 'postgres',
      application_name: 'mine',
    })
    expect(await one(opened, 'SHOW application_name')).toBe('mine')
  })

  test('with options of the session', async () => {
    const opened = await open(`${url.href}?options=-c%20search_path%3Dapp%20-c%20work_mem%3D1MB`)
    expect(await one(opened, 'SHOW search_path')).toBe('app')
    expect(await one(opened, 'SHOW work_mem')).toBe('1MB')
  })

  test('to a database with marks in its name', async () => {
    const database = await freshDatabase()
    const name = `${database.name} ü/%?@"`
    await database.query(`CREATE DATABASE "${name.replaceAll('"', '""')}"`)
    onTestFinished(
      async () => void (await database.query(`DROP DATABASE "${name.replaceAll('"', '""')}" WITH (FORCE)`)),
    )
    const target = new URL(url.href)
    target.pathname = ''
    const opened = await openClient(sourceFrom(`${target.href.replace(/\/$/, '')}/${encodeURIComponent(name)}`), 'test')
    expect(await one(opened, 'SELECT current_database()')).toBe(name)
    await opened.close('clean')
  })

  test('through a socket', async ({ skip }) => {
    const tcp = await open(url.href)
    const folder = String(await one(tcp, 'SHOW unix_socket_directories'))
      .split(',')[0]!
      .trim()
    if (!existsSync(join(folder, `.s.PGSQL.${url.port}`))) skip('the server has no socket on this machine')
    for (const form of [
      `postgres://${url.username}@/postgres?host=${folder}&port=${url.port}&sslmode=verify-full`,
      `postgres://${url.username}@${encodeURIComponent(folder)}:${url.port}/postgres`,
    ])
      expect(await one(await open(form), 'SELECT inet_server_addr() IS NULL')).toBe(true)
  })

  test('through an IPv6 address', async ({ skip }) => {
    const forward = (socket: Socket): void => {
      const there = connect(Number(url.port), url.hostname)
      socket.pipe(there.on('error', () => socket.destroy())).pipe(socket)
    }
    const port = await serverThat(forward, '::1').catch(() => skip('this machine has no IPv6'))
    const { username, password } = url
    expect(await one(await open(`postgres://${username}:${password}@[::1]:${port}/postgres`), 'SELECT 6')).toBe(6)
  })

  test('tells why the connection broke while nobody asked', async () => {
    const [opened, other] = [await open(url.href), await open(url.href)]
    const ended = endOf(opened)
    await other.client.query('SELECT pg_terminate_backend($1)', [opened.client.processID])
    await ended
    expect(opened.reason()).toMatchObject({ code: '57P01' })
    await opened.close('dirty')
  })

  test('leaves no session behind', async () => {
    const [opened, other] = [await open(url.href), await open(url.href)]
    await opened.close('clean')
    await vi.waitFor(async () => {
      const { rows } = await other.client.query('SELECT FROM pg_stat_activity WHERE pid = $1', [
        opened.client.processID,
      ])
      expect(rows).toEqual([])
    })
  })

  test('is closed though the server answers no more', async () => {
    const proxy = await startProxy({ host: url.hostname, port: Number(url.port) })
    onTestFinished(() => proxy.close())
    const opened = await open(proxy.through(url.href))
    proxy.pause()
    await opened.close('clean')
    expect((opened.client as pg.Client).connection.stream.destroyed).toBe(true)
  })

  test('has a second one beside it', async () => {
    const source = sourceFrom(url.href)
    const [first, second] = [await openClient(source, 'first'), await openSecond(source, 'second')]
    expect(await one(second, 'SHOW application_name')).toBe('second')
    expect(second.client.processID).not.toBe(first.client.processID)
    await Promise.all([first.close('clean'), second.close('clean')])
  })
})

describePostgres("a pool's client", () => {
  function poolOf(max: number, more: pg.PoolConfig = {}): pg.Pool {
    const pool = new pg.Pool({ connectionString: url.href, max, ...more })
    onTestFinished(() => pool.end())
    return pool
  }

  test('is borrowed and given back as it was', async () => {
    const pool = poolOf(1)
    const opened = await open(pool)
    expect(await one(opened, 'SELECT 1')).toBe(1)
    expect([pool.totalCount, pool.idleCount]).toEqual([1, 0])
    await opened.close('clean')
    expect([pool.totalCount, pool.idleCount]).toEqual([1, 1])
    // One listener: the pool's.
    expect((opened.client as pg.PoolClient).listenerCount('error')).toBe(1)
  })

  test('is closed when nobody else must get it', async () => {
    const pool = poolOf(1)
    const opened = await open(pool)
    await opened.close('dirty')
    expect(pool.totalCount).toBe(0)
    expect(await one(await open(pool), 'SELECT 1')).toBe(1)
  })

  test('is closed when it broke', async () => {
    const pool = poolOf(1)
    const opened = await open(pool)
    const ended = endOf(opened)
    await (await open(url.href)).client.query('SELECT pg_terminate_backend($1)', [opened.client.processID])
    await ended
    expect(opened.reason()).toMatchObject({ code: '57P01' })
    await opened.close('clean')
    expect(pool.totalCount).toBe(0)
  })

  test('is not waited for for ever, and goes back if it comes late', async () => {
    const pool = poolOf(1)
    const user = await pool.connect()
    const error = await failure(pool, 50)
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED' })
    expect(error.message).toMatch(
      /^Cannot connect to postgres:\/\/.*: the pool lent no client within 50 ms \(1 of 1 in use\)$/,
    )
    expect(error.hint).toContain('give it a higher max')
    user.release()
    await vi.waitFor(() => expect([pool.idleCount, pool.waitingCount]).toEqual([1, 0]))
  })

  test('has a second one beside it, also where the pool has no more', async () => {
    for (const max of [1, 2]) {
      const pool = poolOf(max)
      const first = await open(pool)
      const second = await openSecond(sourceFrom(pool), 'second')
      expect(second.client.processID).not.toBe(first.client.processID)
      expect(pool.totalCount).toBe(max)
      await second.close('clean')
      await first.close('clean')
    }
  })

  test('does not come from a pool that has ended', async () => {
    const pool = new pg.Pool({ connectionString: url.href, password: SECRET })
    await pool.end()
    expect(await failure(pool)).toMatchObject({ code: 'CONNECTION_FAILED', hint: 'hand in a pool that is open' })
  })

  test('does not come from a pool to nowhere', async () => {
    const pool = poolOf(1, { connectionString: `postgres://u:${SECRET}@127.0.0.1:${await closedPort()}/app` })
    expect((await failure(pool)).message).toMatch(
      /^Cannot connect to postgres:\/\/u@127\.0\.0\.1:\d+\/app: .*ECONNREFUSED/,
    )
  })
})

describePostgres("the user's client", () => {
  async function connected(): Promise<pg.Client> {
    const client = new pg.Client(url.href)
    await client.connect()
    onTestFinished(() => client.end())
    return client
  }

  test('is used as it is, and stays open', async () => {
    const client = await connected()
    const opened = await open(client)
    expect(opened.client).toBe(client)
    expect(client.listenerCount('error')).toBe(1)
    await opened.close('dirty')
    expect(client.listenerCount('error')).toBe(0)
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  test('has a second one beside it, made like it', async () => {
    const client = await connected()
    const second = await openSecond(sourceFrom(client), 'second')
    expect(second.client).toBeInstanceOf(pg.Client)
    expect(await one(second, 'SELECT pg_backend_pid()')).not.toBe(
      await one(await open(client), 'SELECT pg_backend_pid()'),
    )
    await second.close('clean')
  })

  test('must be connected', async () => {
    const client = new pg.Client({ host: url.hostname, port: Number(url.port), user: url.username, password: SECRET })
    const error = await failure(client)
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', hint: expect.stringContaining('await client.connect()') })
    expect(error.message).toMatch(/^The client for postgres:\/\/.* that was handed in is not connected$/)
  })

  test('must not have ended', async () => {
    const client = new pg.Client(url.href)
    await client.connect()
    await client.end()
    expect((await failure(client)).message).toContain('that was handed in has ended')
  })
})

describePostgres('the server refuses', () => {
  test('a database that does not exist', async () => {
    const target = new URL(url.href)
    target.pathname = '/no%22such'
    const error = await failure(target.href)
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', serverCode: '3D000' })
    expect(error.hint).toBe('CREATE DATABASE "no""such", or name another database')
  })

  test('a user that does not exist', async () => {
    const target = new URL(url.href)
    target.username = 'nobody_at_all'
    target.password = SECRET
    // A server that wants a password does not tell that there is no such user.
    expect((await failure(target.href)).serverCode).toMatch(/^28(000|P01)$/)
  })

  test('one connection too many', async () => {
    const role = `queen_${crypto.randomUUID().slice(0, 8)}`
    const { client } = await open(url.href)
    await client.query(`CREATE ROLE ${role} LOGIN CONNECTION LIMIT 0 PASSWORD '${SECRET}'`)
    onTestFinished(async () => void (await client.query(`DROP ROLE ${role}`)))
    const target = new URL(url.href)
    Object.assign(target, { username: role, password: SECRET })
    expect(await failure(target.href)).toMatchObject({
      serverCode: '53300',
      hint: expect.stringContaining('max_connections'),
    })
  })
})

describe('nobody answers', () => {
  const at = (port: number, query = ''): string => `postgres://ann:${SECRET}@127.0.0.1:${port}/app${query}`

  test('at a port where nobody listens', async () => {
    const port = await closedPort()
    const error = await failure(at(port))
    expect(error.message).toBe(
      `Cannot connect to postgres://ann@127.0.0.1:${port}/app: connect ECONNREFUSED 127.0.0.1:${port}`,
    )
    expect(error.hint).toContain('listens there')
    expect(error.serverCode).toBeUndefined()
  })

  test('at any address of a host, which Node reports without a word', async () => {
    const error = await failure(`postgres://ann:${SECRET}@localhost:${await closedPort()}/app`)
    expect(error.message).toMatch(/app: connect ECONNREFUSED/)
    expect(error.hint).toContain('listens there')
  })

  test('at a host that does not exist', async () => {
    const error = await failure(`postgres://ann:${SECRET}@queen.invalid/app`)
    expect(error.message).toContain('Cannot connect to postgres://ann@queen.invalid:5432/app: getaddrinfo')
    expect(error.hint).toContain('the name of the host')
  })

  test('at a socket that does not exist', async () => {
    expect((await failure(`postgres://ann:${SECRET}@/app?host=/no/such/folder`)).hint).toContain(
      'unix_socket_directories',
    )
  })

  test.each([
    ['by the caller', '', 50],
    ['by the URL, also where a mode could fall back', '?connect_timeout=1&sslmode=prefer', 60_000],
  ])('in the time that is given %s', async (_, query, timeoutMs) => {
    const port = await serverThat(() => {})
    const error = await failure(at(port, query), timeoutMs)
    expect(error.message).toContain('timeout')
    expect(error.hint).toContain('connect_timeout=SECONDS')
  })

  test('but hangs up', async () => {
    const port = await serverThat((socket) => socket.once('data', () => socket.end()))
    const error = await failure(at(port))
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', hint: expect.stringContaining('hung up') })
  })

  test('with TLS', async () => {
    const port = await serverThat((socket) => socket.once('data', () => socket.end('N')))
    expect(await failure(at(port, '?sslmode=require'))).toMatchObject({
      hint: expect.stringContaining('sslmode=disable'),
    })
  })

  test.each<[situation: string, mode: string, answer: Buffer | undefined, connections: number]>([
    ['is tried a second time where encryption may be the reason', 'allow', refusal('28000', 'no pg_hba.conf entry'), 2],
    ['is tried once where the password is wrong', 'allow', refusal('28P01', 'wrong'), 1],
    ['is tried once where nobody answers', 'prefer', undefined, 1],
  ])('%s', async (_, mode, answer, connections) => {
    let count = 0
    const port = await serverThat((socket) => {
      count++
      socket.once('data', () => answer === undefined || socket.end(answer))
    })
    await failure(at(port, `?sslmode=${mode}`), answer === undefined ? 100 : undefined)
    expect(count).toBe(connections)
  })

  test('with the proof that was asked for, and gets no password', async () => {
    let received = ''
    const port = await serverThat((socket) => {
      socket.on('data', (data) => (received += data.toString('latin1')))
      // Please send the password as it is.
      socket.once('data', () => socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3])))
    })
    const error = await failure(at(port, '?channel_binding=require'))
    expect(error.message).toContain('the server does not offer channel binding')
    expect(received).toContain('ann')
    expect(received).not.toContain(SECRET)
  })

  test.each([
    ['28P01', 'password authentication failed for user "ann"', 'the password'],
    [
      '28000',
      'no pg_hba.conf entry for host "127.0.0.1", user "ann", database "app", no encryption',
      'sslmode=require',
    ],
    ['28000', 'role "ann" does not exist', 'CREATE ROLE "ann" LOGIN'],
    ['28000', 'no PostgreSQL user name specified in startup packet', 'PGUSER'],
    ['57P03', 'the database system is starting up', 'try again'],
    ['08P01', 'unsupported startup parameter: options', 'a pooler'],
  ])('but %s: %s', async (code, message, hint) => {
    const port = await serverThat((socket) => socket.once('data', () => socket.end(refusal(code, message))))
    const error = await failure(at(port))
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', serverCode: code, hint: expect.stringContaining(hint) })
    expect(error.message).toMatch(/^Cannot connect to postgres:\/\/ann@127\.0\.0\.1:\d+\/app: /)
    expect(error.message).toContain(message)
  })
})
