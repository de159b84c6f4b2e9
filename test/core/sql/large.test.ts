import { describe, expect, it } from 'vitest'
import { type Dialect, rulesFor } from '../../../src/core/sql/dialect.js'
import { Lexer } from '../../../src/core/sql/lexer.js'
import { split } from '../../../src/core/sql/split.js'
import { UnterminatedSql } from '../../../src/core/sql/unterminated.js'

// Apart from linear.test.ts, whose counting is too slow for megabytes.

const dialects: Dialect[] = ['postgres', 'mysql', 'sqlite']

function run(work: () => unknown): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof UnterminatedSql)) throw error
  }
}

describe.each(dialects)('large: %s', { timeout: 120_000 }, (dialect) => {
  const rules = rulesFor(dialect)
  const lexAll = (sql: string): number => {
    const lexer = new Lexer(sql, rules)
    let count = 0
    while (lexer.next()) {
      count++
      if (lexer.end <= lexer.start) throw new Error('no progress')
    }
    return count
  }

  it('reads ten megabytes of nasty text', () => {
    const size = 10_000_000
    expect(lexAll("'a;b c' ".repeat(size / 8))).toBe(size / 8)
    for (const [shape, perShape] of [
      ['abcde,', 2],
      [dialect === 'postgres' ? '/* /* */ */ ' : '/* /* */ ', 1],
    ] as const) {
      const repeats = Math.floor(size / 10 / shape.length)
      expect(lexAll(shape.repeat(repeats))).toBe(repeats * perShape)
    }
    for (const shape of ["'", '`', '"']) expect(lexAll(shape.repeat(size / 5))).toBeGreaterThan(0)
    for (const shape of ['$', '$a$ ', '/*', '+-', '(']) expect(lexAll(shape.repeat(size / 40))).toBeGreaterThan(0)
  })

  it('splits megabytes of nasty text', () => {
    for (const shape of [
      '(',
      ';',
      'a;',
      'CASE ',
      'BEGIN ',
      "'a;';",
      'CREATE PROCEDURE p() BEGIN IF a THEN CASE b WHEN c THEN ',
    ]) {
      run(() => split(shape.repeat(200_000 / shape.length), rules))
    }
    expect(split('a;'.repeat(100_000), rules)).toHaveLength(100_000)
  })
})
