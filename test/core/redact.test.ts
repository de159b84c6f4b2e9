import fc from 'fast-check'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { codeOf, messageOf, redact, safeCause } from '../../src/core/redact.js'

const SECRET = 's3cr3tPw'

test.each([
  `postgres://ann:${SECRET}@db/app`,
  `postgresql://ann:${SECRET}@db:5432/app?sslmode=require`,
  `mysql://:${SECRET}@db/app`,
  `could not reach postgres://ann:x@${SECRET}@db/app`,
  `postgres://ann:p/${SECRET}@db`,
  `postgres://ann:p:${SECRET}@db`,
  `postgres://ann:p%40${SECRET}@[::1]/app`,
  `host=db password=${SECRET} user=ann`,
  `host=db password = '${SECRET} with blanks' user=ann`,
  `{"user":"ann","password":"${SECRET}"}`,
  `{ password: '${SECRET}' }`,
  `{\\"password\\":\\"${SECRET}\\"}`,
  `PGPASSWORD=${SECRET} psql`,
  `DB_PASSWORD=${SECRET}`,
  `mysql_pwd: ${SECRET}`,
  `postgres://db/app?user=ann&password=${SECRET}&x=1`,
  `ALTER ROLE ann PASSWORD '${SECRET}'`,
  `CREATE USER ann IDENTIFIED BY '${SECRET}'`,
  `CREATE USER ann IDENTIFIED WITH caching_sha2_password BY '${SECRET}'`,
  `SET PASSWORD FOR ann = '${SECRET}'`,
  `secret=${SECRET}`,
  `token: ${SECRET}`,
])('takes the password out of %s', (text) => {
  expect(redact(text)).not.toContain(SECRET)
  expect(redact(text)).toContain('***')
})

test.each([
  'unrecognized token: "#"',
  'near "FORM": syntax error',
  'no such column: password',
  'UNIQUE constraint failed: users.password, users.token',
  'see https://example.org/a:b and mail ann@example.org',
  'http://localhost:8080/path',
  'ALTER TABLE users ADD COLUMN password TEXT',
  'CREATE TABLE tokens (id INTEGER)',
])('leaves %s alone', (text) => {
  expect(redact(text)).toBe(text)
})

test('is idempotent, and removes any password from a URL', () => {
  const password = fc.stringMatching(/^[a-zA-Z0-9!$%^&*()_+=~:/@-]{4,20}$/).map((text) => `q7${text}7q`)
  fc.assert(
    fc.property(password, fc.string(), (secret, before) => {
      const once = redact(`${before} postgres://ann:${secret}@db.example/app`)
      expect(once).not.toContain(secret)
      expect(redact(once)).toBe(once)
    }),
  )
})

test.each(['x://a:', 'password ', 'SET PASSWORD ', `password="x `, "PASSWORD '", 'ab01'])(
  'is quick with a megabyte of %j',
  (piece) => {
    const begun = performance.now()
    redact(piece.repeat(1_000_000 / piece.length))
    expect(performance.now() - begun).toBeLessThan(5_000)
  },
)

test('every kind of thrown value has a message', () => {
  expect(messageOf(new AggregateError([new Error('refused ::1'), new Error('refused 127.0.0.1')], ''))).toBe(
    'refused ::1; refused 127.0.0.1',
  )
  expect(messageOf(new RangeError(''))).toBe('RangeError')
  expect(messageOf(undefined)).toBe('undefined')
  expect(messageOf('plain')).toBe('plain')
  expect(messageOf({ message: 'thrown as an object' })).toContain('thrown as an object')
  expect(typeof messageOf(Object.create(null))).toBe('string')
  expect(typeof messageOf(Symbol('s'))).toBe('string')
  expect(codeOf(null)).toBeUndefined()
  expect(codeOf({ code: 5 })).toBeUndefined()
})

test('a safe cause keeps message, code and stack, and none of what drivers hang on their errors', () => {
  const thrown = Object.assign(new Error(`no way: postgres://ann:${SECRET}@db`), {
    code: 'E1',
    sql: `SELECT '${SECRET}'`,
    connection: { password: SECRET },
    cause: new Error(SECRET),
  })
  const safe = safeCause(thrown)
  expect(safe).toMatchObject({ code: 'E1', message: 'no way: postgres://ann:***@db' })
  expect(safe.stack).toContain('redact.test')
  expect(inspect(safe, { depth: 10, showHidden: true }) + JSON.stringify(safe)).not.toContain(SECRET)
})
