import { inspect } from 'node:util'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { QueenError } from '../../../src/core/errors.js'
import type { PgConfig } from '../../../src/drivers/postgres/client.js'
import { sourceFrom, type PostgresTarget } from '../../../src/drivers/postgres/source.js'
import { targetOf } from '../../../src/drivers/postgres/target.js'
import type { TlsRequest } from '../../../src/drivers/postgres/tls.js'

const SECRET = 's3cr3t'

beforeEach(() => {
  for (const name of ['PGHOST', 'PGPORT', 'PGDATABASE', 'PGPASSWORD']) vi.stubEnv(name, undefined)
  vi.stubEnv('PGUSER', 'queen')
})
afterEach(() => void vi.unstubAllEnvs())

function read(target: PostgresTarget): { config: PgConfig; tls: TlsRequest | undefined; target: string } {
  const source = sourceFrom(target)
  if (source.kind !== 'config') throw new Error(`expected a config, got a ${source.kind}`)
  return { config: source.config, tls: source.tls, target: targetOf(source) }
}

function refusal(target: unknown): QueenError {
  try {
    sourceFrom(target as PostgresTarget)
  } catch (error) {
    if (error instanceof QueenError) return error
    throw error
  }
  throw new Error('it was accepted')
}

describe('URLs lead to', () => {
  test.each<[url: string, config: PgConfig, target: string]>([
    [
      'postgres://ann:pw@db.example.com:6543/app',
      { user: 'ann', password: 'pw', host: 'db.example.com', port: 6543, database: 'app' },
      'postgres://ann@db.example.com:6543/app',
    ],
    ['postgresql://db/app', { host: 'db', database: 'app' }, 'postgres://queen@db:5432/app'],
    ['POSTGRES://db/app', { host: 'db', database: 'app' }, 'postgres://queen@db:5432/app'],
    ['postgres://', {}, 'postgres://queen@localhost:5432/queen'],
    ['postgres:///app', { database: 'app' }, 'postgres://queen@localhost:5432/app'],
    ['postgres://db', { host: 'db' }, 'postgres://queen@db:5432/queen'],
    ['postgres://db:5433', { host: 'db', port: 5433 }, 'postgres://queen@db:5433/queen'],
    ['postgres://ann@/app', { user: 'ann', database: 'app' }, 'postgres://ann@localhost:5432/app'],
    ['postgres://ann@db?dbname=app', { user: 'ann', host: 'db', database: 'app' }, 'postgres://ann@db:5432/app'],
    ['postgres://ann:@db/', { user: 'ann', host: 'db' }, 'postgres://ann@db:5432/ann'],
    ['  postgres://db/app\n', { host: 'db', database: 'app' }, 'postgres://queen@db:5432/app'],
    ['postgres://[::1]:5433/app', { host: '::1', port: 5433, database: 'app' }, 'postgres://queen@[::1]:5433/app'],
    [
      'postgres://u:p@[2001:db8::7]',
      { user: 'u', password: 'p', host: '2001:db8::7' },
      'postgres://u@[2001:db8::7]:5432/u',
    ],
    [
      'postgres://[fe80::1%25eth0]/a',
      { host: 'fe80::1%eth0', database: 'a' },
      'postgres://queen@[fe80::1%eth0]:5432/a',
    ],
    [
      'postgres:///app?host=/var/run/postgresql',
      { host: '/var/run/postgresql', database: 'app' },
      'postgres://queen@/app?host=/var/run/postgresql',
    ],
    [
      'postgres://%2Fvar%2Frun%2Fpostgresql/app',
      { host: '/var/run/postgresql', database: 'app' },
      'postgres://queen@/app?host=/var/run/postgresql',
    ],
    [
      'postgres://ann@%2Frun:5433/app',
      { user: 'ann', host: '/run', port: 5433, database: 'app' },
      'postgres://ann@/app?host=/run&port=5433',
    ],
    [
      'postgres://a%40b:p%40%2F%3A%25%3F%23w@db/my%20app',
      { user: 'a@b', password: 'p@/:%?#w', host: 'db', database: 'my app' },
      'postgres://a%40b@db:5432/my%20app',
    ],
    // What the URL of the platform would stumble over: marks that are not encoded, but cannot be anything else.
    [
      'postgres://ann:p@ss:w#rd@db/a',
      { user: 'ann', password: 'p@ss:w#rd', host: 'db', database: 'a' },
      'postgres://ann@db:5432/a',
    ],
    [
      'postgres://db/app?host=other&port=7&user=bob&password=a+b&dbname=c',
      { host: 'other', port: 7, user: 'bob', password: 'a+b', database: 'c' },
      'postgres://bob@other:7/c',
    ],
  ])('%s', (url, config, target) => {
    expect(read(url)).toEqual({ config, tls: undefined, target })
  })

  test('the place that the environment names where the URL is silent', () => {
    vi.stubEnv('PGHOST', 'db')
    vi.stubEnv('PGPORT', '7')
    vi.stubEnv('PGDATABASE', 'app')
    expect(read('postgres://').target).toBe('postgres://queen@db:7/app')
    expect(read('postgres://ann@other:8/shop').target).toBe('postgres://ann@other:8/shop')
  })

  test('the user of the process where nothing names one', () => {
    vi.stubEnv('PGUSER', undefined)
    vi.stubEnv('USER', undefined)
    expect(read('postgres://db/app').target).toMatch(/^postgres:\/\/\w+@db/)
  })
})

