import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { QueenError } from '../../../src/core/errors.js'
import type { PgConfig } from '../../../src/drivers/postgres/client.js'
import { openClient, openSecond } from '../../../src/drivers/postgres/connect.js'
import { sourceFrom, type PostgresTarget } from '../../../src/drivers/postgres/source.js'
import { SSL_MODES } from '../../../src/drivers/postgres/tls.js'
import { rejection } from '../../support/database.js'
import { describePrivatePostgres } from '../../support/postgres.js'
import { ask } from '../../support/postgres-database.mjs'
import { own } from '../../support/servers/process.js'
import { startPostgres, type PostgresServer } from '../../support/servers/postgres.js'

const PASSWORD = 's3cr3t@/:%?#&=+ü'

/** What each user may do; the rest of the tests' access is left as it was. */
const HBA = `
local   all all trust
hostssl all needs_tls 127.0.0.1/32 trust
host    all needs_tls 127.0.0.1/32 reject
hostnossl all needs_plain 127.0.0.1/32 trust
host    all needs_plain 127.0.0.1/32 reject
hostssl all needs_certificate 127.0.0.1/32 cert
host    all needs_password 127.0.0.1/32 scram-sha-256
host    all needs_cleartext 127.0.0.1/32 password
host    all all 127.0.0.1/32 trust
`

const describeTls: typeof describePrivatePostgres = canSign()
  ? describePrivatePostgres
  : (title, body) =>
      void describe.skip(`${title} (skipped: certificates are made with OpenSSL 3; install openssl)`, body)

