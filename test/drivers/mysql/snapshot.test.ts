import type mysql from 'mysql2/promise'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { SchemaObject } from '../../../src/core/index.js'
import { rows, snapshot, type OwnTables, type Query } from '../../../src/drivers/mysql/snapshot.js'
import { schemaDiff } from '../../../src/testing/schema-diff.js'
import { mysqlServers, type FreshDatabase } from '../../support/mysql.js'
import { ask } from '../../support/mysql-database.mjs'
import { CHANGES } from './snapshot-changes.js'

/** A database, a connection to it, and what reads it. */
interface Bench {
  readonly database: FreshDatabase
  readonly client: mysql.Connection
  readonly query: Query
  readonly own: OwnTables
  run(sql: string): Promise<void>
  snap(): Promise<SchemaObject[]>
  rows(): Promise<[string, string[]][]>
}

async function benchOn(database: FreshDatabase): Promise<Bench> {
  const client = await database.connect()
  const query: Query = async (sql) => {
    const [found] = await client.query({
      sql,
      rowsAsArray: true,
      typeCast: (field: { string(encoding?: string): string | null }) => field.string('utf8'),
    } as mysql.QueryOptions)
    return Array.isArray(found) ? (found as unknown as (string | null)[][]) : []
  }
  const own = { database: database.name, history: 'queen_migrations', journal: 'queen_migrations_log' }
  return {
    database,
    client,
    query,
    own,
    // One by one: of several statements in one message the server keeps the `;` as a part of a trigger.
    async run(sql) {
      for (const statement of sql.split(/;(?!\s*END\b)\s*/)) if (statement !== '') await client.query(statement)
    },
    snap: async () => await snapshot(query, own),
    rows: async () => [...(await rows(query, own))],
  }
}

/** A bit of everything, to be compared with itself. */
const RICH = `
  CREATE TABLE users (id INT AUTO_INCREMENT PRIMARY KEY, email VARCHAR(40) NOT NULL DEFAULT 'it''s \\\\', n INT UNSIGNED ZEROFILL,
    twice INT AS (n * 2) VIRTUAL, more INT AS (n + 1) STORED, mood ENUM('ok', 'bad') DEFAULT 'ok', price DECIMAL(10, 2) DEFAULT 1.5,
    at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3), seen TIMESTAMP NULL, raw BINARY(4) DEFAULT 'ab',
    token VARCHAR(40) DEFAULT (uuid()), bits BIT(3) DEFAULT b'101', j JSON, hidden INT INVISIBLE, old TEXT CHARACTER SET latin1,
    CONSTRAINT n_known CHECK (n > 0 AND email <> 'x''y'), KEY by_email (email(5) DESC, n) COMMENT 'c', UNIQUE KEY (mood), FULLTEXT KEY words (email));
  CREATE TABLE posts (id INT, author INT, CONSTRAINT by_author FOREIGN KEY (author) REFERENCES users (id) ON DELETE CASCADE) COMMENT 'all';
  CREATE TABLE parts (id INT, k INT) PARTITION BY RANGE (id) SUBPARTITION BY HASH (k) SUBPARTITIONS 2
    (PARTITION p0 VALUES LESS THAN (10) COMMENT 'few', PARTITION p1 VALUES LESS THAN MAXVALUE);
  CREATE FUNCTION f(x INT) RETURNS VARCHAR(20) DETERMINISTIC RETURN concat(x, 'a\\\\b');
  CREATE PROCEDURE r(OUT y DECIMAL(5, 2), INOUT z TEXT) BEGIN SET y = 1; END;
  CREATE VIEW names AS SELECT u.email, 'it''s \\\\' AS s, f(p.id) AS f FROM users u LEFT JOIN posts p ON p.author = u.id;
  CREATE VIEW few AS SELECT * FROM names WHERE email > (SELECT min(email) FROM users);
  CREATE TRIGGER one BEFORE INSERT ON users FOR EACH ROW SET NEW.n = 1;
  CREATE TRIGGER two BEFORE INSERT ON users FOR EACH ROW SET NEW.n = 2;
  CREATE EVENT daily ON SCHEDULE EVERY 1 DAY DO SELECT 1;
  CREATE EVENT once ON SCHEDULE AT '2037-01-01 00:00:00' ON COMPLETION PRESERVE DO SELECT "x";
  INSERT INTO users (email, at, seen, j, token) VALUES ('one', '2020-01-01', '2020-01-01', '{"a":1}', 't');
  INSERT INTO posts VALUES (1, 1), (2, NULL);`