describe('parameters', () => {
  test.each<[query: string, config: PgConfig]>([
    ['options=-c%20search_path%3Dapp', { options: '-c search_path=app' }],
    ['application_name=ci%26cd', { application_name: 'ci&cd' }],
    ['fallback_application_name=ci', { fallback_application_name: 'ci' }],
    ['connect_timeout=3', { connectionTimeoutMillis: 3000 }],
    ['keepalives=0', { keepAlive: false }],
    ['keepalives=1&keepalives_idle=7', { keepAlive: true, keepAliveInitialDelayMillis: 7000 }],
    ['sslnegotiation=direct&sslmode=require', { sslnegotiation: 'direct' }],
    ['target_session_attrs=read-write&client_encoding=utf-8&gssencmode=disable&channel_binding=prefer', {}],
    ['connect_timeout=1&connect_timeout=2&', { connectionTimeoutMillis: 2000 }],
  ])('%s', (query, config) => {
    expect(read(`postgres://db?${query}`).config).toEqual({ host: 'db', ...config })
  })

  test.each<[query: string, tls: TlsRequest]>([
    ['sslmode=disable', { mode: 'disable' }],
    ['sslmode=verify-full&sslrootcert=/ca.pem', { mode: 'verify-full', rootCert: '/ca.pem' }],
    ['sslcert=me.crt&sslkey=me.key', { cert: 'me.crt', key: 'me.key' }],
    ['sslmode=no-verify', { mode: 'require' }],
    ['ssl=true', { mode: 'verify-full' }],
    ['ssl=0', { mode: 'disable' }],
    ['sslmode=require&channel_binding=require', { mode: 'require', channelBinding: 'require' }],
  ])('%s', (query, tls) => {
    expect(read(`postgres://db?${query}`).tls).toEqual(tls)
  })

  test.each([
    ['sslmod=require', 'has the unknown parameter sslmod', 'did you mean sslmode?'],
    ['SSLMODE=require', 'has the unknown parameter SSLMODE', 'did you mean sslmode?'],
    ['__proto__=x', 'has the unknown parameter __proto__', 'known are'],
    [`${SECRET}%3A=x`, 'has an unknown parameter', 'known are'],
    ['sslmode=requird', 'has an unknown sslmode', 'did you mean require?'],
    ['schema=app', 'has the parameter schema', "Queen's own option schema"],
    ['statement_timeout=1', 'has the parameter statement_timeout', 'statementTimeout'],
    ['lock_timeout=1', 'has the parameter lock_timeout', 'ddlLockTimeout'],
    ['query_timeout=1', 'has the parameter query_timeout', 'statementTimeout'],
    ['sslnegotiation=direct', 'has sslnegotiation=direct without a strict sslmode', 'sslmode=require'],
    ['sslnegotiation=x', 'has a sslnegotiation that is not possible here', 'sslnegotiation=direct'],
    ['connect_timeout=soon', 'has a connect_timeout that is not a number of seconds', 'connect_timeout=10'],
    ['target_session_attrs=standby', 'has a target_session_attrs that is not possible here', 'read-write'],
    ['client_encoding=LATIN1', 'has a client_encoding that is not possible here', 'client_encoding=UTF8'],
    ['gssencmode=require', 'has a gssencmode that is not possible here', 'gssencmode=prefer'],
    ['port=0', 'has a port that is not a number from 1 to 65535', 'host:port'],
    ['host=a,b', 'names several hosts', 'name one'],
    ['sslmode', 'has a parameter without a value', 'name=value'],
  ])('refused: %s', (query, problem, hint) => {
    const error = refusal(`postgres://db?${query}`)
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', message: `The PostgreSQL URL ${problem}` })
    expect(error.hint).toContain(hint)
  })
})

