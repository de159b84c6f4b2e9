import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rulesFor } from '../../../src/core/sql/dialect.js'
import { Lexer } from '../../../src/core/sql/lexer.js'
import { split } from '../../../src/core/sql/split.js'
import { mysqlCorpus, oracleModeCorpus } from './mysql-corpus.js'

const rules = rulesFor('mysql')
const texts = (sql: string, mode = rules): string[] => split(sql, mode).map(({ text }) => text)

function tokens(sql: string, mode = rules): string[] {
  const lexer = new Lexer(sql, mode)
  const found: string[] = []
  while (lexer.next()) found.push(`${lexer.kind} ${lexer.text()}`)
  return found
}

const filler = fc.constantFrom(
  '',
  ' ',
  '\n',
  '\r\n',
  '\t',
  '-- a; b\n',
  "-- it's \\\n",
  '--\n',
  '# ; "\n',
  '/* ; */',
  "/* /* ' */",
  '/**/',
)
const gap = fc.array(filler, { maxLength: 4 }).map((parts) => parts.join(''))
const delimiter = fc.constantFrom(';', ';', ' ;', ';;', ';/**/;', '\n;\n')

describe('MySQL and MariaDB: statements a server takes', () => {
  it.each([...mysqlCorpus, ...oracleModeCorpus])('%j is one statement', (sql) => {
    const one = sql.trimEnd()
    expect(texts(sql)).toEqual([one])
    expect(texts(`${sql}\n;`)).toEqual([one])
    expect(texts(`${sql}\n; SELECT 7`)).toEqual([one, 'SELECT 7'])
    expect(texts(`SELECT 7;${sql}\n;SELECT 8`)).toEqual(['SELECT 7', one, 'SELECT 8'])
  })

  it('splits any sequence of them, with and without DELIMITER', () => {
    const part = fc.tuple(gap, fc.constantFrom(...mysqlCorpus), gap, delimiter)
    const parts = fc.array(part, { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(parts, gap, fc.constantFrom('//', '$$', ';;', '|', 'end_of_it', '~~'), (list, tail, custom) => {
        const plain = list.map(([before, one, after, end]) => `${before}${one}\n${after}${end}`).join('') + tail
        const found = split(plain, rules)
        expect(
          found.map(({ codeStart }, i) => plain.startsWith(list[i]![1].replace(/^\/\*!\d* ?/, ''), codeStart)),
        ).toEqual(list.map(() => true))
        const lines = list
          .filter(([, one]) => !one.includes(custom))
          .map(([before, one]) => `DELIMITER ${custom}\n${before}${one}\n${custom}\nDELIMITER ;\nSELECT 7;\n`)
        expect(split(lines.join(''), rules)).toHaveLength(2 * lines.length)
      }),
      { numRuns: 400 },
    )
  })
})

describe('the DELIMITER line', () => {
  it.each<[string, string[]]>([
    ['DELIMITER //\nSELECT 1; SELECT 2//\nDELIMITER ;\nSELECT 3;', ['SELECT 1; SELECT 2', 'SELECT 3']],
    ['delimiter $$\r\nSELECT 1;$$\r\ndelimiter ;\r\nSELECT 3', ['SELECT 1;', 'SELECT 3']],
    ['DELIMITER $$\nCREATE PROCEDURE p() BEGIN END$$\nSELECT 2$$', ['CREATE PROCEDURE p() BEGIN END', 'SELECT 2']],
    ['DELIMITER go\nSELECT 1 AS cargo\nSELECT 2 go', ['SELECT 1 AS car', 'SELECT 2']],
    [
      'DELIMITER //\nSELECT \'//\', "//", `//` /* // */ -- //\n# //\n, 1//',
      ['SELECT \'//\', "//", `//` /* // */ -- //\n# //\n, 1'],
    ],
    ['DELIMITER ;;\nSELECT 1; SELECT 2;;\nSELECT 3', ['SELECT 1; SELECT 2', 'SELECT 3']],
    ['/* c */\n-- d\n  DELIMITER // the rest is ignored;\nSELECT 1//', ['SELECT 1']],
    ["DELIMITER '//'\nSELECT 1;//", ['SELECT 1;']],
    ['\ufeffDELIMITER //\nSELECT 1;//', ['SELECT 1;']],
    ['DELIMITER //\nDELIMITER $$\nSELECT 1//2$$', ['SELECT 1//2']],
    ['SELECT 1;\nDELIMITER //\nSELECT 2;//', ['SELECT 1', 'SELECT 2;']],
    // As in the client it is no command in the middle of a statement or a line, or without an argument.
    ['SELECT 1\nDELIMITER //\n; SELECT 2', ['SELECT 1\nDELIMITER //', 'SELECT 2']],
    ['SELECT 1; DELIMITER //\n; SELECT 3', ['SELECT 1', 'DELIMITER //', 'SELECT 3']],
    ['DELIMITER\n; SELECT 1', ['DELIMITER', 'SELECT 1']],
    ['SELECT delimiter FROM t; SELECT 2', ['SELECT delimiter FROM t', 'SELECT 2']],
    ['DELIMITER ;\nDELIMITER ;', []],
  ])('%j', (sql, expected) => {
    expect(texts(sql)).toEqual(expected)
  })

  it('means nothing in other dialects', () => {
    for (const dialect of ['postgres', 'sqlite'] as const) {
      expect(split('DELIMITER //\nSELECT 1; SELECT 2', rulesFor(dialect))).toHaveLength(2)
    }
  })
})

describe('MySQL tokens', () => {
  it.each<[string, string[]]>([
    ["'a\\'b' 'c''d'", ["string 'a\\'b'", "string 'c''d'"]],
    ['"a\\"b"', ['string "a\\"b"']],
    ['`a\\` b', ['quotedName `a\\`', 'word b']],
    ['a--1', ['word a', 'operator -', 'operator -', 'number 1']],
    ['a-- 1', ['word a', 'lineComment -- 1']],
    ['a--', ['word a', 'lineComment --']],
    ['a --\x01 b\nc', ['word a', 'lineComment --\x01 b', 'word c']],
    ['a # b \\\nc', ['word a', 'lineComment # b \\', 'word c']],
    ['-- a\r\nb', ['lineComment -- a', 'word b']],
    ['/* /* */ */', ['blockComment /* /* */', 'operator *', 'operator /']],
    ['/*! a */', ['codeOpen /*!', 'word a', 'codeClose */']],
    ['/*!50003a*/', ['codeOpen /*!50003', 'word a', 'codeClose */']],
    ['/*!080012 1*/', ['codeOpen /*!080012', 'number 1', 'codeClose */']],
    ['/*M!100100 a*/', ['codeOpen /*M!100100', 'word a', 'codeClose */']],
    ['/*! /* x */ a */', ['codeOpen /*!', 'blockComment /* x */', 'word a', 'codeClose */']],
    ["/*! '*/' */", ['codeOpen /*!', "string '*/'", 'codeClose */']],
    ['/*+ hint */', ['blockComment /*+ hint */']],
    ['a*/b', ['word a', 'operator *', 'operator /', 'word b']],
    [
      'a:=b<=>c->>d->e&&f||g',
      [
        'word a',
        'operator :=',
        'word b',
        'operator <=>',
        'word c',
        'operator ->>',
        'word d',
        'operator ->',
        'word e',
        'operator &&',
        'word f',
        'operator ||',
        'word g',
      ],
    ],
    [
      "@@global.x @v @'q;' @`r` @a.b ?",
      ['parameter @@global.x', 'parameter @v', "quotedName @'q;'", 'quotedName @`r`', 'parameter @a.b', 'parameter ?'],
    ],
    [
      "_utf8'x' x'3b' B'1' n'y' N'z\\''",
      ['word _utf8', "string 'x'", "string x'3b'", "string B'1'", "string n'y'", "string N'z\\''"],
    ],
    [
      '1a 1e5 1e+5 .5 0x1F $a a$b',
      ['number 1a', 'number 1e5', 'number 1e+5', 'number .5', 'number 0x1F', 'word $a', 'word a$b'],
    ],
    ['l: LOOP', ['word l', 'punctuation :', 'word LOOP']],
    ['AS $$ a; $$, $$', ['word AS', 'dollarString $$ a; $$', 'punctuation ,', 'word $$']],
  ])('%j', (sql, expected) => {
    expect(tokens(sql)).toEqual(expected)
  })

  it('follows sql_mode', () => {
    const ansi = rulesFor('mysql', { ansiQuotes: true })
    const plain = rulesFor('mysql', { noBackslashEscapes: true })
    expect(tokens('"a\\" "b"', ansi)).toEqual(['quotedName "a\\"', 'quotedName "b"'])
    expect(tokens("'a\\' 'b'", plain)).toEqual(["string 'a\\'", "string 'b'"])
    expect(texts("SELECT 'a\\'; SELECT 'b'", plain)).toHaveLength(2)
    expect(() => texts("SELECT 'a\\'; SELECT 2")).toThrow('Unterminated string')
    expect(rulesFor('mysql', { ansiQuotes: true })).toBe(ansi)
  })
})
