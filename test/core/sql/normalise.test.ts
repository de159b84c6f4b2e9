import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Dialect, rulesFor } from '../../../src/core/sql/dialect.js'
import { Lexer } from '../../../src/core/sql/lexer.js'
import { normalise } from '../../../src/core/sql/normalise.js'
import { garbage } from './garbage.js'
import { mysqlCorpus } from './mysql-corpus.js'
import { postgresCorpus } from './postgres-corpus.js'

const dialects: Dialect[] = ['postgres', 'mysql', 'sqlite']

interface Token {
  readonly kind: string
  readonly text: string
}

function tokens(sql: string, dialect: Dialect): Token[] {
  const lexer = new Lexer(sql, rulesFor(dialect))
  const found: Token[] = []
  while (lexer.next()) found.push({ kind: lexer.kind, text: lexer.text() })
  return found
}

const sql = (dialect: Dialect): fc.Arbitrary<string> => {
  const corpus = dialect === 'mysql' ? mysqlCorpus : postgresCorpus
  const realistic = fc.array(fc.constantFrom(...corpus), { minLength: 1, maxLength: 3 }).map((list) => list.join('\n;'))
  return fc.oneof(realistic, realistic, garbage)
}

/** The tokens with white space between them; a line comment gets its line end, and strings are not joined by one. */
function respace(list: readonly Token[], spaces: readonly string[]): string {
  // In front a byte order mark would be dropped, and so would a CR before an LF.
  let text = ' '
  for (const [i, token] of list.entries()) {
    const line = token.kind === 'lineComment' || token.kind === 'delimiterLine'
    const next = list[i + 1]
    const strings = token.kind === 'string' && (next?.kind === 'string' || next?.kind === 'lineComment')
    const space = line ? '\n' : strings ? ' ' : next?.kind === 'delimiterLine' ? '\n' : spaces[i % spaces.length]!
    text += token.text + space
  }
  return text
}

const space = fc.constantFrom(' ', '\n', '\t', '\r\n', '  ', '\f', '\n \n')