describeTls('TLS', () => {
  let server: PostgresServer
  const file = (name: string): string => join(server.socketFolder, name)

  beforeAll(async () => {
    server = await startPostgres()
    makeCertificates(file)
    writeFileSync(file('hba'), HBA)
    own(file('hba'))
    for (const user of ['needs_tls', 'needs_plain', 'needs_certificate', 'needs_password', 'needs_cleartext'])
      await ask(server.url, `CREATE ROLE ${user} LOGIN PASSWORD '${PASSWORD}'`)
    await server.configure({
      hba_file: file('hba'),
      ssl: true,
      ssl_cert_file: file('server.crt'),
      ssl_key_file: file('server.key'),
      ssl_ca_file: file('ours.crt'),
    })
    // The place of pg_hba.conf is read at the start.
    await server.stop()
    await server.start()
  })
  afterAll(() => server.remove())
  afterEach(() => void vi.unstubAllEnvs())

  interface Attempt {
    readonly user?: string
    readonly host?: string
    readonly query?: string
    readonly password?: string
  }

  function urlFor({ user = 'postgres', host = '127.0.0.1', query = '', password }: Attempt): string {
    const secret = password === undefined ? '' : `:${encodeURIComponent(password)}`
    return `postgres://${user}${secret}@${host}:${server.port}/postgres?${query}`
  }

  async function encrypted(target: PostgresTarget): Promise<boolean> {
    const { client, close } = await openClient(sourceFrom(target), 'test')
    const { rows } = await client.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')
    await close('clean')
    return rows[0]?.['ssl'] === true
  }

  async function failure(target: PostgresTarget): Promise<QueenError> {
    const error = (await rejection(encrypted(target))) as unknown as QueenError
    const everything = inspect(error, { depth: 10, showHidden: true })
    expect(everything).not.toContain('s3cr3t')
    return error
  }

  describe('each mode', () => {
    /** Encrypted, plain, or refused. */
    type Outcome = 'tls' | 'plain' | 'refused'
    const outcome = async (target: PostgresTarget): Promise<Outcome> =>
      encrypted(target).then(
        (tls) => (tls ? 'tls' : 'plain'),
        () => 'refused',
      )

    test.each<[situation: string, attempt: () => Attempt, outcomes: Outcome[]]>([
      ['a user who may do as he likes', () => ({}), ['plain', 'plain', 'tls', 'tls', 'refused', 'refused']],
      ['one who must encrypt', () => ({ user: 'needs_tls' }), ['refused', 'tls', 'tls', 'tls', 'refused', 'refused']],
      [
        'one who must not',
        () => ({ user: 'needs_plain' }),
        ['plain', 'plain', 'plain', 'refused', 'refused', 'refused'],
      ],
      [
        'a known authority, and another name of the host',
        () => ({ query: `&sslrootcert=${file('ours.crt')}` }),
        ['plain', 'plain', 'tls', 'tls', 'tls', 'refused'],
      ],
      [
        "a known authority, and the host's name",
        () => ({ query: `&sslrootcert=${file('ours.crt')}`, host: 'localhost' }),
        ['plain', 'plain', 'tls', 'tls', 'tls', 'tls'],
      ],
      [
        'a wrong authority',
        () => ({ query: `&sslrootcert=${file('theirs.crt')}`, host: 'localhost' }),
        ['plain', 'plain', 'tls', 'refused', 'refused', 'refused'],
      ],
      [
        "the system's authorities",
        () => ({ query: '&sslrootcert=system', host: 'localhost' }),
        ['plain', 'refused', 'refused', 'refused', 'refused', 'refused'],
      ],
    ])('with %s', async (_, attempt, outcomes) => {
      const found: Outcome[] = []
      for (const mode of SSL_MODES) {
        const { query = '', ...rest } = attempt()
        found.push(await outcome(urlFor({ ...rest, query: `sslmode=${mode}${query}` })))
      }
      expect(found).toEqual(outcomes)
    })

    test('that the environment names, where nothing else does', async () => {
      expect(await outcome(urlFor({}))).toBe('plain')
      vi.stubEnv('PGSSLMODE', 'require')
      expect(await outcome(urlFor({}))).toBe('tls')
      expect(await outcome({ host: '127.0.0.1', port: server.port, user: 'postgres' })).toBe('tls')
      expect(await outcome(urlFor({ query: 'sslmode=disable' }))).toBe('plain')
      expect(await outcome({ host: '127.0.0.1', port: server.port, user: 'postgres', ssl: false })).toBe('plain')
      vi.stubEnv('PGSSLROOTCERT', file('theirs.crt'))
      expect(await outcome(urlFor({}))).toBe('refused')
      vi.stubEnv('PGSSLMODE', 'requird')
      expect(await failure(urlFor({}))).toMatchObject({ code: 'CONFIG_INVALID', hint: 'did you mean require?' })
    })

    test('is strict where a certificate is named and no mode', async () => {
      const query = `sslrootcert=${file('ours.crt')}`
      expect(await outcome(urlFor({ query }))).toBe('refused')
      expect(await outcome(urlFor({ query, host: 'localhost' }))).toBe('tls')
    })

    test('gives way to an object in the options', async () => {
      const connectionString = urlFor({ query: 'sslmode=verify-full' })
      expect(await outcome({ connectionString, ssl: { rejectUnauthorized: false } })).toBe('tls')
    })

    test('is the same for the second connection', async () => {
      const second = await openSecond(sourceFrom(urlFor({ user: 'needs_tls', query: 'sslmode=allow' })), 'second')
      onTestFinished(() => second.close('clean'))
      const { rows } = await second.client.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')
      expect(rows).toEqual([{ ssl: true }])
    })
  })

  test.each<[problem: string, query: () => string, message: RegExp, hint: string]>([
    ['an unknown authority', () => 'sslmode=verify-full', /certificate/, 'sslrootcert=FILE'],
    [
      'another name',
      () => `sslmode=verify-full&sslrootcert=${file('ours.crt')}`,
      /altnames|does not match/i,
      'sslmode=verify-ca does not compare names',
    ],
  ])('the hint for %s', async (_, query, message, hint) => {
    const error = await failure(urlFor({ query: query() }))
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', hint: expect.stringContaining(hint) })
    expect(error.message).toMatch(message)
  })

  test('the hint where the server insists on TLS', async () => {
    const error = await failure(urlFor({ user: 'needs_tls', password: PASSWORD }))
    expect(error).toMatchObject({ serverCode: '28000', hint: expect.stringContaining('add sslmode=require') })
  })

  test('a certificate of the user', async () => {
    const query = `sslmode=require&sslcert=${file('needs_certificate.crt')}&sslkey=${file('needs_certificate.key')}`
    expect(await encrypted(urlFor({ user: 'needs_certificate', query }))).toBe(true)
    const error = await failure(urlFor({ user: 'needs_certificate', query: 'sslmode=require' }))
    expect(error.hint).toContain('sslcert and sslkey')
  })

  test.each(['sslrootcert', 'sslcert', 'sslkey'])('a file of %s that is not there', async (parameter) => {
    const error = await failure(urlFor({ query: `sslmode=verify-full&${parameter}=/no/such.pem`, password: PASSWORD }))
    expect(error.code).toBe('CONFIG_INVALID')
    expect(error.message).toContain(`The file of ${parameter} cannot be read`)
    expect(error.message).toContain('/no/such.pem')
  })

  describe('a password', () => {
    const user = 'needs_password'

    test('with every mark in it', async () => {
      expect(await encrypted(urlFor({ user, password: PASSWORD }))).toBe(false)
    })

    test('from the environment, or from a function', async () => {
      const options: PgConfig = { host: '127.0.0.1', port: server.port, user, database: 'postgres' }
      expect(await encrypted({ ...options, password: () => Promise.resolve(PASSWORD) })).toBe(false)
      vi.stubEnv('PGPASSWORD', PASSWORD)
      expect(await encrypted(options)).toBe(false)
    })

    test('that is wrong', async () => {
      const error = await failure(urlFor({ user, password: `${PASSWORD}!` }))
      expect(error).toMatchObject({
        code: 'CONNECTION_FAILED',
        serverCode: '28P01',
        hint: 'check the user name and the password',
      })
      expect(error.message).toContain(`postgres://${user}@127.0.0.1:${server.port}/postgres`)
    })

    test('that is missing', async () => {
      expect((await failure(urlFor({ user }))).hint).toContain('the server wants a password, and none was given')
    })
  })

  test.each<[of: string, open: (options: pg.PoolConfig) => Promise<pg.Client | pg.Pool>]>([
    [
      'an exhausted pool',
      async (options) => {
        const pool = new pg.Pool({ ...options, max: 1 })
        const client = await pool.connect()
        onTestFinished(() => pool.end())
        onTestFinished(() => client.release())
        return pool
      },
    ],
    [
      'a client',
      async (options) => {
        const client = new pg.Client(options)
        await client.connect()
        onTestFinished(() => client.end())
        return client
      },
    ],
  ])('the second connection beside %s has its password and its TLS', async (_, open) => {
    const ssl = { ca: readFileSync(file('ours.crt'), 'utf8') }
    const options = { host: 'localhost', port: server.port, user: 'needs_password', database: 'postgres', ssl }
    const source = sourceFrom(await open({ ...options, password: PASSWORD }))
    const { client, close } = await openSecond(source, 'second')
    const { rows } = await client.query('SELECT user AS who, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')
    expect(rows).toEqual([{ who: 'needs_password', ssl: true }])
    await close('clean')
  })

  describe('channel binding', () => {
    const query = 'sslmode=require&channel_binding=require'

    test('with a server that can', async () => {
      expect(await encrypted(urlFor({ user: 'needs_password', password: PASSWORD, query }))).toBe(true)
    })

    test.each<[situation: string, attempt: Attempt]>([
      ['without TLS', { user: 'needs_password', query: 'channel_binding=require' }],
      ['with a server that asks for the password itself', { user: 'needs_cleartext', query }],
      ['with a server that asks for none', { user: 'postgres', query }],
    ])('is insisted on %s', async (_, attempt) => {
      const error = await failure(urlFor({ ...attempt, password: PASSWORD }))
      expect(error.message).toContain('the server does not offer channel binding')
      expect(error.hint).toContain('channel_binding')
    })
  })

  test('a server without it', async () => {
    await server.configure({ ssl: false })
    onTestFinished(() => server.configure({ ssl: true }))
    expect(await encrypted(urlFor({ query: 'sslmode=prefer' }))).toBe(false)
    expect(await failure(urlFor({ query: 'sslmode=require' }))).toMatchObject({
      code: 'CONNECTION_FAILED',
      hint: expect.stringContaining('sslmode=disable'),
    })
  })
})

function canSign(): boolean {
  const { stdout } = spawnSync('openssl', ['version'], { encoding: 'utf8' })
  return /^OpenSSL [3-9]/.test(stdout ?? '')
}

/** Two authorities; the server's and a user's certificate are of ours. */
function makeCertificates(file: (name: string) => string): void {
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'pipe' })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  for (const name of ['ours', 'theirs'])
    openssl('req', '-x509', ...key, '-subj', `/CN=${name}`, '-keyout', file(`${name}.key`), '-out', file(`${name}.crt`))
  const signed = ['-CA', file('ours.crt'), '-CAkey', file('ours.key')]
  const sign = (name: string, ...more: string[]): void =>
    openssl('req', '-x509', ...key, ...signed, ...more, '-keyout', file(`${name}.key`), '-out', file(`${name}.crt`))
  sign('server', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost')
  sign('needs_certificate', '-subj', '/CN=needs_certificate')
  for (const name of ['server.key', 'server.crt', 'ours.crt']) own(file(name))
}
