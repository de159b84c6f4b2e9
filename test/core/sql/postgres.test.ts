import fc from 'fast-check'
import { loadModule, parseSync, scanSync } from 'libpg-query'
import { beforeAll, describe, expect, it } from 'vitest'
import { rulesFor } from '../../../src/core/sql/dialect.js'
import { Lexer } from '../../../src/core/sql/lexer.js'
import { split } from '../../../src/core/sql/split.js'
import { postgresCorpus } from './postgres-corpus.js'

const rules = rulesFor('postgres')

beforeAll(loadModule)

/** Maps byte offsets, in which PostgreSQL answers, to UTF-16 offsets. */
function fromBytes(sql: string): (bytes: number) => number {
  const offsets: number[] = []
  let at = 0
  for (const character of sql) {
    for (let i = 0; i < Buffer.byteLength(character); i++) offsets.push(at)
    at += character.length
  }
  offsets.push(at)
  return (bytes) => offsets[bytes]!
}

/** Code start and delimiter of every statement, as PostgreSQL's parser tells them. */
function parsed(sql: string): [number, number][] {
  // It refuses text without anything but white space.
  if (sql.trim() === '') return []
  const at = fromBytes(sql)
  return (parseSync(sql).stmts ?? []).map(({ stmt_location = 0, stmt_len = 0 }) => [
    at(stmt_location),
    stmt_len === 0 ? sql.length : at(stmt_location + stmt_len),
  ])
}

function expectSameStatements(sql: string): void {
  const statements = split(sql, rules)
  const theirs = parsed(sql)
  expect(statements.map(({ codeStart }) => codeStart)).toEqual(theirs.map(([start]) => start))
  for (const [i, { end, text, start, number }] of statements.entries()) {
    expect(text).toBe(sql.slice(start, end))
    expect(number).toBe(i + 1)
    expect(sql.slice(end, theirs[i]![1])).toMatch(/^[ \t\n\r\f\v]*$/)
  }
}

/** Tokens as PostgreSQL's scanner cuts them, with N and its string put together. */
function scanned(sql: string): string[] {
  const at = fromBytes(sql)
  const tokens: string[] = []
  for (const { start, end } of scanSync(sql).tokens) {
    const text = sql.slice(at(start), at(end))
    if (text.startsWith("'") && /^n$/i.test(tokens.at(-1) ?? '') && sql[at(start) - 1] === tokens.at(-1)) {
      tokens.push(tokens.pop()! + text)
    } else tokens.push(text)
  }
  return tokens
}

function lexed(sql: string): string[] {
  const lexer = new Lexer(sql, rules)
  const tokens: string[] = []
  while (lexer.next()) tokens.push(lexer.text())
  return tokens
}

const filler = fc.constantFrom(
  '',
  ' ',
  '\n',
  '\r\n',
  '\t ',
  '\n\n',
  '-- a; b\n',
  "-- it's \\\n",
  '--\n',
  '--\r',
  '/* ; */',
  "/* /* ; */ ' */",
  '/**/',
  '\f',
  '\v',
)
const gap = fc.array(filler, { maxLength: 4 }).map((parts) => parts.join(''))
const delimiter = fc.constantFrom(';', ';', ';', ' ;', ';;', '; ;', ';/**/;', '--x\n;', '\n;\n')

describe('PostgreSQL, against its own parser', () => {
  it('has a corpus of its size, each entry one statement', () => {
    expect(postgresCorpus.length).toBeGreaterThanOrEqual(150)
    for (const sql of postgresCorpus) {
      expect(parsed(sql), sql).toHaveLength(1)
      expectSameStatements(sql)
    }
  })

  it.each(postgresCorpus)('tokens of %j', (sql) => {
    expect(lexed(sql)).toEqual(scanned(sql))
  })

  it('splits where the parser splits', () => {
    const part = fc.tuple(gap, fc.constantFrom(...postgresCorpus), gap, delimiter)
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), gap, fc.boolean(), (parts, tail, open) => {
        // A statement may end in a line comment, so each gets a line end.
        const texts = parts.map(([before, sql, after, end], i) => {
          return `${before}${sql}\n${after}${open && i === parts.length - 1 ? '' : end}`
        })
        expectSameStatements(texts.join('') + tail)
      }),
      { numRuns: 800 },
    )
  })

  it('cuts arbitrary runs of characters into the same tokens', () => {
    const pieces = fc.constantFrom(
      ...[
        "'",
        '"',
        'a',
        'E',
        'e',
        'U',
        '&',
        'x',
        'B',
        '$',
        '$a$',
        '$$',
        '1',
        '.',
        '..',
        ':',
        '=',
        '>',
        '<',
        '-',
        '+',
        '*',
      ],
      ...[
        '/',
        '!',
        '@',
        '#',
        '%',
        '^',
        '|',
        '`',
        '?',
        '~',
        '(',
        ')',
        '[',
        ';',
        ' ',
        '\n',
        '\\',
        '_',
        'é',
        '😀',
        '/*',
        '*/',
        '--',
      ],
    )
    let compared = 0
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => {
        const sql = parts.join('')
        let theirs: string[]
        try {
          theirs = scanned(sql)
        } catch {
          return // PostgreSQL refuses it
        }
        compared++
        expect(lexed(sql)).toEqual(theirs)
      }),
      { numRuns: 10_000 },
    )
    expect(compared).toBeGreaterThan(2_500)
  })
})
