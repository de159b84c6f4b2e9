import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Dialect, rulesFor } from '../../../src/core/sql/dialect.js'
import { Lexer } from '../../../src/core/sql/lexer.js'
import { split } from '../../../src/core/sql/split.js'
import { isCode } from '../../../src/core/sql/token.js'
import { UnterminatedSql } from '../../../src/core/sql/unterminated.js'
import { garbage } from './garbage.js'

const dialects: Dialect[] = ['postgres', 'mysql', 'sqlite']
const texts = (sql: string, dialect: Dialect): string[] => split(sql, rulesFor(dialect)).map(({ text }) => text)

/** Like `split`, with an answer for text that has none. */
function attempt(sql: string, dialect: Dialect): ReturnType<typeof split> | undefined {
  try {
    return split(sql, rulesFor(dialect))
  } catch (error) {
    if (error instanceof UnterminatedSql) return undefined
    throw error
  }
}

describe.each(dialects)('split: %s', (dialect) => {
  it.each<[string, string[]]>([
    ['', []],
    [' \n', []],
    [';;\n ;', []],
    ['-- only a comment', []],
    ['/* a */; -- b\n;', []],
    ['SELECT 1', ['SELECT 1']],
    ['SELECT 1;', ['SELECT 1']],
    ['\ufeffSELECT 1;SELECT 2', ['SELECT 1', 'SELECT 2']],
    [
      '-- a\nSELECT 1 /* b */ ; -- c\n/* d */ SELECT 2 -- e\n',
      ['-- a\nSELECT 1 /* b */', '-- c\n/* d */ SELECT 2 -- e'],
    ],
    ['SELECT 1; -- the end', ['SELECT 1']],
    // What other tools get wrong.
    ["SELECT ';\n';\nSELECT 2", ["SELECT ';\n'", 'SELECT 2']],
    ["SELECT '\n-- a;\n/* b\n';SELECT 2", ["SELECT '\n-- a;\n/* b\n'", 'SELECT 2']],
    ['SELECT 1; -- a \\\nSELECT 2;\nSELECT 3;', ['SELECT 1', '-- a \\\nSELECT 2', 'SELECT 3']],
    ['SELECT 1; /* a; */', ['SELECT 1']],
    ['/* a\n; b */\nSELECT 1;', ['/* a\n; b */\nSELECT 1']],
    ['-- bad \ufffd\nSELECT 1; SELECT 2;', ['-- bad \ufffd\nSELECT 1', 'SELECT 2']],
    ["SELECT '\ufffd;';SELECT 2", ["SELECT '\ufffd;'", 'SELECT 2']],
    ['BEGIN; SELECT 1; COMMIT', ['BEGIN', 'SELECT 1', 'COMMIT']],
    ['SELECT 1;\r\nSELECT 2;\r\n', ['SELECT 1', 'SELECT 2']],
  ])('%j', (sql, expected) => {
    expect(texts(sql, dialect)).toEqual(expected)
  })

  it('numbers statements and tells where their code starts', () => {
    const sql = ';/* a */ SELECT 1; -- b\nSELECT 2'
    expect(
      split(sql, rulesFor(dialect)).map(({ number, start, end, codeStart }) => [number, start, end, codeStart]),
    ).toEqual([
      [1, 1, 17, 9],
      [2, 19, 32, 24],
    ])
  })

  it('cuts any text into slices with nothing significant between them', () => {
    fc.assert(
      fc.property(garbage, (sql) => {
        const statements = attempt(sql, dialect)
        if (!statements) return
        let at = 0
        let joined = ''
        for (const { text, start, end, codeStart, number } of [
          ...statements,
          { text: '', start: sql.length, end: sql.length, codeStart: sql.length, number: -1 },
        ]) {
          const between = sql.slice(at, start)
          joined += between + text
          expect(text).toBe(sql.slice(start, end))
          expect(codeStart).toBeGreaterThanOrEqual(start)
          if (number > 0) expect(text).not.toMatch(/^[ \n\r\t]/)
          // DELIMITER lines change what the gap's own lexer would have to know.
          if (!/delimiter/i.test(sql)) {
            const lexer = new Lexer(between, rulesFor(dialect))
            while (lexer.next()) expect(isCode(lexer.kind) && lexer.kind !== 'delimiter').toBe(false)
          }
          at = end
        }
        expect(joined).toBe(sql)
      }),
      { numRuns: 2000 },
    )
  })

  it('takes a statement alone for the same one statement', () => {
    fc.assert(
      fc.property(garbage, (sql) => {
        if (/delimiter/i.test(sql)) return
        // Where a text begins or ends, a byte order mark or the dashes and slash of a comment may mean something else.
        for (const { text } of attempt(sql, dialect) ?? []) {
          if (/^\ufeff|(--|\/\*)$|COPY/i.test(text)) continue
          expect(texts(text, dialect)).toEqual([text])
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('what never ends', () => {
  it.each<[Dialect, string, string, number]>([
    ['postgres', "SELECT 1; SELECT 'a; SELECT 2;", 'string', 17],
    ['postgres', "SELECT E'a\\'; SELECT 2;", 'string', 7],
    ['postgres', 'SELECT "a; SELECT 2;', 'quoted name', 7],
    ['postgres', 'SELECT $a$; SELECT 2;', 'dollar quote', 7],
    ['postgres', 'SELECT 1; /* /* */; SELECT 2;', 'comment', 10],
    ['postgres', 'SELECT 1; /* end', 'comment', 10],
    ['postgres', 'SELECT f((1); SELECT 2;', 'parenthesis', 8],
    ['postgres', 'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2;', 'body', 32],
    ['sqlite', "SELECT 1; SELECT 'a; SELECT 2;", 'string', 17],
    ['sqlite', 'SELECT [a; SELECT 2;', 'quoted name', 7],
    ['sqlite', 'CREATE TRIGGER t AFTER INSERT ON x BEGIN SELECT 1; SELECT 2;', 'body', 35],
    ['mysql', 'SELECT "a; SELECT 2;', 'string', 7],
    ['mysql', 'SELECT `a; SELECT 2;', 'quoted name', 7],
    ['mysql', 'SELECT 1; /* SELECT 2;', 'comment', 10],
    ['mysql', 'SELECT 1; /*! SELECT 2; SELECT 3', 'comment', 10],
    ['mysql', 'CREATE PROCEDURE p() BEGIN SELECT 1; IF 1 THEN SELECT 2; END;', 'body', 21],
  ])('%s: %j', (dialect, sql, what, offset) => {
    let thrown: unknown
    try {
      split(sql, rulesFor(dialect))
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(UnterminatedSql)
    expect(thrown).toMatchObject({ name: 'UnterminatedSql', what, offset })
  })

  it('is left to the server when nothing was merged', () => {
    expect(texts('SELECT f((1)', 'postgres')).toHaveLength(1)
    expect(texts('CREATE TRIGGER t AFTER INSERT ON x; SELECT 2;', 'sqlite')).toHaveLength(2)
    expect(texts('SELECT 1 /* end', 'sqlite')).toEqual(['SELECT 1 /* end'])
    expect(texts('SELECT 1; /* end', 'sqlite')).toEqual(['SELECT 1'])
  })
})

describe('bodies that belong to one dialect do not hold the others together', () => {
  it.each<[Dialect, string, number]>([
    ['mysql', 'SELECT (1; SELECT 2', 2],
    ['mysql', '/*! SELECT 1; COMMIT */; SELECT 3', 2],
    ['sqlite', 'SELECT (1; SELECT 2', 2],
    ['postgres', 'CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN; SELECT 1; END', 3],
    ['sqlite', 'CREATE TABLE t (a); BEGIN; SELECT 1; END;', 4],
    ['postgres', 'BEGIN; CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1; END;', 3],
    ['postgres', 'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$;$$; BEGIN; SELECT 1; END', 4],
    ['mysql', 'CREATE PROCEDURE p() SELECT 1; BEGIN; SELECT 2; COMMIT', 4],
  ])('%s: %j', (dialect, sql, count) => {
    expect(texts(sql, dialect)).toHaveLength(count)
  })
})

describe('COPY FROM STDIN', () => {
  it('keeps its data, which is not SQL', () => {
    const copy =
      'COPY t (a, b) FROM STDIN WITH (FORMAT text);\nit\'s\t;\n"x\n\\.\r\nSELECT 2; COPY u FROM stdin;\n\\.\nSELECT 3'
    expect(texts(copy, 'postgres')).toEqual([
      'COPY t (a, b) FROM STDIN WITH (FORMAT text);\nit\'s\t;\n"x\n\\.',
      'SELECT 2',
      'COPY u FROM stdin;\n\\.',
      'SELECT 3',
    ])
    expect(texts('COPY t FROM STDIN; SELECT 2', 'postgres')).toHaveLength(2)
    expect(texts("COPY t FROM '/stdin'; SELECT 2;\n\\.\n", 'postgres')).toHaveLength(3)
  })
})
