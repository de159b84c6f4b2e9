import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Holder } from '../../src/core/driver.js'
import type { RegisteredMigration } from '../../src/core/migration.js'
import { inOrder } from '../../src/core/order.js'
import { reconcile } from '../../src/core/reconcile.js'
import type { MigrationRecord } from '../../src/core/record.js'
import { compareVersions, seriesOf } from '../../src/core/version.js'
import { bareRecord, draft, record, registered } from '../support/core.js'

interface Given {
  readonly holder?: Holder | null
  readonly environment?: string
}

const rowsOf = (
  migrations: readonly RegisteredMigration<never>[],
  records: readonly MigrationRecord[],
  { holder = null, environment = '' }: Given = {},
) => reconcile({ registered: inOrder(migrations), records, holder, environment, dialect: 'sqlite' })

const statesOf = (...given: Parameters<typeof rowsOf>) => rowsOf(...given).map((row) => `${row.version} ${row.state}`)

const one = registered(draft('001'))
const two = registered(draft('002'))
const somebody: Holder = { who: 'ann@box#1' }
const busyWith = (version: string): Holder => ({ who: 'ann@box#1', doing: { direction: 'up', version, name: 'x' } })

describe('one migration', () => {
  test.each<[string, MigrationRecord[], Given, string]>([
    ['no record', [], {}, 'pending'],
    ['a record', [record(one, 1)], {}, 'applied'],
    ['another checksum', [record(one, 1, { checksum: 'v1:0' })], {}, 'modified'],
    ['no checksum recorded', [record(one, 1, { checksum: null })], {}, 'applied'],
    ['another down', [record(one, 1, { downChecksum: 'v1:0' })], {}, 'applied'],
    ['another name', [record(one, 1, { name: 'old' })], {}, 'applied'],
    ['running, nobody there', [record(one, 1, { status: 'running' })], {}, 'interrupted'],
    ['running, somebody there', [record(one, 1, { status: 'running' })], { holder: somebody }, 'running'],
    ['running its down', [record(one, 1, { status: 'running', direction: 'down' })], { holder: somebody }, 'running'],
    ['failed', [record(one, 1, { status: 'failed' })], {}, 'failed'],
    ['failed, somebody there', [record(one, 1, { status: 'failed' })], { holder: somebody }, 'failed'],
    ['failed, and being resumed', [record(one, 1, { status: 'failed' })], { holder: busyWith('001') }, 'running'],
    ['no record yet, but at work', [], { holder: busyWith('001') }, 'running'],
    ['no record, another at work', [], { holder: busyWith('002') }, 'pending'],
    ['being taken back', [record(one, 1)], { holder: busyWith('001') }, 'running'],
    ['failed and modified', [record(one, 1, { status: 'failed', checksum: 'v1:0' })], {}, 'failed'],
  ])('%s', (_, records, given, state) => {
    expect(statesOf([one], records, given)).toEqual([`001 ${state}`])
  })

  test('a changed down is a remark, not a state', () => {
    expect(rowsOf([one], [record(one, 1, { downChecksum: 'v1:0' })])[0]!.downChanged).toBe(true)
    expect(rowsOf([one], [record(one, 1)])[0]!.downChanged).toBe(false)
    expect(rowsOf([one], [record(one, 1, { downChecksum: null })])[0]!.downChanged).toBe(false)
  })

  test('SQL that became a function without a checksum is modified', () => {
    const before = registered({ version: '1', name: 'x', upSQL: 'SELECT 1' })
    const now = registered({ version: '1', name: 'x', upFn: async () => {} })
    expect(statesOf([now], [record(before, 1)])).toEqual(['1 modified'])
  })

  test('a version is compared byte by byte with the history', () => {
    expect(statesOf([one], [bareRecord('1', 1)])).toEqual(['001 outOfOrder', '1 unknown'])
  })
})

describe('environments', () => {
  const only = registered(draft('003', { environments: ['production', 'staging'] }))

  test.each([
    ['production', 'pending'],
    ['staging', 'pending'],
    ['test', 'skipped'],
    ['', 'skipped'],
    ['Production', 'skipped'],
  ])('in %j it is %s', (environment, state) => {
    expect(statesOf([only], [], { environment })).toEqual([`003 ${state}`])
  })

  test('what is applied is applied wherever it belongs', () => {
    expect(statesOf([only], [record(only, 1)], { environment: 'test' })).toEqual(['003 applied'])
  })

  test('what is skipped is never out of order', () => {
    const later = registered(draft('004'))
    expect(statesOf([only, later], [record(later, 1)], { environment: 'test' })).toEqual(['003 skipped', '004 applied'])
  })
})

describe('unknown versions', () => {
  test('stand where they belong', () => {
    expect(statesOf([one, two], [bareRecord('0', 1), bareRecord('001a', 2), bareRecord('9', 3)])).toEqual([
      '0 unknown',
      '001 outOfOrder',
      '001a unknown',
      '002 outOfOrder',
      '9 unknown',
    ])
  })

  test('may have failed, or be running', () => {
    const records = [bareRecord('8', 1, { status: 'failed' }), bareRecord('9', 2, { status: 'running' })]
    expect(statesOf([], records)).toEqual(['8 failed', '9 interrupted'])
    expect(statesOf([], records, { holder: somebody })).toEqual(['8 failed', '9 running'])
  })
})

describe('out of order', () => {
  const version = fc.constantFrom<string>('a_1', 'a_2', 'a_3', 'a_10', 'b_1', 'b_2', 'c_1', '1', '2', '10')
  const versions = fc.uniqueArray(version)

  test('means pending with a later one of its series recorded, whatever the dependencies', () => {
    fc.assert(
      fc.property(versions, versions, fc.boolean(), (known, recorded, depend) => {
        // Every later series may depend backwards, so that the order of application is not the natural one.
        const first = [...known].sort(compareVersions)[0]
        const dependsOn = (one: string): string[] =>
          depend && first !== undefined && seriesOf(one) === 'a_' && known.includes('c_1') ? ['c_1'] : []
        const migrations = known.map((one) => registered(draft(one, { dependsOn: dependsOn(one) })))
        const rows = rowsOf(
          migrations,
          recorded.map((one, id) => bareRecord(one, id + 1)),
        )
        for (const row of rows) {
          const late = recorded.some(
            (other) => seriesOf(other) === seriesOf(row.version) && compareVersions(row.version, other) < 0,
          )
          const expected = recorded.includes(row.version)
            ? known.includes(row.version)
              ? 'applied'
              : 'unknown'
            : late
              ? 'outOfOrder'
              : 'pending'
          expect(`${row.version} ${row.state}`).toBe(`${row.version} ${expected}`)
        }
        expect(rows.map((row) => row.version).sort()).toEqual([...new Set([...known, ...recorded])].sort())
      }),
      { numRuns: 200 },
    )
  })

  test('counts within a series only', () => {
    const users = ['users_001', 'users_003', 'users_007'].map((one) => registered(draft(one)))
    const posts = registered(draft('posts_002'))
    expect(statesOf([...users, posts], [record(users[0]!, 1), record(users[2]!, 2)])).toEqual([
      'posts_002 pending',
      'users_001 applied',
      'users_003 outOfOrder',
      'users_007 applied',
    ])
  })

  test('a failed or running later one counts', () => {
    expect(statesOf([one, two], [record(two, 1, { status: 'failed' })])).toEqual(['001 outOfOrder', '002 failed'])
  })
})
