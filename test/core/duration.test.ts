import fc from 'fast-check'
import { expect, test } from 'vitest'
import { milliseconds, readable } from '../../src/core/duration.js'
import { refusalOf } from '../support/core.js'

test.each([
  [1_500, 1_500],
  [0, 0],
  ['250ms', 250],
  ['30s', 30_000],
  ['5m', 300_000],
  ['1h', 3_600_000],
  ['1.5s', 1_500],
  [' 5s ', 5_000],
  ['7', 7],
])('%j are %d ms', (value, ms) => {
  expect(milliseconds(value, 'timeout')).toBe(ms)
})

test.each([
  ...['', 'soon', '-1s', '5 s', '5d', '1e3', '0x10', 's', '1s2', '٣s', 'Infinity', '25d', '600h'],
  ...[-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, null, undefined, true, {}, [], 5n, Symbol('s'), [5]],
])('%s is refused by name, with the spelling expected', async (value) => {
  const error = await refusalOf(() => milliseconds(value, 'lockTimeout'), 'CONFIG_INVALID')
  expect(error.message).toMatch(/^lockTimeout is .+ no duration$/s)
  expect(error.hint).toContain(`'30s'`)
})

test('units agree with each other', () => {
  fc.assert(
    fc.property(fc.nat({ max: 500 }), (n) => {
      expect(milliseconds(`${n}h`, 'x')).toBe(milliseconds(`${n * 60}m`, 'x'))
      expect(milliseconds(`${n}s`, 'x')).toBe(milliseconds(`${n * 1_000}ms`, 'x'))
    }),
  )
})

test('a readable duration never carries over, and names the duration to within its unit', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (ms) => {
      const text = readable(ms)
      const [, minutes, seconds, millis] = /^(?:(\d+) min )?(?:(\d+(?:\.\d)?) s)?(?:(\d+) ms)?$/.exec(text) ?? []
      const told = Number(minutes ?? 0) * 60_000 + Number(seconds ?? 0) * 1_000 + Number(millis ?? 0)
      expect(Number(seconds ?? 0)).toBeLessThan(60)
      expect(Number(millis ?? 0)).toBeLessThan(1_000)
      expect(Math.abs(told - ms)).toBeLessThanOrEqual(minutes === undefined ? 51 : 501)
    }),
    { examples: [[999.7], [59_999.9], [119_999], [119_501], [3_599_999.6]], numRuns: 1_000 },
  )
  expect([readable(3), readable(1_200), readable(125_000)]).toEqual(['3 ms', '1.2 s', '2 min 5 s'])
})
