import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rulesFor } from '../../../src/core/sql/dialect.js'
import { split } from '../../../src/core/sql/split.js'
import { UnterminatedSql } from '../../../src/core/sql/unterminated.js'

const rules = rulesFor('sqlite')

const schema = 'CREATE TABLE t (a, b, "x;y"); CREATE TABLE u (a, "end", "begin"); CREATE VIEW w AS SELECT a FROM t'

/** Statements that may follow each other in any order on the schema above. */
const corpus: readonly string[] = [
  "INSERT INTO t VALUES (1, 'a;b', 2)",
  "INSERT INTO t VALUES ('it''s;', '\\', ';')",
  "INSERT INTO t (a) VALUES ('/* ;'), ('-- ;'), ('\n;\r\n')",
  "INSERT INTO t (a) VALUES (x'3b'), (X'00ff'), (''), ('''')",
  'INSERT INTO t ("x;y") VALUES (1)',
  'INSERT INTO t (`x;y`, [a]) VALUES (1, 2)',
  'INSERT INTO t ([x;y]) SELECT [x;y] FROM t LIMIT 2',
  'INSERT INTO u (a, end, begin) VALUES (1, 2, 3)',
  'UPDATE u SET end = CASE WHEN begin THEN 1 ELSE end END',
  "INSERT INTO t (a) SELECT CASE WHEN a THEN ';' ELSE 'END' END FROM t LIMIT 3",
  "INSERT INTO t (a, b) /* ; */ VALUES /* /* ; */ (1, 2) -- ; it's",
  'INSERT INTO t (a, b) -- ; \\\n VALUES (1-\n-1, 2 / 3)',
  'INSERT INTO t (a) VALUES (1--;\r-2;\n)',
  'INSERT INTO t (a) SELECT json(\'{"k": ";"}\') ->> \'k\'',
  "INSERT INTO t (a) SELECT ('[1]'->0)||('[2]'->>'$[0]')",
  'INSERT INTO t (a) VALUES (0x1F), (1e5), (1.5e-3), (.5), (5.), (1<<2), (1>=-2), (1<>2), (1==1), (1!=2), (~1|2&3)',
  'DELETE FROM t WHERE a = 1',
  'WITH c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 3) INSERT INTO t (a) SELECT x FROM c',
  "CREATE TABLE IF NOT EXISTS \"n;1\" (a INTEGER PRIMARY KEY, b TEXT DEFAULT ';' CHECK (b <> ';;'), c AS (CASE WHEN a THEN 1 END))",
  'CREATE INDEX IF NOT EXISTS i ON t (a) WHERE a IS NOT NULL',
  "CREATE VIEW IF NOT EXISTS v AS SELECT a, ';' AS [end;] FROM t",
  'CREATE TRIGGER IF NOT EXISTS t1 AFTER INSERT ON t BEGIN UPDATE u SET a = 1; END',
  "create trigger if not exists t2 before delete on t for each row when old.a > 1 begin\n  insert into u (a) values (';'); -- end;\n  delete from u where a = 9; /* end; */\nend",
  'CREATE TRIGGER IF NOT EXISTS t3 AFTER UPDATE OF a ON t BEGIN UPDATE u SET a = CASE WHEN new.a THEN 1 ELSE CASE new.b WHEN 1 THEN 2 END END; SELECT 1; END',
  'CREATE TRIGGER IF NOT EXISTS t4 AFTER INSERT ON t BEGIN UPDATE u SET end = 1 WHERE end = begin; SELECT end FROM u; END',
  'CREATE TRIGGER IF NOT EXISTS begin AFTER INSERT ON t WHEN new.a = 77 BEGIN SELECT 1; END',
  'CREATE TRIGGER IF NOT EXISTS "t;5" INSTEAD OF INSERT ON w BEGIN INSERT INTO t (a) VALUES (new.a);SELECT raise(ABORT, \'no; END;\') WHERE new.a = 5;END',
  'CREATE TEMP TRIGGER IF NOT EXISTS t6 AFTER DELETE ON t BEGIN SELECT 1; END',
  'CREATE TEMPORARY TRIGGER IF NOT EXISTS t7 AFTER DELETE ON main.t BEGIN SELECT 1;\n/* ; */ -- ;\n END',
  'EXPLAIN CREATE TRIGGER t8 AFTER INSERT ON t BEGIN SELECT 1; SELECT 2; END',
  'EXPLAIN QUERY PLAN CREATE TRIGGER t9 AFTER INSERT ON t BEGIN SELECT 1; END',
  'EXPLAIN SELECT 1',
  'SELECT 1 AS "a;", 2 AS [b;], 3 AS `c;`, 4 AS \'d;\'',
  'SELECT 1 AS "a""b;", 2 AS `c``d;`',
  'SELECT é FROM (SELECT 1 AS é)',
  "SELECT '😀;'",
  '\ufeffSELECT 1',
  'VALUES (1), (2)',
  'PRAGMA user_version = 3',
  'PRAGMA table_info([t])',
  'ANALYZE',
  'SAVEPOINT s',
  'DROP TABLE IF EXISTS "gone;"',
]

