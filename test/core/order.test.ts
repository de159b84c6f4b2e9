import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inOrder } from '../../src/core/order.js'
import { Queen } from '../../src/core/queen.js'
import { compareVersions, seriesOf } from '../../src/core/version.js'
import { oneWay, refusalOf, registered } from '../support/core.js'

type Wanted = Readonly<Record<string, readonly string[]>>

const order = (wanted: Wanted): string[] =>
  inOrder(Object.entries(wanted).map(([version, dependsOn]) => registered(oneWay(version, { dependsOn })))).map(
    ({ version }) => version,
  )

test('without dependencies it is natural order', () => {
  const versions = ['users_10', 'posts_1', '2', '10', 'users_9']
  const sorted = inOrder(versions.map((version) => registered(oneWay(version))))
  expect(sorted.map(({ version }) => version)).toEqual(['2', '10', 'posts_1', 'users_9', 'users_10'])
})

test('a dependency pulls its series forward only as far as it must', () => {
  expect(order({ a_1: [], a_2: ['z_1'], a_3: [], m_1: [], z_1: [], z_2: [] })).toEqual([
    'a_1',
    'm_1',
    'z_1',
    'a_2',
    'a_3',
    'z_2',
  ])
})

test('the registered order is the one of migrations()', () => {
  const q = new Queen().add(oneWay('a_1', { dependsOn: ['b_1'] })).add(oneWay('b_1'))
  expect(q.migrations().map(({ version }) => version)).toEqual(['b_1', 'a_1'])
  q.add(oneWay('0'))
  expect(q.migrations().map(({ version }) => version)).toEqual(['0', 'b_1', 'a_1'])
})

/** Takes, again and again, the smallest version of which all dependencies, and all before it in its series, are out. */
function oracle(wanted: Wanted): string[] | 'cycle' {
  const left = Object.keys(wanted).sort(compareVersions)
  const out: string[] = []
  while (left.length > 0) {
    const next = left.findIndex(
      (version) =>
        wanted[version]!.every((other) => out.includes(other)) &&
        left.every((other) => seriesOf(other) !== seriesOf(version) || compareVersions(version, other) <= 0),
    )
    if (next === -1) return 'cycle'
    out.push(...left.splice(next, 1))
  }
  return out
}

test('agrees with trying everything out', () => {
  const version = fc.constantFrom('a_1', 'a_2', 'a_3', 'b_1', 'b_2', 'b_10', 'c_1', '1', '2')
  const wanted = fc
    .uniqueArray(version, { minLength: 1 })
    .chain((versions) =>
      fc.record(
        Object.fromEntries(
          versions.map((one) => [one, fc.uniqueArray(fc.constantFrom(...versions), { maxLength: 2 })]),
        ),
      ),
    )
  let [cycles, orders] = [0, 0]
  fc.assert(
    fc.property(wanted, (some) => {
      const expected = oracle(some)
      let found: string[] | 'cycle'
      try {
        found = order(some)
      } catch (error) {
        expect(error).toMatchObject({ code: 'DEPENDENCY_CYCLE' })
        found = 'cycle'
      }
      expect(found).toEqual(expected)
      if (expected === 'cycle') cycles++
      else orders++
    }),
    { numRuns: 600 },
  )
  expect(Math.min(cycles, orders)).toBeGreaterThan(20)
})

describe('refuses', () => {
  test('a dependency nobody registered, with the nearest that is', async () => {
    const q = new Queen().add(oneWay('users_001')).add(oneWay('posts_001', { dependsOn: ['user_001'] }))
    const error = await refusalOf(() => q.migrations(), 'UNKNOWN_VERSION')
    expect(error.message).toMatch(/posts_001 make_posts_001 at order\.test\.ts:\d+ depends on user_001/)
    expect(error.hint).toBe('did you mean users_001?')
    expect(error.version).toBe('posts_001')
  })

  test('another spelling of a registered version', async () => {
    const q = new Queen().add(oneWay('001')).add(oneWay('002', { dependsOn: ['1'] }))
    expect((await refusalOf(() => q.migrations(), 'UNKNOWN_VERSION')).hint).toContain('001')
  })

  test.each<[string, Wanted, string[]]>([
    ['itself', { '1': ['1'] }, ['1', '1']],
    ['a pair', { a: ['b'], b: ['a'] }, ['a', 'b', 'a']],
    ['a ring behind a tail', { a: ['b'], b: ['c'], c: ['d'], d: ['b'] }, ['b', 'c', 'd', 'b']],
    ['the order of its own series', { a_1: ['a_2'], a_2: [] }, ['a_1', 'a_2', 'a_1']],
    ['two series against each other', { a_1: ['b_2'], b_1: ['a_1'], b_2: [] }, ['a_1', 'b_2', 'b_1', 'a_1']],
  ])('a cycle: %s', async (_, wanted, circle) => {
    const error = await refusalOf(() => order(wanted), 'DEPENDENCY_CYCLE')
    expect(error.versions).toEqual(circle)
    expect(error.message).toContain(circle.join(' -> '))
    expect(error.hint).toContain('dependsOn')
  })

  test('a cycle before any run touches the database', async () => {
    const q = new Queen().add(oneWay('1', { dependsOn: ['1'] }))
    await refusalOf(() => q.migrations(), 'DEPENDENCY_CYCLE')
    await refusalOf(() => q.migrations(), 'DEPENDENCY_CYCLE')
  })
})

test('ten thousand migrations with a dependency each are put in order', () => {
  const many = Array.from({ length: 10_000 }, (_, i) =>
    registered(
      oneWay(
        `s${i % 50}_${i}`.replace(
          /s(\d+)/,
          (_all, n: string) => 'abcdefghij'[Number(n) % 10]! + '_'.repeat(Number(n) / 10),
        ),
        i === 0 ? {} : {},
      ),
    ),
  )
  const withEdges = many.map((one, i) => (i === 0 ? one : { ...one, dependsOn: [many[i - 1]!.version] }))
  expect(inOrder(withEdges).map(({ version }) => version)).toEqual(many.map(({ version }) => version))
})
