import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { rows, snapshot } from '../../../src/drivers/sqlite/snapshot.js'
import { schemaDiff } from '../../../src/testing/schema-diff.js'

const OWN: ReadonlySet<string> = new Set(['queen_migrations', 'queen_migrations_log'])

function snap(sql: string) {
  const db = new Database(':memory:')
  try {
    db.exec(sql)
    return snapshot(db, OWN)
  } finally {
    db.close()
  }
}

const T = 'CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b INT);'
const P = 'CREATE TABLE p (id INTEGER PRIMARY KEY, x INT UNIQUE);'

const SAME: Record<string, readonly [string, string]> = {
  'white space, comments and the case of keywords': [
    'CREATE TABLE t (id integer primary key, a int check (a>0))',
    'create table t(\n  id INTEGER PRIMARY KEY, -- the key\n  a INT /* small */ CHECK ( a > 0 )\n)',
  ],
  'ADD COLUMN then DROP COLUMN': [
    T,
    `${T} ALTER TABLE t ADD COLUMN z TEXT NOT NULL DEFAULT 'x'; ALTER TABLE t DROP COLUMN z`,
  ],
  'ADD COLUMN and the column from the start': [
    `${T} ALTER TABLE t ADD COLUMN z TEXT DEFAULT 'x' CHECK (z <> '')`,
    `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b INT, z TEXT DEFAULT 'x' CHECK (z <> ''))`,
  ],
  'a table renamed forth and back, with all that refers to it': [
    `${T} CREATE INDEX i ON t(a) WHERE b > 0; CREATE VIEW v AS SELECT a FROM t; CREATE TABLE k (t INT REFERENCES t(id)); CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET b = 1; END`,
    `${T} CREATE INDEX i ON t(a) WHERE b > 0; CREATE VIEW v AS SELECT a FROM t; CREATE TABLE k (t INT REFERENCES t(id)); CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET b = 1; END; ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME TO t`,
  ],
  'a column renamed forth and back': [
    'CREATE TABLE t (id INTEGER PRIMARY KEY, a INT CHECK (a > 0), UNIQUE (id, a)); CREATE INDEX i ON t(a)',
    'CREATE TABLE t (id INTEGER PRIMARY KEY, a INT CHECK (a > 0), UNIQUE (id, a)); CREATE INDEX i ON t(a); ALTER TABLE t RENAME a TO "a b"; ALTER TABLE t RENAME "a b" TO a',
  ],
  'quotes of names': [
    'CREATE TABLE [t] (`id` INT, "a" INT, UNIQUE ("a"), CHECK (`a` > 0))',
    'CREATE TABLE t (id INT, a INT, UNIQUE (a), CHECK (a > 0))',
  ],
  'a check at the column and at the table': [
    'CREATE TABLE t (a INT CHECK (a > 0))',
    'CREATE TABLE t (a INT, CHECK (a > 0))',
  ],
  'a unique key at the column and at the table': [
    'CREATE TABLE t (a INT UNIQUE)',
    'CREATE TABLE t (a INT, UNIQUE (A ASC))',
  ],
  'a foreign key at the column and at the table, and its defaults': [
    `${P} CREATE TABLE k (p INT REFERENCES p (id) ON DELETE CASCADE)`,
    `${P} CREATE TABLE k (p INT, FOREIGN KEY (p) REFERENCES "p"(id) ON UPDATE NO ACTION ON DELETE CASCADE NOT DEFERRABLE)`,
  ],
  'a primary key at the column and at the table': [
    'CREATE TABLE t (a INTEGER PRIMARY KEY)',
    'CREATE TABLE t (a INTEGER, PRIMARY KEY (a))',
  ],
  'an index with the defaults spelled out': [
    `${T} CREATE INDEX i ON t (a, b)`,
    `${T} CREATE INDEX IF NOT EXISTS main.i ON t (a COLLATE binary ASC, b ASC)`,
  ],
  'a rebuilt table': [
    T,
    `${T} CREATE TABLE new_t (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b INT); DROP TABLE t; ALTER TABLE new_t RENAME TO t`,
  ],
  "Queen's own tables and SQLite's internal ones": [
    '',
    'CREATE TABLE Queen_Migrations (v TEXT UNIQUE); CREATE INDEX qi ON queen_migrations(v); CREATE TABLE queen_migrations_log (v); ANALYZE',
  ],
  'constraints without commas between them': [
    'CREATE TABLE t (a INT, CHECK (a > 0) CHECK (a < 9))',
    'CREATE TABLE t (a INT CHECK (a < 9), CHECK (a > 0))',
  ],
}