const fresh = (): Database.Database => {
  const db = new Database(':memory:')
  db.exec(schema)
  return db
}

const contents = (db: Database.Database): unknown =>
  [
    'SELECT * FROM t',
    'SELECT * FROM u',
    // SQLite keeps white space in front of a delimiter, which a piece has not got.
    'SELECT type, name, rtrim(sql, char(32, 9, 10, 12, 13, 65279)) FROM sqlite_schema',
    'SELECT name, rtrim(sql, char(32, 9, 10, 12, 13, 65279)) FROM sqlite_temp_schema',
  ].map((sql) => db.prepare(sql).all())

/** Runs one piece, which SQLite refuses to prepare when it is not exactly one statement. */
function runPiece(db: Database.Database, piece: string): void {
  const statement = db.prepare(piece)
  if (statement.reader) statement.all()
  else statement.run()
}

/** SQLite reads no further than the first statement, so what is unterminated beyond it still is a second one. */
function count(sql: string): 'one' | 'several' {
  try {
    return split(sql, rules).length === 1 ? 'one' : 'several'
  } catch (error) {
    if (error instanceof UnterminatedSql) return 'several'
    throw error
  }
}

const filler = fc.constantFrom(
  '',
  ' ',
  '\n',
  '\r\n',
  '\t',
  '\f',
  '-- a; b\n',
  "-- it's \\\n",
  '--\n',
  '/* ; */',
  "/* /* ' */",
  '/**/',
  '\ufeff',
)
const gap = fc.array(filler, { maxLength: 4 }).map((parts) => parts.join(''))
const delimiter = fc.constantFrom(';', ';', ' ;', ';;', ';/**/;', '\n;\n')

describe('SQLite, against itself', () => {
  it.each(corpus)('%j is one statement', (sql) => {
    const db = fresh()
    for (const text of [sql, `${sql}\n;`, `${sql}\n; -- end\n`, `\ufeff ${sql}\n;;`]) {
      const pieces = split(text, rules)
      expect(pieces).toHaveLength(1)
      db.prepare(pieces[0]!.text)
    }
  })

  it('does the same by pieces as in one go', () => {
    const part = fc.tuple(gap, fc.constantFrom(...corpus), gap, delimiter)
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 10 }), gap, (parts, tail) => {
        const sql = parts.map(([before, one, after, end]) => `${before}${one}\n${after}${end}`).join('') + tail
        const whole = fresh()
        const byPieces = fresh()
        whole.exec(sql)
        const pieces = split(sql, rules)
        expect(pieces).toHaveLength(parts.length)
        for (const { text } of pieces) runPiece(byPieces, text)
        expect(contents(byPieces)).toEqual(contents(whole))
        whole.close()
        byPieces.close()
      }),
      { numRuns: 300 },
    )
  })

  it('agrees on arbitrary text whether it is one statement', () => {
    const pieces = fc.constantFrom(
      ...[
        'SELECT 1',
        ' ',
        '\n',
        ';',
        "'",
        '"',
        '`',
        '[',
        ']',
        '--',
        '/*',
        '*/',
        'x',
        "''",
        ';',
        '\f',
        '-',
        '/',
        '*',
        ' AS ',
        '?1',
        ':a',
      ],
      ...[
        '$b',
        '$a::b',
        '@',
        '#',
        '$a(;)',
        '||',
        "x'",
        'é',
        '0x1',
        '1_0',
        '.',
        '->>',
        'END',
        'CREATE TRIGGER q AFTER INSERT ON t BEGIN ',
      ],
    )
    const db = fresh()
    let compared = 0
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 10 }), (parts) => {
        // The client, not SQLite, judges what follows the first statement, and it takes this for a comment.
        const sql = parts.join('').replace(/\/\*$/, '')
        let verdict: 'one' | 'several'
        try {
          db.prepare(sql)
          verdict = 'one'
        } catch (error) {
          if (!(error instanceof RangeError)) return // not SQL at all
          verdict = /no statements|more than one/.test(error.message) ? 'several' : 'one'
          if (/no statements/.test(error.message)) {
            expect(split(sql, rules)).toEqual([])
            return
          }
        }
        compared++
        expect(count(sql)).toBe(verdict)
      }),
      { numRuns: 10_000 },
    )
    expect(compared).toBeGreaterThan(50)
  })
})