describe('refused without repeating it', () => {
  test.each<[target: unknown, problem: string, hint: string]>([
    ['', 'URL is empty', 'is the environment variable set?'],
    [' \n', 'URL is empty', 'is the environment variable set?'],
    [`postgres://u:${SECRET}\0@db`, 'URL has a NUL character', 'postgres://user'],
    [`postgres://u:${SECRET}%00@db`, 'URL has a NUL character in the password', 'postgres://user'],
    [`host=db dbname=app password=${SECRET}`, 'URL is a list of keywords and values', 'postgres://user:password@host'],
    [`host = db password = ${SECRET}`, 'URL is a list of keywords and values', 'postgres://user:password@host'],
    [`jdbc:postgresql://db/app?password=${SECRET}`, 'URL is one of JDBC', 'leave out jdbc:'],
    [`socket:/run?db=app&password=${SECRET}`, 'URL has the scheme socket:', '?host=/its/folder'],
    ['/var/run/postgresql app', 'URL is a path', '?host=/its/folder'],
    [`mysql://u:${SECRET}@db/app`, 'URL has the scheme mysql:', 'postgres://user'],
    [`u:${SECRET}@db/app`, 'URL does not begin with postgres://', 'postgres://user'],
    [`postgres:u:${SECRET}@db`, 'URL does not begin with postgres://', 'postgres://user'],
    [`postgres://u:${SECRET}%@db`, 'URL has a malformed percent escape in the password', '% itself as %25'],
    [`postgres://u:${SECRET}%ff@db`, 'URL has a malformed percent escape in the password', '% itself as %25'],
    ['postgres://db/%zz', 'URL has a malformed percent escape in the database', '%25'],
    ['postgres://a:1,b:2/app', 'URL names several hosts', 'name one'],
    [`postgres://u:${SECRET}@a,b/app`, 'URL names several hosts', 'name one'],
    ['postgres://a%2Cb/app', 'URL names several hosts', 'name one'],
    ['postgres://db:0/app', 'URL has a port that is not a number from 1 to 65535', 'host:port'],
    ['postgres://db:65536/app', 'URL has a port that is not a number from 1 to 65535', 'host:port'],
    ['postgres://db:+1/app', 'URL has a port that is not a number from 1 to 65535', 'host:port'],
    ['postgres://::1/app', 'URL has a host that cannot be read', '[::1]'],
    ['postgres://[db]/app', 'URL has something else than an IPv6 address in brackets', '[::1]'],
    ['postgres://[::1/app', 'URL has a host that cannot be read', '[::1]'],
    // Marks in a password that end it early: what follows must not be taken, and shown, for something else.
    [`postgres://u:/${SECRET}@db/app`, 'URL has an @ behind the host', '/ as %2F'],
    [`postgres://u:12/${SECRET}@db/app`, 'URL has an @ behind the host', '/ as %2F'],
    [`postgres://u:12?${SECRET}=x@db/app`, 'URL has an @ behind the host', '? as %3F'],
    [`postgres://u:p@ss/${SECRET}@db/app`, 'URL has an @ behind the host', '@ as %40'],
    [`postgres://u:${SECRET}/`, 'URL has a port that is not a number', '/ as %2F'],
    [undefined, 'database is undefined', 'is the environment variable set?'],
    [null, 'database is null', 'postgres://user'],
    [5432, 'database is number', 'postgres://user'],
    [() => SECRET, 'database is function', 'pg Client or Pool'],
    [Promise.resolve(SECRET), 'database is a promise', 'await'],
    [new URL(`postgres://u:${SECRET}@db`), 'database is neither a pg Client nor a pg Pool', 'postgres://user'],
    [[SECRET], 'database is neither a pg Client nor a pg Pool', 'postgres://user'],
    [{ connectionString: undefined }, 'database has an empty connectionString', 'is the environment variable set?'],
    [
      { connectionString: '', password: SECRET },
      'database has an empty connectionString',
      'is the environment variable',
    ],
    [{ connectionString: [SECRET] }, 'database has a connectionString of type object', 'postgres://user'],
    [{ connectionString: `host=x password=${SECRET}` }, 'URL is a list of keywords', 'postgres://user'],
    [{ host: 'db', password: SECRET, port: 70_000 }, 'database has a port that is not a number from 1', 'host:port'],
    [{ password: SECRET, statement_timeout: 1 }, 'database has the option statement_timeout', 'statementTimeout'],
    [{ password: SECRET, lock_timeout: 1 }, 'database has the option lock_timeout', 'ddlLockTimeout'],
    [{ password: SECRET, query_timeout: 1 }, 'database has the option query_timeout', 'statementTimeout'],
    [{ idle_in_transaction_session_timeout: 1 }, 'database has the option idle_in_transaction', 'option timeout'],
    [
      new pg.Client({ query_timeout: 9, password: SECRET }),
      'client that was handed in has the option query_timeout',
      '',
    ],
    [new pg.Pool({ query_timeout: 9, password: SECRET }), 'client that was handed in has the option query_timeout', ''],
    [new pg.Client({ pipeline: true, password: SECRET }), 'client that was handed in has the option pipeline', ''],
  ])('%#: %s', (target, problem, hint) => {
    const error = refusal(target)
    expect(error.code).toBe('CONFIG_INVALID')
    expect(error.message).toContain(`The PostgreSQL ${problem}`)
    expect(error.hint).toContain(hint)
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(SECRET)
  })

  test('a client of pg.native', () => {
    const native = Object.assign(new pg.Client(), { native: {} })
    expect(refusal(native).message).toContain('is a client of pg.native')
  })
})

