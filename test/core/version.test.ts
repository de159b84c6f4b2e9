import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { compareVersions, seriesOf, sortByVersion, versionIdentity } from '../../src/core/version.js'

/** Short strings over a few characters: every two of them share a lot, so that all kinds of ties come up. */
const ALPHABET = [
  '0',
  '1',
  '9',
  '00',
  '10',
  'a',
  'A',
  'z',
  '_',
  '-',
  '.',
  ' ',
  '\0',
  'é',
  '٣',
  '\u{1F600}',
  '\uD800',
  '{',
  ',',
]
const awkward = fc.array(fc.constantFrom(...ALPHABET), { maxLength: 6 }).map((parts) => parts.join(''))
const anything = fc.oneof(awkward, fc.string({ unit: 'binary', maxLength: 12 }), fc.stringMatching(/^\d{1,40}$/))

afterEach(() => {
  delete (String as { alphabet?: string }).alphabet
})

test('is total and antisymmetric for every pair of strings, 0 only for equal ones', () => {
  fc.assert(
    fc.property(anything, anything, (a, b) => {
      const order = compareVersions(a, b)
      expect([-1, 0, 1]).toContain(order)
      expect(order === 0).toBe(a === b)
      expect(compareVersions(b, a) + order).toBe(0)
    }),
    { numRuns: 800 },
  )
})

test('is transitive over every triple of awkward strings', () => {
  const pool = ['', ...ALPHABET]
  for (const a of ALPHABET) for (const b of ALPHABET) pool.push(a + b)
  const some = pool.filter((_, index) => index % 2 === 0)
  const order = some.map((a) => some.map((b) => compareVersions(a, b)))
  let wrong = 0
  for (let a = 0; a < some.length; a++)
    for (let b = 0; b < some.length; b++)
      if (order[a]![b] === -1)
        for (let c = 0; c < some.length; c++) if (order[b]![c] === -1 && order[a]![c] !== -1) wrong++
  expect(some.length ** 3).toBeGreaterThan(1_000_000)
  expect(wrong).toBe(0)
})

test('agrees with big integers for strings of digits', () => {
  const digits = fc.oneof(fc.stringMatching(/^\d{1,45}$/), fc.bigInt({ min: 0n, max: 10n ** 40n }).map(String))
  fc.assert(
    fc.property(digits, digits, (a, b) => {
      const [x, y] = [BigInt(a), BigInt(b)]
      if (x !== y) expect(compareVersions(a, b)).toBe(x < y ? -1 : 1)
    }),
    { numRuns: 1_500 },
  )
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 10n ** 40n }), (n) => {
      expect(compareVersions(`users_${n}`, `users_${n + 1n}`)).toBe(-1)
      expect(compareVersions(`v${n - 1n}.7`, `v${n}.5`)).toBe(-1)
    }),
  )
})

test.each([
  ['2', '10'],
  ['users_9', 'users_10'],
  ['20191100000001000000', '20191100000001000001'],
  ['9007199254740992', '9007199254740993'],
  ['007', '8'],
  ['0010', '11'],
  ['1', '1a'],
  ['1.2.3', '1.10.0'],
  ['2024-05-01.1', '2024-05-01.2'],
  ['', '0'],
  ['posts_001', 'users_001'],
])('%s comes before %s', (a, b) => {
  expect([compareVersions(a, b), compareVersions(b, a)]).toEqual([-1, 1])
})

test('leading zeros do not count, and decide only between spellings of one number', () => {
  expect(sortByVersion(['10', '010', '9', '0009', '1', '001'], String)).toEqual(['001', '1', '0009', '9', '010', '10'])
  expect(compareVersions('007', '1')).toBe(1)
})

test('sorting does not depend on the order in which it begins', () => {
  fc.assert(
    fc.property(fc.uniqueArray(anything, { maxLength: 20 }), fc.infiniteStream(fc.nat()), (versions, luck) => {
      const sorted = sortByVersion(versions, String)
      const shuffled = versions
        .map((version) => [version, luck.next().value!] as const)
        .sort((a, b) => a[1] - b[1])
        .map(([version]) => version)
      expect(sortByVersion(shuffled, String)).toEqual(sorted)
      for (let i = 1; i < sorted.length; i++) expect(compareVersions(sorted[i - 1]!, sorted[i]!)).toBe(-1)
    }),
  )
})

test('an alphabet that the host program has set changes nothing, and stays set', () => {
  const before = sortByVersion(['b1', 'a10', 'a2', 'c1'], String)
  ;(String as { alphabet?: string }).alphabet = 'cba0987654321'
  expect(sortByVersion(['c1', 'b1', 'a2', 'a10'], String)).toEqual(before)
  expect((String as { alphabet?: string }).alphabet).toBe('cba0987654321')
})

describe('series', () => {
  test.each([
    ['users_001', 'users_'],
    ['001', ''],
    ['v1.2', 'v'],
    ['a-1b2', 'a-'],
    ['init', 'init'],
  ])('%s is of %j', (version, series) => {
    expect(seriesOf(version)).toBe(series)
  })
})

describe('identity', () => {
  test.each([
    ['1', '001'],
    ['1a', '1A'],
    ['users_1', 'USERS_01'],
    ['0', '000'],
    ['1.02', '1.2'],
    ['caf\u00e9', 'cafe\u0301'],
  ])('%s and %s are the same to people', (a, b) => {
    expect(versionIdentity(a)).toBe(versionIdentity(b))
  })

  test.each([
    ['1', '10'],
    ['10', '100'],
    ['0', ''],
    ['1.0', '10'],
    ['a1', 'a_1'],
  ])('%s and %s are not', (a, b) => {
    expect(versionIdentity(a)).not.toBe(versionIdentity(b))
  })
})