const MYSQL = `CREATE TABLE places (g POINT NOT NULL SRID 4326, SPATIAL KEY (g), KEY ((ST_SRID(g))));
  SET sql_generate_invisible_primary_key = ON; CREATE TABLE keyless (a INT); SET sql_generate_invisible_primary_key = OFF;
  INSERT INTO keyless VALUES (1)`
const MARIADB = `CREATE SEQUENCE s; CREATE TABLE old (a INT DEFAULT nextval(s)) WITH SYSTEM VERSIONING;
  CREATE TABLE booked (a INT, s DATE, e DATE, PERIOD FOR p (s, e), UNIQUE (a, p WITHOUT OVERLAPS)); INSERT INTO old (a) VALUES (1)`

/** A session as different as can be. */
const OTHER_SESSION = `SET time_zone = '+09:00'; SET sql_quote_show_create = 0; SET character_set_results = latin1;
  SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT,IGNORE_SPACE'; SET sql_select_limit = 1`
const OTHER_MYSQL = 'SET show_gipk_in_create_table_and_information_schema = OFF'
const OTHER_MARIADB = `SET system_versioning_asof = '2000-01-01 00:00:00'`

for (const server of mysqlServers)
  server.describe(`snapshot of ${server.title}`, () => {
    const fresh = async (): Promise<Bench> => await benchOn(await server.freshDatabase())
    const words: Readonly<Record<string, string>> =
      server.name === 'mysql'
        ? { $INT: 'int', $SRID: 'SRID 4326', $UNSEEN: 'INVISIBLE', $SEEN: 'VISIBLE' }
        : { $INT: 'int(11)', $SRID: 'REF_SYSTEM_ID=4326', $UNSEEN: 'IGNORED', $SEEN: 'NOT IGNORED' }
    const sql = (text: string): string => text.replaceAll(/\$[A-Z]+/g, (word) => words[word] ?? word)

    describe('every kind of change is seen, and taking it back leaves none', () => {
      const known = Object.entries(CHANGES).filter(([, { only }]) => only === undefined || only === server.name)
      test.for(known)('%s', async ([, { setup, change, back, lines }]) => {
        const bench = await fresh()
        if (setup !== undefined) await bench.run(sql(setup))
        const before = await bench.snap()
        await bench.run(sql(change))
        const expected = 'mysql' in lines ? lines[server.name] : lines
        expect(schemaDiff('it', before, await bench.snap())).toEqual(expected.map((line) => `it ${sql(line)}`))
        if (back === undefined) return
        await bench.run(sql(back))
        expect(await bench.snap()).toEqual(before)
      })
    })

    test('a new database has nothing in it', async () => {
      const bench = await fresh()
      expect(await bench.snap()).toEqual([])
      expect(await bench.rows()).toEqual([])
    })

    test('Queen’s own tables are no part of it, with all that belongs to them, nor is what is temporary', async () => {
      const bench = await fresh()
      await bench.run(`
        CREATE TABLE queen_migrations (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(9) UNIQUE CHECK (v <> ''), g INT);
        CREATE TABLE queen_migrations_log (id INT PRIMARY KEY, m INT, KEY (m), FOREIGN KEY (m) REFERENCES queen_migrations (id));
        CREATE TRIGGER g BEFORE INSERT ON queen_migrations FOR EACH ROW SET NEW.g = 1;
        INSERT INTO queen_migrations (v) VALUES ('001');
        CREATE TEMPORARY TABLE brief (id INT PRIMARY KEY, a TEXT)`)
      expect(await bench.snap()).toEqual([])
      expect(await bench.rows()).toEqual([])
    })

    test('a temporary table that hides another one is not told in its place', async () => {
      const bench = await fresh()
      await bench.run('CREATE TABLE t (id INT PRIMARY KEY)')
      const before = await bench.snap()
      await bench.run('CREATE TEMPORARY TABLE t (a TEXT)')
      expect(await bench.snap()).toEqual(before)
    })

    test('the same schema in two databases, and to whatever session, is the same', async () => {
      const [one, two] = [await fresh(), await fresh()]
      // Other numbers for everything, and a column that came and went.
      await two.run('CREATE TABLE early (a INT); DROP TABLE early')
      const read = async ({ snap, rows }: Bench) => ({ objects: await snap(), rows: await rows() })
      for (const bench of [one, two]) await bench.run(`${RICH} ${server.name === 'mysql' ? MYSQL : MARIADB}`)
      await two.run('ALTER TABLE users ADD COLUMN gone INT FIRST; ALTER TABLE users DROP COLUMN gone')
      const first = await read(one)
      expect(first.objects.length).toBeGreaterThan(40)
      expect(JSON.stringify(first)).not.toContain(one.database.name)
      expect(await read(two)).toEqual(first)
      await two.run(`${OTHER_SESSION}; ${server.name === 'mysql' ? OTHER_MYSQL : OTHER_MARIADB}`)
      expect(await read(two)).toEqual(first)
      // The database’s name is not the session’s, and need not be.
      await two.run(`USE mysql`)
      expect(await read(two)).toEqual(first)
    })

    test('a session has its settings again, also when reading breaks off', async () => {
      const bench = await fresh()
      await bench.run(`CREATE TABLE t (a INT); ${OTHER_SESSION}`)
      const settings = async (): Promise<unknown> =>
        await bench.query(`SELECT @@sql_mode, @@time_zone, @@sql_quote_show_create, @@character_set_results LIMIT 1`)
      const [before, limit] = [await settings(), await bench.query('SELECT @@sql_select_limit LIMIT 1')]
      await bench.snap()
      expect(await settings()).toEqual(before)
      const broken: Query = async (sql) => {
        if (sql.includes('information_schema.STATISTICS')) throw new Error('broken off')
        return await bench.query(sql)
      }
      await expect(snapshot(broken, bench.own)).rejects.toThrow('broken off')
      expect(await settings()).toEqual(before)
      expect(await bench.query('SELECT @@sql_select_limit LIMIT 1')).toEqual(limit)
    })

    test('names are told as SQL writes them, and none of them is anything but a name', async () => {
      const bench = await fresh()
      await bench.run(
        "CREATE TABLE `a.b` (`x``y` INT, `é` INT, `1` INT, `'` INT, KEY `k k` (`x``y`, `'`)); CREATE VIEW `v\"` AS SELECT 1 AS `a b`",
      )
      expect((await bench.snap()).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
        'table `a.b`',
        'columns `a.b`',
        "column `a.b`.`'`",
        'column `a.b`.`1`',
        'column `a.b`.`x``y`',
        'column `a.b`.é',
        'index `a.b`.`k k`',
        'view `v"`',
      ])
      await bench.run('INSERT INTO `a.b` VALUES (1, 2, 3, 4)')
      expect(await bench.rows()).toEqual([['`a.b`', [`{"'":4,"1":3,"x\`y":1,"é":2}`]]])
    })

    test('the name of the database in a string is the user’s', async () => {
      const bench = await fresh()
      const text = `\`${bench.database.name}\`.`
      await bench.run(`CREATE TABLE t (a TEXT); CREATE VIEW v AS SELECT '${text}' AS s, 'it\\'s' AS r, a FROM t`)
      const view = (await bench.snap()).find(({ kind }) => kind === 'view')
      expect(view?.definition).toBe(`AS select '${text}' AS \`s\`,'it\\'s' AS \`r\`,\`t\`.\`a\` AS \`a\` from \`t\``)
    })

    test('of another database only what is named in a foreign key or a view', async () => {
      // Dropped in the end as the last one, when nothing refers to it any more.
      const other = await fresh()
      const bench = await fresh()
      await other.run('CREATE TABLE o (id INT PRIMARY KEY); CREATE VIEW w AS SELECT 1')
      const theirs = other.database.name
      await bench.run(`CREATE TABLE t (id INT, CONSTRAINT k FOREIGN KEY (id) REFERENCES ${theirs}.o (id));
        CREATE VIEW v AS SELECT id FROM ${theirs}.o`)
      const objects = await bench.snap()
      expect(objects.map(({ kind }) => kind)).toEqual(['table', 'columns', 'column', 'index', 'foreign key', 'view'])
      expect(objects[4]!.definition).toContain(`REFERENCES ${theirs}.o (id)`)
      expect(objects[5]!.definition).toContain(`from \`${theirs}\`.\`o\``)
    })

    test('an event without a beginning begins when it is made, which is none of the schema', async () => {
      const [one, two] = [await fresh(), await fresh()]
      await one.run('CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1')
      await two.run(`SET timestamp = 2000000000; SET time_zone = '+00:00'`)
      await two.run('CREATE EVENT e ON SCHEDULE EVERY 1 HOUR DO SELECT 1')
      await two.run(`SET timestamp = DEFAULT; SET time_zone = 'SYSTEM'; ALTER EVENT e ON SCHEDULE EVERY 1 DAY`)
      const [first] = await one.snap()
      expect(first?.definition).toBe('EVERY 1 DAY ENABLED DO SELECT 1')
      expect(await two.snap()).toEqual([first])
    })

    test('rows are exact', async () => {
      const bench = await fresh()
      await bench.run(`SET time_zone = '+09:00';
        CREATE TABLE t (id BIGINT UNSIGNED, B DECIMAL(30, 2), f FLOAT, d DOUBLE, z INT(8) UNSIGNED ZEROFILL, bits BIT(64),
          r VARBINARY(9), bl LONGBLOB, at TIMESTAMP(3) NULL, dt DATETIME, ti TIME(1), y YEAR, e ENUM('a', 'b'), s TEXT, j JSON,
          l VARCHAR(9) CHARACTER SET latin1, c CHAR(5), hidden INT INVISIBLE, g INT AS (1) VIRTUAL);
        INSERT INTO t (id, B, f, d, z, bits, r, bl, at, dt, ti, y, e, s, j, l, c, hidden) VALUES (18446744073709551615,
          12345678901234567890123456.50, 1.1234567, 0.1e0 + 0.2e0, 42, b'1111', X'00FF', '', '2020-01-01 00:00:00.5',
          '2020-01-01 00:00:00', '-12:00:01.5', 2020, 'b', 'it''s "x"
y', '{"b": [1.0, null], "a": "é"}', 'é', 'x', 7), (2, 0, 16777217, -0.5, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
        CREATE TABLE empty_table (a INT); CREATE VIEW v AS SELECT 1; CREATE TABLE g (p POINT); INSERT INTO g VALUES (POINT(1, 2))`)
      const json =
        server.name === 'mysql' ? '{"a": "é", "b": [1.0, null]}' : JSON.stringify('{"b": [1.0, null], "a": "é"}')
      const expected: [string, string[]][] = [
        ['empty_table', []],
        ['g', [`{"p":"x'000000000101000000000000000000f03f0000000000000040'"}`]],
        [
          't',
          [
            '{"B":0.00,"at":null,"bits":0,"bl":null,"c":null,"d":-0.5,"dt":null,"e":null,"f":16777216,"g":1,"hidden":null,"id":2,"j":null,"l":null,"r":null,"s":null,"ti":null,"y":null,"z":0}',
            `{"B":12345678901234567890123456.50,"at":"2019-12-31 15:00:00.500","bits":15,"bl":"x''","c":"x","d":0.30000000000000004,"dt":"2020-01-01 00:00:00","e":"b","f":1.1234567165374756,"g":1,"hidden":7,"id":18446744073709551615,"j":${json},"l":"é","r":"x'00ff'","s":"it's \\"x\\"\\ny","ti":"-12:00:01.5","y":"2020","z":42}`,
          ],
        ],
      ]
      expect(await bench.rows()).toEqual(expected)
      await bench.run(`${OTHER_SESSION}; SET sql_mode = 'PAD_CHAR_TO_FULL_LENGTH'`)
      expect(await bench.rows()).toEqual(expected)
    })

    test('bytes too long for a message are told apart', async () => {
      const bench = await fresh()
      await bench.run('CREATE TABLE t (b LONGBLOB)')
      const [[limit]] = (await bench.query('SELECT @@max_allowed_packet DIV 4')) as [[string]]
      await bench.run(
        `INSERT INTO t VALUES (repeat('a', ${limit})), (concat(repeat('a', ${limit} - 1), 'b')), (repeat('a', 9))`,
      )
      const [[, list]] = (await bench.rows()) as [[string, string[]]]
      expect(list).toEqual([
        expect.stringMatching(/^\{"b":"\d+ bytes of SHA-512 [0-9a-f]{128}"\}$/),
        expect.stringMatching(/^\{"b":"\d+ bytes of SHA-512 [0-9a-f]{128}"\}$/),
        `{"b":"x'616161616161616161'"}`,
      ])
      expect(list[0]).not.toBe(list[1])
    })

    test('more tables than are read at once, with more columns and fewer', async () => {
      const bench = await fresh()
      for (let index = 1; index <= 51; index++)
        await bench.run(
          `CREATE TABLE t${index} (a INT${index % 2 ? ', b TEXT' : ''}); INSERT INTO t${index} (a) VALUES (${index})`,
        )
      const found = await bench.rows()
      expect(found).toHaveLength(51)
      for (const [table, list] of found) {
        const index = Number(table.slice(1))
        expect(list).toEqual([index % 2 ? `{"a":${index},"b":null}` : `{"a":${index}}`])
      }
    })

    test('who may not read a body is told that it is hidden', async () => {
      const bench = await fresh()
      const { name } = bench.database
      await bench.run(`CREATE TABLE t (a INT); CREATE VIEW v AS SELECT a FROM t; CREATE PROCEDURE r() SELECT 1`)
      await bench.run(`CREATE USER '${name}'@'%'; GRANT SELECT, EXECUTE ON ${name}.* TO '${name}'@'%'`)
      onTestFinished(async () => void (await ask(server.url(), `DROP USER '${name}'@'%'`)))
      const user = new URL(bench.database.url)
      user.username = name
      const stranger = await benchOn({
        ...bench.database,
        connect: async () => await bench.database.connect({ uri: user.href }),
      })
      const told = (await stranger.snap()).map(({ kind, definition }) => [kind, definition])
      expect(told).toContainEqual(['view', expect.stringMatching(/ AS \(hidden\)$/)])
      expect(told).toContainEqual(['procedure', expect.stringMatching(/ \(hidden\)$/)])
    })
  })

const mariadb = mysqlServers.find(({ name }) => name === 'mariadb')!
const describePrivate = await mariadb.describePrivate()
describePrivate('snapshot of a server that writes all names small', () => {
  test('Queen’s own tables are known however they are written', { timeout: 60_000 }, async () => {
    const server = await mariadb.start(['--lower-case-table-names=1'])
    onTestFinished(async () => await server.remove())
    const bench = await benchOn(await mariadb.freshDatabase(server))
    await bench.run(
      'CREATE TABLE Migrations (id INT); CREATE TABLE Migrations_Log (id INT); CREATE TABLE Users (id INT)',
    )
    const own = { ...bench.own, history: 'Migrations', journal: 'Migrations_Log' }
    const objects = await snapshot(bench.query, own)
    expect(objects.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'table users',
      'columns users',
      'column users.id',
    ])
    expect([...(await rows(bench.query, own))]).toEqual([['users', []]])
  })
})
