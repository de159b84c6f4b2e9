import { describe, expect, test } from 'vitest'
import { callSite } from '../../src/core/call-site.js'
import type { Migration } from '../../src/core/migration.js'
import { Queen } from '../../src/core/queen.js'
import { draft, oneWay, refusalOf } from '../support/core.js'

const good = { version: '001', name: 'users', upSQL: 'CREATE TABLE users (id INTEGER)' }

/** What is wrong, what the message names, what the hint offers. */
const BAD: readonly (readonly [string, unknown, RegExp, RegExp])[] = [
  ['no object', 'SELECT 1', /takes an object, not of type string/, /q\.add\(\{/],
  ['null', null, /not null/, /q\.add\(\{/],
  ['undefined', undefined, /not of type undefined/, /q\.add\(\{/],
  ['a list', [good], /not a list/, /q\.add\(\{/],
  ['a function', () => good, /not of type function/, /q\.add\(\{/],
  ['upSql', { ...good, upSQL: undefined, upSql: 'x' }, /no field "upSql"/, /did you mean upSQL\?/],
  ['down_sql', { ...good, down_sql: 'x' }, /no field "down_sql"/, /did you mean downSQL\?/],
  ['dependOn', { ...good, dependOn: [] }, /no field "dependOn"/, /did you mean dependsOn\?/],
  ['up', { version: '001', name: 'x', up: 'SELECT 1' }, /no field "up"/, /upSQL|upFn/],
  ['a far field', { ...good, somethingElse: 1 }, /no field "somethingElse"/, /known are version, name/],
  ['__proto__ as a field', JSON.parse('{"version":"1","name":"x","upSQL":"y","__proto__":{}}'), /"__proto__"/, /known/],
  ['no version', { name: 'x', upSQL: 'y' }, /"version" is of type undefined/, /version: '/],
  ['a number as version', { ...good, version: 1 }, /"version" is of type number/, /version: '/],
  ['an empty version', { ...good, version: '' }, /"version" is empty/, /version: '/],
  ['no name', { version: '1', upSQL: 'y' }, /"name" is of type undefined/, /name: '/],
  ['an empty name', { ...good, name: '' }, /"name" is empty/, /name: '/],
  ['a version of 256', { ...good, version: '1'.repeat(256) }, /"version" has 256 characters/, /at most 255/],
  ['a name of 256', { ...good, name: 'n'.repeat(256) }, /"name" has 256 characters/, /at most 255/],
  ['a name of two lines', { ...good, name: 'a\nb' }, /control characters/, /plain line/],
  ['a NUL in the name', { ...good, name: 'a\0b' }, /control characters/, /plain line/],
  ['half a character in the name', { ...good, name: 'a\uD800' }, /"name"/, /./],
  ['nothing to do', { version: '1', name: 'x', downSQL: 'DROP TABLE x' }, /nothing to do/, /upSQL, upFn/],
  ['only undefined to do', { version: '1', name: 'x', upSQL: undefined }, /nothing to do/, /upSQL, upFn/],
  ['empty SQL', { ...good, upSQL: '' }, /"upSQL" is empty/, /at least one statement/],
  ['blank SQL', { ...good, upSQL: ' \n\t' }, /"upSQL" is empty/, /at least one statement/],
  ['an empty list', { ...good, upSQL: [] }, /"upSQL" is an empty list/, /leave the field out/],
  ['a list with a blank', { ...good, upSQL: ['SELECT 1', ' '] }, /"upSQL" is empty/, /at least one statement/],
  ['a list with a hole', { ...good, upSQL: [undefined, 'SELECT 1'] }, /"upSQL" is of type undefined/, /CREATE TABLE/],
  ['a list in a list', { ...good, upSQL: [['SELECT 1']] }, /"upSQL" is a list, not SQL/, /CREATE TABLE/],
  ['null as SQL', { ...good, downSQL: null }, /"downSQL" is null/, /CREATE TABLE/],
  ['a buffer as SQL', { ...good, upSQL: Buffer.from('x') }, /"upSQL" is of type object/, /CREATE TABLE/],
  ['a NUL in SQL', { ...good, upSQL: "SELECT '\0'" }, /"upSQL" has a NUL/, /remove it/],
  ['half a character in SQL', { ...good, downSQL: "SELECT '\uDC00'" }, /not well-formed Unicode/, /surrogate/],
  ['SQL as function', { ...good, upFn: 'SELECT 1' }, /"upFn" is of type string, not a function/, /async \(tx, ctx\)/],
  ['irreversible with a down', { ...draft('1'), irreversible: 'gone' }, /irreversible and yet has a down/, /either/],
  [
    'irreversible with a down function',
    { ...good, irreversible: 'x', downFn: async () => {} },
    /yet has a down/,
    /either/,
  ],
  ['irreversible: true', { ...good, irreversible: true }, /does not say why/, /irreversible: '/],
  ['irreversible and blank', { ...good, irreversible: ' ' }, /does not say why/, /irreversible: '/],
  ['a number as checksum', { ...good, manualChecksum: 1 }, /"manualChecksum" is not a string/, /'v1'/],
  ['an empty checksum', { ...good, manualChecksum: '' }, /"manualChecksum"/, /'v1'/],
  [
    "transaction: 'no'",
    { ...good, transaction: 'no' },
    /"transaction" is of type string, not true or false/,
    /leave it out/,
  ],
  ['transaction: 0', { ...good, transaction: 0 }, /"transaction" is of type number/, /leave it out/],
  ['replayable: 1', { ...good, replayable: 1 }, /"replayable" is of type number, not true or false/, /called again/],
  ['one environment as text', { ...good, environments: 'production' }, /"environments" is not a list/, /\['/],
  ['no environment', { ...good, environments: [] }, /"environments" is an empty list/, /leave it out/],
  ['an empty environment', { ...good, environments: [''] }, /"environments" is not a list of strings/, /\['/],
  ['one dependency as text', { ...good, dependsOn: '000' }, /"dependsOn" is not a list/, /\['/],
  ['a dependency as number', { ...good, dependsOn: [1] }, /"dependsOn" is not a list of strings/, /\['/],
  ['a bad timeout', { ...good, timeout: 'soon' }, /timeout is .*soon.* no duration/, /'30s'/],
  ['a negative timeout', { ...good, statementTimeout: -1 }, /statementTimeout is -1/, /'30s'/],
  ['an endless timeout', { ...good, ddlLockTimeout: Infinity }, /ddlLockTimeout is Infinity/, /'30s'/],
  ['a bigint timeout', { ...good, timeout: 5n }, /timeout is 5n/, /'30s'/],
  ['null as timeout', { ...good, timeout: null }, /timeout is null/, /'30s'/],
  ['an unknown isolation', { ...good, isolation: 'serialisable' }, /"isolation" is/, /did you mean serializable\?/],
  ['a bigint isolation', { ...good, isolation: 5n }, /"isolation" is/, /./],
]

test.each(BAD)('%s is refused', async (_, input, message, hint) => {
  const q = new Queen()
  const error = await refusalOf(() => q.add(input as Migration), 'INVALID_MIGRATION')
  expect(error.message).toMatch(message)
  expect(error.message).toMatch(/ at migration\.test\.ts:\d+: /)
  expect(error.at).toMatch(/^migration\.test\.ts:\d+$/)
  expect(error.hint).toMatch(hint)
  expect(q.migrations()).toEqual([])
})

const BAD_VERSIONS = [
  ...[' 1', '1 ', '_1', '-1', '.1', '1/2', '1\\2', '1\n', '1\0', "1'", '1;', 'é1', '\u0661', '1\u200b', '\uD800', '1%'],
]

test.each(BAD_VERSIONS)('the version %j is refused, and quoted', async (version) => {
  const error = await refusalOf(() => new Queen().add({ ...good, version }), 'INVALID_MIGRATION')
  expect(error.message).toContain(JSON.stringify(version))
  expect(error.hint).toContain('users_002')
  expect(error.version).toBeUndefined()
})

test.each(['1', 'a', '001', 'users_002', '2024-05-01.1', 'v1.2.3-rc_1', 'Z'.repeat(255)])(
  '%s is a version',
  (version) => {
    expect(new Queen().add({ ...good, version }).migrations()[0]!.version).toBe(version)
  },
)

test('a refusal names the migration where it knows it', async () => {
  const error = await refusalOf(() => new Queen().add({ ...good, upSQL: '' }))
  expect(error.message).toMatch(/^Migration 001 users at /)
  expect(error.version).toBe('001')
})

describe('what is registered', () => {
  test('is frozen, lists included, and the caller keeps his own', () => {
    const upSQL = ['SELECT 1']
    const input = { ...good, upSQL, environments: ['test'], dependsOn: ['000'] }
    const q = new Queen().add(input).add({ version: '000', name: 'first', upSQL: 'SELECT 1' })
    upSQL.push('DROP TABLE users')
    input.name = 'changed'
    const migration = q.migrations().find(({ version }) => version === '001')!
    expect(migration).toMatchObject({ name: 'users', upSQL: ['SELECT 1'] })
    expect(Object.isFrozen(migration)).toBe(true)
    for (const list of [migration.upSQL, migration.environments, migration.dependsOn])
      expect(Object.isFrozen(list)).toBe(true)
    expect([input, upSQL, input.environments, input.dependsOn].map((one) => Object.isFrozen(one))).toEqual([
      false,
      false,
      false,
      false,
    ])
  })

  test('a frozen input is welcome', () => {
    expect(() => new Queen().add(Object.freeze({ ...good, upSQL: Object.freeze(['SELECT 1']) }))).not.toThrow()
  })

  test('an object of a class keeps what its class gives it', () => {
    class Users {
      version = '001'
      name = 'users'
      upSQL = 'SELECT 1'
      async upFn(): Promise<void> {}
      get downSQL(): string {
        return 'SELECT 2'
      }
    }
    const [migration] = new Queen().add(new Users()).migrations()
    expect(migration!.upFn).toBeTypeOf('function')
    expect(migration!.downSQL).toBe('SELECT 2')
    const [inherited] = new Queen().add(Object.create(good) as Migration).migrations()
    expect(inherited).toMatchObject(good)
  })
})

describe('call sites', () => {
  const here = (): number => Number(/:(\d+):\d+\)?$/m.exec(new Error('x').stack!.split('\n')[2]!)![1])

  test('are the line of each add, also in a chain', () => {
    const line = here()
    const q = new Queen()
      // A comment keeps the formatter from joining these lines.
      .add(draft('1'))
      .add(draft('2'))
    q.add(draft('3'))
    const sites = q.migrations().map(({ at }) => at)
    expect(sites.map((at) => at.line)).toEqual([line + 3, line + 4, line + 5])
    expect(sites.map(String)).toEqual([3, 4, 5].map((more) => `migration.test.ts:${line + more}`))
    expect(sites[0]!.file).toMatch(/test\/core\/migration\.test\.ts$/)
  })

  test('are in the function that calls add', () => {
    const q = new Queen()
    const line = here()
    const help = (version: string) => q.add(draft(version))
    help('1')
    help('2')
    expect(q.migrations().map(({ at }) => at.line)).toEqual([line + 1, line + 1])
  })

  test('are found behind built-in functions, and in subclasses', () => {
    const q = new Queen()
    const line = here()
    ;[draft('1'), draft('2')].forEach(q.add, q)
    class Mine extends Queen {
      override add(migration: Migration): this {
        return super.add(migration)
      }
    }
    const mine = new Mine().add(draft('3'))
    expect([...q.migrations(), ...mine.migrations()].map(({ at }) => at.line)).toEqual([line + 1, line + 1, line + 7])
  })

  test('leave the limit of stack traces as it was', () => {
    const limit = Error.stackTraceLimit
    try {
      Error.stackTraceLimit = 0
      expect(String(new Queen().add(draft('1')).migrations()[0]!.at)).toMatch(/^migration\.test\.ts:/)
      expect(Error.stackTraceLimit).toBe(0)
    } finally {
      Error.stackTraceLimit = limit
    }
  })

  test.each([
    ['    at Object.<anonymous> (/srv/app/m.ts:12:3)', 'm.ts:12', '/srv/app/m.ts'],
    ['    at file:///srv/app/m.js:7:1', 'm.js:7', 'file:///srv/app/m.js'],
    ['    at async run (file:///srv/app/m.js?v=1:7:1)', 'm.js:7', 'file:///srv/app/m.js?v=1'],
    ['    at new Plan (/srv/(app)/page/m.ts:12:3)', 'm.ts:12', '/srv/(app)/page/m.ts'],
    ['    at Array.forEach (<anonymous>)\n    at /srv/m.ts:3:1', 'm.ts:3', '/srv/m.ts'],
    ['    at Object.add (C:\\app\\m.ts:12:3)', 'm.ts:12', 'C:\\app\\m.ts'],
    ['    at native code', 'an unknown place', ''],
  ])('read %j', (frames, name, file) => {
    const { prepareStackTrace } = Error
    Error.prepareStackTrace = () => `Error\n${frames}`
    try {
      const site = callSite(() => {})
      expect(String(site)).toBe(name)
      expect(site.file).toBe(file)
    } finally {
      if (prepareStackTrace === undefined) delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace
      else Error.prepareStackTrace = prepareStackTrace
    }
  })
})

describe('duplicates', () => {
  test.each([
    ['001', '001', 'have the same version'],
    ['1', '001', 'leading zeros or letter case'],
    ['1a', '1A', 'leading zeros or letter case'],
    ['users_2', 'Users_02', 'leading zeros or letter case'],
  ])('%s and %s are refused, naming both places', async (first, second, why) => {
    const q = new Queen().add(oneWay(first))
    const error = await refusalOf(() => q.add(oneWay(second)), 'DUPLICATE_VERSION')
    expect(error.message).toContain(why)
    expect(error.message.match(/migration\.test\.ts:\d+/g)).toHaveLength(2)
    expect(new Set(error.message.match(/migration\.test\.ts:\d+/g)).size).toBe(2)
    expect(error.versions).toEqual([first, second])
    expect(error.hint).toContain('next free version')
    expect(q.migrations().map(({ version }) => version)).toEqual([first])
  })

  test('numbers that only look alike are two', () => {
    const q = new Queen().add(oneWay('1')).add(oneWay('10')).add(oneWay('1.0')).add(oneWay('1-0'))
    expect(q.migrations()).toHaveLength(4)
  })

  test('a refused migration leaves its version free', async () => {
    const q = new Queen()
    await refusalOf(() => q.add({ ...good, upSQL: '' }))
    expect(q.add(good).migrations()).toHaveLength(1)
  })
})
