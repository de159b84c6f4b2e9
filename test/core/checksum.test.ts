import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checksumsOf, executedHash, type Checksums } from '../../src/core/checksum.js'
import type { Migration } from '../../src/core/migration.js'
import type { Dialect } from '../../src/core/sql/dialect.js'
import { registered } from '../support/core.js'

const DIALECTS: readonly Dialect[] = ['postgres', 'mysql', 'sqlite']
const nothing = async (): Promise<void> => {}

const sums = (half: Partial<Migration>, dialect: Dialect = 'sqlite'): Checksums =>
  checksumsOf(registered({ version: '1', name: 'x', upSQL: 'SELECT 1', ...half }), dialect)
const up = (upSQL: string | readonly string[], dialect: Dialect = 'sqlite') => sums({ upSQL }, dialect).up

/** Tokens that every dialect reads alike, and that stay the same tokens with anything between them. */
const token = fc.constantFrom(
  ...['SELECT', 'users', 'Ann', 'x1', '42', '1.5', "'a  b'", "'it''s'", '(', ')', ',', ';', '+', '=', '"a  name"'],
)
/** Never two literals in a row: in PostgreSQL a line end between them would join them. */
const tokens = fc
  .array(token, { minLength: 1, maxLength: 12 })
  .map((words) => words.map((word, i) => (/^['"]/.test(word) && /^['"]/.test(words[i - 1] ?? '') ? ',' : word)))
const space = fc.constantFrom(' ', '  ', '\n', '\r\n', '\t', ' \n\n ')

describe.each(DIALECTS)('%s', (dialect) => {
  test('white space between tokens never changes a checksum', () => {
    fc.assert(
      fc.property(tokens, fc.array(space, { minLength: 14, maxLength: 14 }), (words, spaces) => {
        const spread = words.map((word, i) => spaces[i] + word).join('') + spaces.at(-1)
        expect(up(spread, dialect)).toBe(up(words.join(' '), dialect))
      }),
    )
  })

  test('any other change does', () => {
    fc.assert(
      fc.property(tokens, tokens, (a, b) => {
        expect(up(a.join(' '), dialect) === up(b.join(' '), dialect)).toBe(a.join('\0') === b.join('\0'))
      }),
      { numRuns: 150 },
    )
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 6 }), fc.string({ minLength: 1, maxLength: 6 }), (a, b) => {
        const [x, y] = [a, b].map((text) => text.replace(/[\\'\0]/g, '_'))
        expect(up(`SELECT '${x}'`, dialect) === up(`SELECT '${y}'`, dialect)).toBe(x === y)
      }),
      { numRuns: 150 },
    )
  })

  test('a byte order mark, line ends and a last line end are no content; white space inside a literal is', () => {
    const sql = "CREATE TABLE users (\n  id INT,\n  name VARCHAR(20) DEFAULT 'a b'\n);\n"
    const same = [
      sql.replaceAll('\n', '\r\n'),
      `\uFEFF${sql}`,
      sql.trimEnd(),
      "CREATE TABLE users(id INT,name VARCHAR(20)DEFAULT 'a b');",
    ]
    for (const text of same) expect(up(text, dialect)).toBe(up(sql, dialect))
    expect(up(sql.replace('a b', 'a  b'), dialect)).not.toBe(up(sql, dialect))
    expect(up(sql.replace('users', 'Users'), dialect)).not.toBe(up(sql, dialect))
  })

  test('the checksum names its scheme', () => {
    expect(up('SELECT 1', dialect)).toMatch(/^v1:[0-9a-f]{64}$/)
  })
})

test('the dialect decides what a token is', () => {
  const sql = ['SELECT $$a  b$$', 'SELECT $$a b$$'] as const
  expect(up(sql[0], 'postgres')).not.toBe(up(sql[1], 'postgres'))
  const hash = ['SELECT 1 # a  b', 'SELECT 1 # a b'] as const
  expect(up(hash[0], 'mysql')).not.toBe(up(hash[1], 'mysql'))
})

describe('halves', () => {
  test('moving text from up to down is visible in both', () => {
    const [before, after] = [
      sums({ upSQL: 'SELECT 1; SELECT 2', downSQL: 'SELECT 3' }),
      sums({ upSQL: 'SELECT 1', downSQL: 'SELECT 2; SELECT 3' }),
    ]
    expect(after.up).not.toBe(before.up)
    expect(after.down).not.toBe(before.down)
  })

  test('the same text has the same checksum in either half; a half that is not there has none', () => {
    expect(sums({ downSQL: 'SELECT 1' })).toMatchObject({ up: up('SELECT 1'), down: up('SELECT 1') })
    expect(sums({})).toEqual({ up: up('SELECT 1'), down: null, unhashed: [] })
  })

  test('a list differs from a text with the same statements, and from another division', () => {
    const all = [up('SELECT 1; SELECT 2'), up(['SELECT 1', 'SELECT 2']), up(['SELECT 1 SELECT', '2'])]
    expect(new Set(all).size).toBe(3)
    expect(up(['SELECT 1'])).toBe(up('SELECT 1'))
  })

  test('a function that is added or removed is visible, its text is not', () => {
    const plain = sums({ downSQL: 'SELECT 2' })
    const [upFn, downFn] = [
      sums({ downSQL: 'SELECT 2', upFn: nothing }),
      sums({ downSQL: 'SELECT 2', downFn: nothing }),
    ]
    expect([upFn.up === plain.up, upFn.down === plain.down, upFn.unhashed]).toEqual([false, true, ['up']])
    expect([downFn.up === plain.up, downFn.down === plain.down, downFn.unhashed]).toEqual([true, false, ['down']])
    expect(sums({ upFn: nothing }).up).toBe(sums({ upFn: async (tx) => void (await tx.exec('SELECT 5')) }).up)
  })

  test('manualChecksum enters the halves that have a function, and up when none has', () => {
    const changed = (half: Partial<Migration>): string => {
      const [v1, v2] = [sums({ ...half, manualChecksum: 'v1' }), sums({ ...half, manualChecksum: 'v2' })]
      expect(v1.unhashed).toEqual([])
      return [v1.up === v2.up ? '' : 'up', v1.down === v2.down ? '' : 'down'].filter(Boolean).join('+')
    }
    expect(changed({ upFn: nothing, downSQL: 'SELECT 2' })).toBe('up')
    expect(changed({ downFn: nothing })).toBe('down')
    expect(changed({ upFn: nothing, downFn: nothing })).toBe('up+down')
    expect(changed({ downSQL: 'SELECT 2' })).toBe('up')
    expect(changed({})).toBe('up')
  })

  test('a function alone has a checksum only with manualChecksum', () => {
    const only = { version: '1', name: 'x', upFn: nothing }
    expect(checksumsOf(registered(only), 'sqlite')).toEqual({ up: null, down: null, unhashed: ['up'] })
    expect(checksumsOf(registered({ ...only, manualChecksum: 'v1' }), 'sqlite').up).toMatch(/^v1:/)
  })

  test('SQL cannot imitate a function or a manual checksum', () => {
    const sql = sums({ upSQL: 'SELECT 1', manualChecksum: 'fn' })
    expect(new Set([sql.up, sums({ upFn: nothing }).up, up(['SELECT 1', 'fn']), up('SELECT 1 fn')]).size).toBe(4)
  })

  test('version, name and settings are not part of it', () => {
    const base = { version: '1', name: 'x', upSQL: 'SELECT 1' }
    const sum = (more: object) => checksumsOf(registered({ ...base, ...more }), 'sqlite').up
    expect(new Set([sum({}), sum({ version: '2' }), sum({ name: 'y' }), sum({ transaction: false })]).size).toBe(1)
  })
})

test('the hash of executed statements depends on each, on their order, and not on white space', () => {
  const hash = (...items: readonly string[]): string | null =>
    items.reduce<string | null>((before, item) => executedHash(before, item, 'sqlite'), null)
  expect(hash('SELECT 1', 'SELECT 2')).toBe(hash('SELECT\n1', ' SELECT 2 '))
  const all = [
    hash(),
    hash('SELECT 1'),
    hash('SELECT 1', 'SELECT 2'),
    hash('SELECT 2', 'SELECT 1'),
    hash('SELECT 1 SELECT 2'),
  ]
  expect(new Set(all).size).toBe(5)
})
