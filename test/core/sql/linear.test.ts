import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Codes } from '../../../src/core/sql/codes.js'
import { classify } from '../../../src/core/sql/classify.js'
import { type Dialect, rulesFor } from '../../../src/core/sql/dialect.js'
import { Lexer } from '../../../src/core/sql/lexer.js'
import { normalise } from '../../../src/core/sql/normalise.js'
import { split } from '../../../src/core/sql/split.js'
import { UnterminatedSql } from '../../../src/core/sql/unterminated.js'

const dialects: Dialect[] = ['postgres', 'mysql', 'sqlite']

const shapes: readonly string[] = [
  ...["'", '"', '`', "'a", '"a\'', "''", "'a' ", "'a'\n", "'a'\n--x\n", "'a'\n/* */", "E'\\", "x'", "'\\"],
  ...['$', '$a', '$$', '$a$ ', '$a(', '$a::', '$1', '?', '@', '@a.', '@`', ':', '::', '#', '[', ']', '\\'],
  ...[
    '/*',
    '/* */',
    '*/',
    '/*!',
    '/*!a',
    '/*! */',
    '/*/',
    '/',
    '*',
    '--',
    '-',
    '+',
    '+-',
    '-+',
    '<-',
    '@-',
    '||',
    '--\n',
    '-- x\r\n',
    '- ',
  ],
  ...[
    '(',
    ')',
    '()',
    ';',
    '; ',
    '(;',
    'a',
    'a ',
    'é',
    '\ufeff',
    '1',
    '1.',
    '1e',
    '1e+',
    '.',
    '..',
    '1..',
    '0x',
    ' ',
    '\n',
    '\r\n',
    '\0',
  ],
  ...[
    'BEGIN ',
    'END ',
    'CASE ',
    'BEGIN ATOMIC ',
    'IF ',
    'END;',
    'CREATE PROCEDURE p() BEGIN ',
    'CREATE TRIGGER t BEGIN SELECT 1;',
  ],
  ...[
    'COPY t FROM STDIN;',
    'COPY t FROM STDIN;\n\\.\n',
    'DELIMITER //\n',
    '\nDELIMITER //\nEND//',
    'DELIMITER x ',
    'AS $a$ ',
    'PRAGMA ',
    'SET ',
  ],
]

function run(work: () => unknown): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof UnterminatedSql)) throw error
  }
}

const counter = vi.hoisted(() => ({ reads: 0 }))

// Every unit the lexer reads is counted: wall clocks lie on a busy machine, this does not.
vi.mock(import('../../../src/core/sql/codes.js'), async (original) => {
  const codes = await original()
  const get = (target: Codes, key: string | symbol): unknown => {
    counter.reads++
    return Reflect.get(target, key, target)
  }
  return { ...codes, codesOf: (sql: string) => new Proxy(codes.codesOf(sql), { get }) }
})

const { indexOf } = String.prototype

/** Units read one by one or searched through. */
function operations(work: () => unknown): number {
  counter.reads = 0
  Object.assign(String.prototype, {
    indexOf(this: string, what: string, from = 0) {
      const found = indexOf.call(this, what, from)
      counter.reads += (found < 0 ? this.length : found) - from
      return found
    },
  })
  run(work)
  Object.assign(String.prototype, { indexOf })
  return counter.reads
}

afterEach(() => void Object.assign(String.prototype, { indexOf }))

describe.each(dialects)('linear: %s', { timeout: 120_000 }, (dialect) => {
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

  it('looks at each character a constant number of times', () => {
    for (const shape of shapes) {
      for (const work of [
        lexAll,
        (sql: string) => split(sql, rules),
        (sql: string) => classify(sql, rules),
        (sql: string) => normalise(sql, rules),
      ]) {
        const text = shape.repeat(Math.ceil(600 / shape.length))
        const few = operations(() => work(text))
        const many = operations(() => work(text.repeat(4)))
        expect(many, JSON.stringify(shape)).toBeGreaterThan(0)
        expect(many, JSON.stringify(shape)).toBeLessThanOrEqual(4.2 * few + 400)
        expect(many, JSON.stringify(shape)).toBeLessThanOrEqual(16 * 4 * text.length + 400)
      }
    }
  })
})