const DIFFERENT: Record<string, readonly [string, string, readonly string[]]> = {
  'a table': ['', T, ['left table t']],
  'WITHOUT ROWID': [
    'CREATE TABLE t (a TEXT PRIMARY KEY NOT NULL)',
    'CREATE TABLE t (a TEXT PRIMARY KEY NOT NULL) WITHOUT ROWID',
    ['changed table t: was TABLE, is TABLE WITHOUT ROWID'],
  ],
  STRICT: [
    'CREATE TABLE t (a TEXT)',
    'CREATE TABLE t (a TEXT) STRICT',
    ['changed table t: was TABLE, is TABLE STRICT'],
  ],
  AUTOINCREMENT: [
    'CREATE TABLE t (a INTEGER PRIMARY KEY)',
    'CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT)',
    ['changed primary key t: was PRIMARY KEY (a), is PRIMARY KEY (a) AUTOINCREMENT'],
  ],
  'a virtual table': [
    'CREATE VIRTUAL TABLE f USING fts5(a)',
    "CREATE VIRTUAL TABLE f USING fts5(a, tokenize='porter')",
    ["changed table f: was VIRTUAL USING fts5(a), is VIRTUAL USING fts5(a, tokenize = 'porter')"],
  ],
  'a column': [T, `${T} ALTER TABLE t ADD COLUMN c INT`, ['left column t.c']],
  'a lost column': [T, `${T} ALTER TABLE t DROP COLUMN b`, ['lost column t.b']],
  'a type': [
    'CREATE TABLE t (a INT)',
    'CREATE TABLE t (a VARCHAR (10))',
    ['changed column t.a: was INT, is VARCHAR(10)'],
  ],
  'no type': ['CREATE TABLE t (a INT)', 'CREATE TABLE t (a)', ['changed column t.a: was INT, is without a type']],
  'NOT NULL': [
    'CREATE TABLE t (age INTEGER NOT NULL)',
    'CREATE TABLE t (age INTEGER)',
    ['changed column t.age: was INTEGER NOT NULL, is INTEGER'],
  ],
  'NOT NULL ON CONFLICT': [
    'CREATE TABLE t (a INT NOT NULL)',
    'CREATE TABLE t (a INT NOT NULL ON CONFLICT IGNORE)',
    ['changed column t.a: was INT NOT NULL, is INT NOT NULL ON CONFLICT IGNORE'],
  ],
  'a default': [
    "CREATE TABLE t (a TEXT DEFAULT 'x')",
    "CREATE TABLE t (a TEXT DEFAULT 'X')",
    ["changed column t.a: was TEXT DEFAULT 'x', is TEXT DEFAULT 'X'"],
  ],
  'a default of NULL and none': [
    'CREATE TABLE t (a INT)',
    'CREATE TABLE t (a INT DEFAULT -1)',
    ['changed column t.a: was INT, is INT DEFAULT - 1'],
  ],
  'a collation': [
    'CREATE TABLE t (a TEXT)',
    'CREATE TABLE t (a TEXT DEFAULT NULL COLLATE nocase)',
    ['changed column t.a: was TEXT, is TEXT DEFAULT NULL COLLATE NOCASE'],
  ],
  'a generated expression': [
    'CREATE TABLE t (a INT, b INT AS (a+1))',
    'CREATE TABLE t (a INT, b INT GENERATED ALWAYS AS (a+2))',
    ['changed column t.b: was INT AS (a + 1) VIRTUAL, is INT AS (a + 2) VIRTUAL'],
  ],
  'a generated column stored': [
    'CREATE TABLE t (a INT, b INT AS (a+1))',
    'CREATE TABLE t (a INT, b INT AS (a+1) STORED)',
    ['changed column t.b: was INT AS (a + 1) VIRTUAL, is INT AS (a + 1) STORED'],
  ],
  'a hidden column of a virtual table': [
    'CREATE VIRTUAL TABLE f USING fts5(a, b)',
    'CREATE VIRTUAL TABLE f USING fts5(a)',
    ['lost column f.b', 'changed table f: was VIRTUAL USING fts5(a, b), is VIRTUAL USING fts5(a)'],
  ],
  'the order of columns': [
    'CREATE TABLE t (a INT, b INT, c INT)',
    'CREATE TABLE t (a INT, c INT, b INT)',
    ['changed the order of the columns of t: was a, b, c, is a, c, b'],
  ],
  'a primary key': [
    'CREATE TABLE t (a INT, b INT, PRIMARY KEY (a, b))',
    'CREATE TABLE t (a INT, b INT, PRIMARY KEY (b, a))',
    ['changed primary key t: was PRIMARY KEY (a, b), is PRIMARY KEY (b, a)'],
  ],
  'no primary key': ['CREATE TABLE t (a INT PRIMARY KEY)', 'CREATE TABLE t (a INT)', ['lost primary key t']],
  'a primary key that is no rowid': [
    'CREATE TABLE t (a INTEGER PRIMARY KEY)',
    'CREATE TABLE t (a INTEGER PRIMARY KEY DESC)',
    ['changed primary key t: was PRIMARY KEY (a), is PRIMARY KEY (a DESC)'],
  ],
  'a primary key ON CONFLICT': [
    'CREATE TABLE t (a INT PRIMARY KEY)',
    'CREATE TABLE t (a INT PRIMARY KEY ON CONFLICT REPLACE)',
    ['changed primary key t: was PRIMARY KEY (a), is PRIMARY KEY (a) ON CONFLICT REPLACE'],
  ],
  'a unique key': ['CREATE TABLE t (a INT)', 'CREATE TABLE t (a INT UNIQUE)', ['left unique key t (a)']],
  'the name of a unique key': [
    'CREATE TABLE t (a INT, UNIQUE (a))',
    'CREATE TABLE t (a INT, CONSTRAINT one UNIQUE (a))',
    ['changed unique key t (a): was UNIQUE (a), is CONSTRAINT one UNIQUE (a)'],
  ],
  'a unique key ON CONFLICT': [
    'CREATE TABLE t (a INT UNIQUE)',
    'CREATE TABLE t (a INT UNIQUE ON CONFLICT FAIL)',
    ['changed unique key t (a): was UNIQUE (a), is UNIQUE (a) ON CONFLICT FAIL'],
  ],
  'a check': ['CREATE TABLE t (a INT CHECK (a > 0))', 'CREATE TABLE t (a INT)', ['lost check t (a > 0)']],
  'a named check': [
    'CREATE TABLE t (a INT, CONSTRAINT small CHECK (a < 9))',
    'CREATE TABLE t (a INT, CONSTRAINT small CHECK (a <= 9))',
    ['changed check t.small: was CHECK (a < 9), is CHECK (a <= 9)'],
  ],
  'a text in a check': [
    "CREATE TABLE t (a TEXT, CONSTRAINT c CHECK (a <> 'a  b'))",
    "CREATE TABLE t (a TEXT, CONSTRAINT c CHECK (a <> 'a b'))",
    ["changed check t.c: was CHECK (a <> 'a  b'), is CHECK (a <> 'a b')"],
  ],
  'a check whose column is a name, not a value': [
    'CREATE TABLE t ("true" INT, CONSTRAINT c CHECK (true))',
    'CREATE TABLE t ("true" INT, CONSTRAINT c CHECK ("true"))',
    ['changed check t.c: was CHECK (TRUE), is CHECK ("true")'],
  ],
  'a foreign key': [
    `${P} CREATE TABLE k (p INT)`,
    `${P} CREATE TABLE k (p INT REFERENCES p)`,
    ['left foreign key k (p)'],
  ],
  'where a foreign key leads': [
    `${P} CREATE TABLE k (p INT REFERENCES p (id))`,
    `${P} CREATE TABLE k (p INT REFERENCES p (x))`,
    ['changed foreign key k (p): was REFERENCES p(id), is REFERENCES p(x)'],
  ],
  'ON DELETE': [
    `${P} CREATE TABLE k (p INT REFERENCES p ON DELETE CASCADE)`,
    `${P} CREATE TABLE k (p INT REFERENCES p ON DELETE SET NULL)`,
    ['changed foreign key k (p): was REFERENCES p ON DELETE CASCADE, is REFERENCES p ON DELETE SET NULL'],
  ],
  'ON UPDATE': [
    `${P} CREATE TABLE k (p INT REFERENCES p)`,
    `${P} CREATE TABLE k (p INT DEFAULT 1 REFERENCES p ON UPDATE SET DEFAULT)`,
    [
      'changed column k.p: was INT, is INT DEFAULT 1',
      'changed foreign key k (p): was REFERENCES p, is REFERENCES p ON UPDATE SET DEFAULT',
    ],
  ],
  DEFERRABLE: [
    `${P} CREATE TABLE k (p INT REFERENCES p NOT NULL)`,
    `${P} CREATE TABLE k (p INT REFERENCES p DEFERRABLE INITIALLY DEFERRED NOT NULL)`,
    ['changed foreign key k (p): was REFERENCES p, is REFERENCES p DEFERRABLE INITIALLY DEFERRED'],
  ],
  'an index': [`${T} CREATE INDEX users_name_idx ON t(a)`, T, ['lost index users_name_idx']],
  'UNIQUE of an index': [
    `${T} CREATE INDEX i ON t(a)`,
    `${T} CREATE UNIQUE INDEX i ON t(a)`,
    ['changed index i: was ON t (a), is UNIQUE ON t (a)'],
  ],
  'the columns of an index': [
    `${T} CREATE INDEX i ON t(a, b)`,
    `${T} CREATE INDEX i ON t(b, a)`,
    ['changed index i: was ON t (a, b), is ON t (b, a)'],
  ],
  'DESC of an index': [
    `${T} CREATE INDEX i ON t(a)`,
    `${T} CREATE INDEX i ON t(a desc)`,
    ['changed index i: was ON t (a), is ON t (a DESC)'],
  ],
  'the collation of an index': [
    `${T} CREATE INDEX i ON t(a)`,
    `${T} CREATE INDEX i ON t(a COLLATE rtrim)`,
    ['changed index i: was ON t (a), is ON t (a COLLATE RTRIM)'],
  ],
  'WHERE of an index': [
    `${T} CREATE INDEX i ON t(a) WHERE b > 1`,
    `${T} CREATE INDEX i ON t(a) WHERE b > 2`,
    ['changed index i: was ON t (a) WHERE b > 1, is ON t (a) WHERE b > 2'],
  ],
  'an expression of an index': [
    `${T} CREATE INDEX i ON t(lower(a))`,
    `${T} CREATE INDEX i ON t(upper(a) DESC)`,
    ['changed index i: was ON t (lower(a)), is ON t (upper(a) DESC)'],
  ],
  'the table of an index': [
    `${T}${P} CREATE INDEX i ON t(id)`,
    `${T}${P} CREATE INDEX i ON p(id)`,
    ['changed index i: was ON t (id), is ON p (id)'],
  ],
  'a view': [
    `${T} CREATE VIEW v AS SELECT a FROM t`,
    `${T} CREATE VIEW v AS SELECT b FROM t`,
    ['changed view v: was AS SELECT a FROM t, is AS SELECT b FROM t'],
  ],
  'the columns of a view': [
    `${T} CREATE VIEW v AS SELECT a FROM t`,
    `${T} CREATE VIEW v(x) AS SELECT a FROM t`,
    ['changed view v: was AS SELECT a FROM t, is (x) AS SELECT a FROM t'],
  ],
  'a trigger': [T, `${T} CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END`, ['left trigger g']],
  'when a trigger fires': [
    `${T} CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END`,
    `${T} CREATE TRIGGER g BEFORE INSERT ON t BEGIN SELECT 1; END`,
    ['changed trigger g: was AFTER INSERT ON t BEGIN SELECT 1; END, is BEFORE INSERT ON t BEGIN SELECT 1; END'],
  ],
  'the numbers of the file': ['', 'PRAGMA user_version = 3', ['left setting user_version']],
}

