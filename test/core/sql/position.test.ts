import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { offsetOfCodePoint, positionAt } from '../../../src/core/sql/position.js'

describe('positionAt', () => {
  it.each<[string, number, number, number]>([
    ['', 0, 1, 1],
    ['abc', 0, 1, 1],
    ['abc', 2, 1, 3],
    ['abc', 3, 1, 4],
    ['abc', 99, 1, 4],
    ['abc', -1, 1, 1],
    ['a\nb', 1, 1, 2],
    ['a\nb', 2, 2, 1],
    ['a\r\nb', 1, 1, 2],
    ['a\r\nb', 3, 2, 1],
    ['a\rb', 2, 2, 1],
    ['a\n\rb', 3, 3, 1],
    ['a\r\n\r\nb', 5, 3, 1],
    ['\n\n', 2, 3, 1],
    ['😀😀x', 4, 1, 3],
    ['é\n😀é x', 6, 2, 4],
    ['\r\n', 1, 1, 2],
  ])('%j at %i is %i:%i', (sql, offset, line, column) => {
    expect(positionAt(sql, offset)).toEqual({ line, column })
  })

  it('agrees with splitting into lines', () => {
    const text = fc.array(fc.constantFrom('a', '😀', '\n', '\r\n', '\r', 'é')).map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, fc.nat(40), (sql, n) => {
        const offset = offsetOfCodePoint(sql, n + 1)
        if (sql[offset - 1] === '\r' && sql[offset] === '\n') return
        const lines = sql.slice(0, offset).split(/\r\n|\r|\n/)
        expect(positionAt(sql, offset)).toEqual({ line: lines.length, column: [...lines.at(-1)!].length + 1 })
      }),
    )
  })
})

describe('offsetOfCodePoint', () => {
  it.each<[string, number, number]>([
    ['abc', 1, 0],
    ['abc', 3, 2],
    ['abc', 4, 3],
    ['abc', 99, 3],
    ['abc', 0, 0],
    ['😀b', 2, 2],
    ['a😀\r\n😀b', 6, 6 + 1],
    ['\ud83dx', 2, 1],
  ])('character %2$i of %1$j', (sql, n, offset) => {
    expect(offsetOfCodePoint(sql, n)).toBe(offset)
  })
})
