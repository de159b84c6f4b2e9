import { describe, expect, it } from 'vitest'
import { type Dialect, rulesFor } from '../../../src/core/sql/dialect.js'
import { Lexer } from '../../../src/core/sql/lexer.js'

function tokens(sql: string, dialect: Dialect): string[] {
  const lexer = new Lexer(sql, rulesFor(dialect))
  const found: string[] = []
  while (lexer.next()) found.push(`${lexer.unterminated ? 'open ' : ''}${lexer.kind} ${lexer.text()}`)
  return found
}

describe('every dialect', () => {
  it.each<Dialect>(['postgres', 'mysql', 'sqlite'])('%s', (dialect) => {
    expect(tokens("\ufeffa 'it''s';", dialect)).toEqual(['word a', "string 'it''s'", 'delimiter ;'])
    expect(tokens('a -- b\r\nc', dialect)).toEqual(['word a', 'lineComment -- b', 'word c'])
    expect(tokens('-- b \\\nc', dialect)).toEqual(['lineComment -- b \\', 'word c'])
    expect(tokens("'-- a\n-- b\n' c", dialect)).toEqual(["string '-- a\n-- b\n'", 'word c'])
    expect(tokens('/* ; \r\n */(a)', dialect)).toEqual([
      'blockComment /* ; \r\n */',
      'punctuation (',
      'word a',
      'punctuation )',
    ])
    expect(tokens("'a", dialect)).toEqual(["open string 'a"])
    expect(tokens("'a''", dialect)).toEqual(["open string 'a''"])
    expect(tokens('`é\ufffd` \ufffd é', dialect).at(-1)).toBe('word é')
    expect(tokens('a\ufffdb; c -- \ufffd\n; \ud800 d', dialect)).toEqual([
      ...['word a\ufffdb', 'delimiter ;', 'word c', 'lineComment -- \ufffd', 'delimiter ;', 'word \ud800', 'word d'],
    ])
    expect(tokens('a\0b', dialect)).toEqual(['word a', 'punctuation \0', 'word b'])
    expect(tokens('', dialect)).toEqual([])
    expect(tokens(' \r\n\t\f', dialect)).toEqual([])
  })

  it('starts and goes on where it is told to', () => {
    const lexer = new Lexer('a b c d', rulesFor('sqlite'), 2)
    lexer.next()
    expect(lexer.text()).toBe('b')
    lexer.end = 5
    lexer.next()
    expect([lexer.text(), lexer.start, lexer.end, lexer.keyword(), lexer.is('D'), lexer.is('E')]).toEqual([
      'd',
      6,
      7,
      'D',
      true,
      false,
    ])
    expect(lexer.next()).toBe(false)
  })
})

describe('PostgreSQL, where its parser cannot be asked', () => {
  it.each<[string, string[]]>([
    ['"a', ['open quotedName "a']],
    ["E'a\\'", ["open string E'a\\'"]],
    ['$a$ $A$', ['open dollarString $a$ $A$']],
    ['/* /* */', ['open blockComment /* /* */']],
    ["U&'a", ["open string U&'a"]],
    ['U&"a', ['open quotedName U&"a']],
    ["'a'\n'b", ["open string 'a'\n'b"]],
    // Comments between the parts of a string: PostgreSQL 15 answers ab, libpg-query's scanner has been changed here.
    ["'a' -- c\n'b'", ["string 'a' -- c\n'b'"]],
    ["'a'\n-- d\n -- e\r'c;' x", ["string 'a'\n-- d\n -- e\r'c;'", 'word x']],
    ["'a' /* x */\n'b'", ["string 'a'", 'blockComment /* x */', "string 'b'"]],
    ["'a' 'b'", ["string 'a'", "string 'b'"]],
    ["N'a;' E'b' 'c'", ["string N'a;'", "string E'b'", "string 'c'"]],
    ['1a', ['number 1a']],
    ['\\d t', ['punctuation \\', 'word d', 'word t']],
    ['$a$b', ['open dollarString $a$b']],
    ['$1$2', ['parameter $1', 'parameter $2']],
  ])('%j', (sql, expected) => {
    expect(tokens(sql, 'postgres')).toEqual(expected)
  })
})

describe('SQLite', () => {
  it.each<[string, string[]]>([
    ['"a""b" `c``d` [e]f]', ['quotedName "a""b"', 'quotedName `c``d`', 'quotedName [e]', 'word f', 'punctuation ]']],
    ['"a', ['open quotedName "a']],
    ['[a', ['open quotedName [a']],
    ["x'3b'X''y'z'", ["string x'3b'", "string X''", 'word y', "string 'z'"]],
    ['a||b->c', ['word a', 'operator ||', 'word b', 'operator ->', 'word c']],
    ['a->>b==c<>d', ['word a', 'operator ->>', 'word b', 'operator ==', 'word c', 'operator <>', 'word d']],
    [
      'a!=b<=c<<-d',
      ['word a', 'operator !=', 'word b', 'operator <=', 'word c', 'operator <<', 'operator -', 'word d'],
    ],
    [
      '?1 ? :a @b $c #1 $d::e(f;g)',
      [
        'parameter ?1',
        'parameter ?',
        'parameter :a',
        'parameter @b',
        'parameter $c',
        'parameter #1',
        'parameter $d::e(f;g)',
      ],
    ],
    ['a--b\rc\nd', ['word a', 'lineComment --b\rc', 'word d']],
    ['/* /* */ */', ['blockComment /* /* */', 'operator *', 'operator /']],
    ['a /* b', ['word a', 'blockComment /* b']],
    ['a /*', ['word a', 'operator /', 'operator *']],
    ['a\vb', ['word a', 'punctuation \v', 'word b']],
    ['a \ufeffb', ['word a', 'word b']],
    ['# a', ['punctuation #', 'word a']],
    ["'a\\'", ["string 'a\\'"]],
    ["'a'\n'b'", ["string 'a'", "string 'b'"]],
  ])('%j', (sql, expected) => {
    expect(tokens(sql, 'sqlite')).toEqual(expected)
  })
})