describe('the same schema, built in two ways', () => {
  test.each(Object.entries(SAME))('%s', (_, [one, other]) => {
    expect(snap(other)).toEqual(expect.arrayContaining(snap(one)))
    expect(schemaDiff('it', snap(one), snap(other))).toEqual([])
  })
})

describe('every kind of change is seen', () => {
  test.each(Object.entries(DIFFERENT))('%s', (_, [was, is, lines]) => {
    expect(schemaDiff('it', snap(was), snap(is))).toEqual(lines.map((line) => `it ${line}`))
  })
})

test('names and texts that look like syntax are none', () => {
  const objects =
    snap(`${P} CREATE TABLE "t(" ("check" DECIMAL( 10 , 2 ), /* a, b ( */ [a,b] TEXT DEFAULT 'x),(' COLLATE "nocase",
    'str' TEXT COLLATE RTRIM, a INT CONSTRAINT nn NOT NULL CONSTRAINT ck CHECK (a IN (1,2)) CONSTRAINT fk REFERENCES p MATCH FULL,
    g TEXT AS (a || 'AS (') STORED, CONSTRAINT "the key" UNIQUE (a, "check") FOREIGN KEY (g) REFERENCES p (id), PRIMARY KEY ("check", a DESC)) WITHOUT ROWID`)
  expect(
    objects
      .filter(({ name }) => name.startsWith('t('))
      .map(({ kind, name, definition }) => `${kind} ${name}: ${definition}`),
  ).toEqual([
    'table t(: TABLE WITHOUT ROWID',
    'columns t(: "check", "a,b", str, a, g',
    'column t(.check: DECIMAL(10, 2) NOT NULL',
    `column t(.a,b: TEXT DEFAULT 'x),(' COLLATE NOCASE`,
    'column t(.str: TEXT COLLATE RTRIM',
    'column t(.a: INT NOT NULL',
    `column t(.g: TEXT AS (a || 'AS (') STORED`,
    'primary key t(: PRIMARY KEY ("check", a DESC)',
    'check t(.ck: CHECK (a IN (1, 2))',
    'foreign key t( (a): CONSTRAINT fk REFERENCES p',
    'unique key t( (a, "check"): CONSTRAINT "the key" UNIQUE (a, "check")',
    'foreign key t( (g): REFERENCES p(id)',
  ])
})

