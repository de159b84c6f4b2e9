import { expect, test } from 'vitest'
import { neededRelease } from '../../../src/drivers/sqlite/support.js'

test.each([
  ['20.19.0', '12.11.1', undefined],
  ['20.19.0', '13.2.0', '12'],
  ['22.23.3', '12.11.1', undefined],
  ['22.23.3', '13.2.0', undefined],
  ['24.18.0', '12.11.1', undefined],
  ['24.19.0', '12.11.1', '13'],
  ['24.21.0', '13.2.0', undefined],
  ['26.0.0', '11.10.0', '13'],
  ['26.0.0', '13.0.3', undefined],
])('Node %s with better-sqlite3 %s needs %s', (node, installed, needed) => {
  expect(neededRelease(node, installed)).toBe(needed)
})
