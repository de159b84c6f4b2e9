import { expect, test } from 'vitest'
import { nextVersion } from '../../src/cli/create/next-version.js'

const NOW = new Date('2024-05-01T12:30:45.678Z')

function next(
  existing: readonly string[],
  more: { series?: string; version?: string; naming?: 'timestamp' } = {},
): string {
  try {
    return nextVersion({
      existing,
      series: more.series,
      version: more.version,
      naming: more.naming ?? 'as before',
      now: NOW,
    })
  } catch (error) {
    return (error as Error).message
  }
}

test.each([
  [[], {}, '001'],
  [['001'], {}, '002'],
  [['009', '1'], {}, '010'],
  [['999'], {}, '1000'],
  [['1', '2', '10'], {}, '11'],
  [['v1.0.9'], {}, 'v1.0.10'],
  [['users_001'], {}, 'users_002'],
  [['users_001', '007'], {}, '008'],
  [['users_001', 'posts_004'], { series: 'posts_' }, 'posts_005'],
  [['users_001'], { series: 'posts_' }, 'posts_001'],
  [['001'], { series: 'posts_', naming: 'timestamp' }, 'posts_20240501123045'],
  [[], { naming: 'timestamp' }, '20240501123045'],
  [['001'], { naming: 'timestamp' }, '20240501123045'],
  [['20240101000000'], {}, '20240501123045'],
  [['20240101000000000'], {}, '20240501123045678'],
  [['202401010000'], {}, '202405011230'],
  // A clock that is behind.
  [['20990101000000'], {}, '20990101000001'],
  [['20240501123045'], {}, '20240501123046'],
  // Eight digits are a number that grew, or a date: counting on fits both.
  [['20240501'], {}, '20240502'],
  [['9007199254740993'], {}, '9007199254740994'],
  [['001'], { version: '2' }, '2'],
  [['001'], { version: '1' }, 'the version 1 is there already, written 001'],
  [['1a'], { version: '1A' }, 'the version 1A is there already, written 1a'],
  [['001'], { version: '../x' }, '"../x" is no version'],
  [['001'], { version: '2', series: 'a_' }, '--version is given together with --series or --timestamp'],
  [['a_1', 'b_1'], {}, 'the versions belong to several series'],
  [['alpha'], { series: 'alpha' }, 'there is no number in alpha to count on from'],
  [['001'], { series: 'users 1' }, 'the series "users 1" cannot begin a version'],
] as const)('%j %j -> %s', (existing, more, expected) => {
  expect(next(existing, more)).toBe(expected)
})