test('two different keys of one column have names of their own', () => {
  const names = snap(`${P} CREATE TABLE k (p INT REFERENCES p (id) REFERENCES p (x) UNIQUE UNIQUE)`).filter(
    ({ name }) => name.startsWith('k ('),
  )
  expect(names.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'foreign key k (p)',
    'foreign key k (p) #2',
    'unique key k (p)',
  ])
})

test('rows keep the difference between types, and leave out what is not the user’s', () => {
  const db = new Database(':memory:')
  db.exec(`CREATE TABLE "a""b" (b, a); INSERT INTO "a""b" VALUES (x'00ff', 9007199254740993), (1.0, NULL), (1, '"'), ('', 9e999);
    CREATE TABLE queen_migrations (v); INSERT INTO queen_migrations VALUES (1);
    CREATE VIRTUAL TABLE f USING fts5(c); INSERT INTO f VALUES ('x'); CREATE TABLE empty (x); CREATE VIEW v AS SELECT 1`)
  expect(rows(db, OWN)).toEqual(
    new Map([
      [
        'a"b',
        [`{"a":"Infinity","b":""}`, `{"a":"\\"","b":1}`, `{"a":9007199254740993,"b":"x'00ff'"}`, `{"a":null,"b":1.0}`],
      ],
      ['empty', []],
      ['f', [`{"c":"x"}`]],
    ]),
  )
  db.close()
})
