import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tableName } from '../../src/core/table-name.js'

test.each([
  ['t', undefined, 't'],
  ['"t"', undefined, 't'],
  ['`t`', undefined, 't'],
  ['s.t', 's', 't'],
  ['"s".t', 's', 't'],
  ['s."t.u"', 's', 't.u'],
  ['"a""b"."c.d"', 'a"b', 'c.d'],
  ['`a``b`', undefined, 'a`b'],
  ['x"y', undefined, 'x"y'],
  ['Mixed.Case', 'Mixed', 'Case'],
])('%s', (text, schema, name) => {
  expect(tableName(text)).toEqual({ schema, name })
})

test('any two names come back when they are quoted', () => {
  const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`
  fc.assert(
    fc.property(fc.string(), fc.string(), (schema, name) => {
      expect(tableName(`${quote(schema)}.${quote(name)}`)).toEqual({ schema, name })
      expect(tableName(quote(name))).toEqual({ schema: undefined, name })
    }),
  )
})