describe.each(dialects)('normalise: %s', (dialect) => {
  const rules = rulesFor(dialect)
  const same = (a: string, b: string): void => expect(normalise(b, rules)).toBe(normalise(a, rules))
  const other = (a: string, b: string): void => expect(normalise(b, rules)).not.toBe(normalise(a, rules))

  it('does not see white space between tokens', () => {
    same('CREATE TABLE users(id INT)', 'CREATE  TABLE\n\tusers (\r\n  id INT\r\n)\n')
    same('a;b', '\ufeff a ;\n\nb')
    same('-- c\na', '  -- c\n\n  a')
    same('', ' \r\n ')
  })

  it('does not see the kind of line ends outside of literals', () => {
    same('a -- b\nc /* d\ne */', 'a -- b\r\nc /* d\r\ne */')
    same('-- a\n-- b\n', '-- a\r\n-- b')
    other("'a\nb'", "'a\r\nb'")
    other("'a\nb'", "'a\rb'")
    other('/* a\nb */', '/* a\rb */')
    other('/* a\r\nb */', '/* a\r\r\nb */')
  })

  it.each<[string, string]>([
    ['a b', 'ab'],
    ['a b', 'A b'],
    ['a < = b', 'a <= b'],
    ['a | | b', 'a || b'],
    ["'a' 'b'", "'a''b'"],
    ["'a b'", "'a  b'"],
    ["'a '", "'a'"],
    ["' a'", "'a'"],
    ['"a b"', '"a  b"'],
    ["x 'a'", "x'a'"],
    ['-- a', '--  a'],
    ['-- a', '-- a '],
    ['-- a\nb', '-- a b'],
    ['a -- b\nc', 'a\nc'],
    ['a /* b */', 'a'],
    ['/* a */', '/*  a */'],
    ['/* a */', '-- a'],
    ['/* a */ /* b */', '/* a  b */'],
    ['1 2', '12'],
    ['1 .5', '1.5'],
    ['a; b', 'a b'],
    ['a', 'a;'],
    ['- -1', '-1'],
    ['a\0', 'a'],
    ['', ';'],
  ])('tells %j from %j', (a, b) => {
    other(a, b)
  })

  it('is the same after white space between tokens has changed', () => {
    fc.assert(
      fc.property(sql(dialect), fc.array(space, { minLength: 1, maxLength: 5 }), (text, spaces) => {
        const list = tokens(text, dialect)
        // A DELIMITER line is one by where its line begins.
        if (dialect === 'mysql' && list.some(({ kind, text: word }) => kind === 'word' && /^delimiter$/i.test(word)))
          return
        if (isOpen(text, dialect) || list.some((token) => /^(--|#).*\r$/s.test(token.text))) return
        same(text, respace(list, spaces))
      }),
      { numRuns: 1500 },
    )
  })

  it('gives tokens that lex to themselves', () => {
    fc.assert(
      fc.property(sql(dialect), (text) => {
        if (isOpen(text, dialect)) return
        const canonical = normalise(text, rules)
        if (!/^\ufeff|\r/.test(canonical)) {
          expect(tokens(canonical, dialect).map(({ kind }) => kind)).toEqual(
            tokens(text, dialect).map(({ kind }) => kind),
          )
          expect(normalise(canonical, rules)).toBe(canonical)
        }
      }),
      { numRuns: 1500 },
    )
  })

  it('is another one after any change to a token', () => {
    const change = fc.constantFrom('x', '0', 'é', '_', '+', ',', '(')
    fc.assert(
      fc.property(
        sql(dialect),
        fc.nat(),
        change,
        fc.constantFrom('insert', 'delete', 'replace'),
        (text, where, character, how) => {
          const lexer = new Lexer(text, rules)
          const spans: [number, number][] = []
          while (lexer.next()) spans.push([lexer.start, lexer.end])
          if (spans.length === 0) return
          const [start, end] = spans[where % spans.length]!
          const at = start + (where % (end - start))
          // White space within a token counts in literals and comments only by its text; leave it to the next test.
          if (/\s/.test(text[at]!) || text[at] === character) return
          const kept = how === 'insert' ? at : at + 1
          other(text, text.slice(0, at) + (how === 'delete' ? '' : character) + text.slice(kept))
        },
      ),
      { numRuns: 1500 },
    )
  })

  it('is another one after white space in a literal or a comment has changed', () => {
    const inner = fc
      .array(fc.constantFrom('a', ' ', '\t', '\n', ';', '  ', '-'), { maxLength: 6 })
      .map((parts) => parts.join(''))
    const wrap = fc.constantFrom<[string, string]>(
      ["'", "'"],
      ['"', '"'],
      ['/*', '*/'],
      ...(dialect === 'postgres' ? [['$$', '$$'] as [string, string]] : []),
    )
    fc.assert(
      fc.property(wrap, inner, inner, ([open, close], a, b) => {
        if (a !== b) other(`SELECT ${open}${a}${close} x`, `SELECT ${open}${b}${close} x`)
      }),
      { numRuns: 1000 },
    )
  })

  it('is a function of the tokens for two arbitrary texts', () => {
    fc.assert(
      fc.property(garbage, garbage, (a, b) => {
        const [x, y] = [tokens(a, dialect), tokens(b, dialect)].map((list) =>
          JSON.stringify(list.map(({ text }) => text)),
        )
        if (normalise(a, rules) === normalise(b, rules) && !`${a}${b}`.includes('\r')) expect(x).toBe(y)
        if (x === y) expect(normalise(a, rules)).toBe(normalise(b, rules))
      }),
      { numRuns: 1000 },
    )
  })

  it('loses nothing where its buffer is full', () => {
    for (let length = 32_766; length <= 32_770; length++) {
      for (const filling of ['x', '世']) {
        const canonical = `${filling.repeat(length)} a b`
        expect(normalise(canonical, rules) === canonical).toBe(true)
      }
    }
  })

  it('copies long texts as faithfully as short ones', () => {
    for (const filling of ['é', 'x', '世', '😀']) {
      const long = `${filling.repeat(70_000)} `
      const list = [`'${long}'`, ...Array.from({ length: 20_000 }, (_, i) => `${filling}${i}`), `/*${long}\r\n*/`, 'z']
      const canonical = list.join(' ').replace('\r\n', '\n')
      expect(normalise(list.join('\n \t'), rules) === canonical).toBe(true)
    }
  })
})

function isOpen(text: string, dialect: Dialect): boolean {
  const lexer = new Lexer(text, rulesFor(dialect))
  while (lexer.next())
    if (lexer.unterminated || (lexer.kind === 'blockComment' && !lexer.text().endsWith('*/'))) return true
  return false
}

describe('normalise: constructs of one dialect', () => {
  const norm = (text: string, dialect: Dialect): string => normalise(text, rulesFor(dialect))

  it('PostgreSQL strings continued over lines', () => {
    const one = norm("SELECT 'a'\n'b'", 'postgres')
    expect(norm("SELECT 'a'\r\n   'b'", 'postgres')).toBe(one)
    expect(norm("SELECT 'a'  \n\n\t'b'", 'postgres')).toBe(one)
    expect(norm("SELECT 'a' 'b'", 'postgres')).not.toBe(one)
    expect(norm("SELECT 'ab'", 'postgres')).not.toBe(one)
    expect(norm("SELECT 'a' -- c\n'b'", 'postgres')).not.toBe(one)
    expect(norm("SELECT 'a' -- c\r\n 'b'", 'postgres')).toBe(norm("SELECT 'a'\n\n-- c\n'b'", 'postgres'))
    expect(norm("SELECT E'\\''\n'b  \\'  ;'", 'postgres')).toBe("SELECT E'\\''\n'b  \\'  ;'")
  })

  it('PostgreSQL dollar quotes and prefixes', () => {
    expect(norm('$$a\nb$$', 'postgres')).not.toBe(norm('$$a\r\nb$$', 'postgres'))
    expect(norm('$$a b$$', 'postgres')).not.toBe(norm('$$a  b$$', 'postgres'))
    expect(norm('$a$x$a$', 'postgres')).not.toBe(norm('$b$x$b$', 'postgres'))
    expect(norm("E 'a'", 'postgres')).not.toBe(norm("E'a'", 'postgres'))
    expect(norm("U & 'a'", 'postgres')).not.toBe(norm("U&'a'", 'postgres'))
    expect(norm('a : : b', 'postgres')).not.toBe(norm('a::b', 'postgres'))
    expect(norm('a @ - b', 'postgres')).not.toBe(norm('a @- b', 'postgres'))
  })

  it('MySQL comments that hold code, and DELIMITER lines', () => {
    expect(norm('/*!50003 CREATE   TABLE t(a INT)*/', 'mysql')).toBe(
      norm('/*!50003 CREATE TABLE t (\n a INT ) */', 'mysql'),
    )
    expect(norm('/*! 50003 a */', 'mysql')).not.toBe(norm('/*!50003 a */', 'mysql'))
    expect(norm('/* !50003 a */', 'mysql')).not.toBe(norm('/*!50003 a */', 'mysql'))
    expect(norm('DELIMITER //\na//', 'mysql')).not.toBe(norm('a//', 'mysql'))
    expect(norm('DELIMITER //\na//', 'mysql')).not.toBe(norm('DELIMITER $$\na$$', 'mysql'))
    expect(norm('DELIMITER //\r\n\r\na//\r\n', 'mysql')).toBe(norm('DELIMITER //\na //', 'mysql'))
    expect(norm('# a\r\nb', 'mysql')).toBe(norm('# a\nb', 'mysql'))
    expect(norm('a # b', 'mysql')).not.toBe(norm('a -- b', 'mysql'))
    expect(norm("@'a'", 'mysql')).not.toBe(norm("@ 'a'", 'mysql'))
    expect(norm('a --1', 'mysql')).not.toBe(norm('a -- 1', 'mysql'))
  })
})