describe('options', () => {
  test('pass through as they are, those of timeouts that are off too', () => {
    const options = {
      host: 'db',
      port: 5433,
      user: 'ann',
      max: 3,
      statement_timeout: false,
      types: pg.types,
    } as PgConfig
    expect(read(options)).toEqual({ config: options, tls: undefined, target: 'postgres://ann@db:5433/ann' })
  })

  test('a connection string among them has the last word', () => {
    const { config, tls } = read({
      user: 'bob',
      keepAlive: false,
      connectionString: 'postgres://ann@db/app?sslmode=require',
    })
    expect(config).toEqual({ user: 'ann', host: 'db', database: 'app', keepAlive: false })
    expect(tls).toEqual({ mode: 'require' })
  })

  test('an empty connection string beside a host counts as none', () => {
    expect(read({ connectionString: undefined, host: 'db' }).config).toEqual({ host: 'db' })
  })

  const strict = 'postgres://db/app?sslmode=require'
  test.each<[ssl: PgConfig['ssl'], connectionString: string, kept: boolean]>([
    [{ rejectUnauthorized: true }, strict, true],
    [false, strict, false],
    [true, strict, false],
    [true, 'postgres://db/app', true],
    [true, 'postgres://db/app?channel_binding=require', true],
    [false, 'postgres://db/app?sslrootcert=ca.pem', false],
  ])('ssl: %j with %s is kept: %s', (ssl, connectionString, kept) => {
    expect(read({ ssl, connectionString }).config.ssl).toEqual(kept ? ssl : undefined)
  })

  test('of another realm, as test runners have them', () => {
    const options = Object.create(Object.create(null), { host: { value: 'db', enumerable: true } }) as PgConfig
    expect(read(options).config).toEqual({ host: 'db' })
  })
})

describe('live objects', () => {
  test('a client', () => {
    const client = new pg.Client({ host: 'db', user: 'ann', password: SECRET, database: 'app' })
    const source = sourceFrom(client)
    expect(source).toEqual({ kind: 'client', client })
    expect(targetOf(source)).toBe('postgres://ann@db:5432/app')
  })

  test('a pool', () => {
    const pool = new pg.Pool({ host: '::1', port: 7, user: 'ann', password: SECRET })
    const source = sourceFrom(pool)
    expect(source).toEqual({ kind: 'pool', pool })
    expect(targetOf(source)).toBe('postgres://ann@[::1]:7/ann')
  })

  test('a pool with a connection string, one that Queen would refuse too', () => {
    const pool = new pg.Pool({ connectionString: `postgres://ann:${SECRET}@db/app` })
    expect(targetOf(sourceFrom(pool))).toBe('postgres://ann@db:5432/app')
    const other = new pg.Pool({ connectionString: `postgres://ann:${SECRET}@db/app?unknown=1`, host: 'x' })
    expect(targetOf(sourceFrom(other))).toBe('postgres://queen@x:5432/queen')
  })
})
