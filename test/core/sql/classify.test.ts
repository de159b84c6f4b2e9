import { describe, expect, it } from 'vitest'
import { classify } from '../../../src/core/sql/classify.js'
import { type Dialect, rulesFor } from '../../../src/core/sql/dialect.js'
import type { Effect } from '../../../src/core/sql/effect.js'

const of = (dialect: Dialect, sql: string) => classify(sql, rulesFor(dialect))

const effects: Record<Dialect, Partial<Record<Effect, readonly string[]>>> = {
  postgres: {
    control: [
      ...[
        'BEGIN',
        'begin isolation level serializable',
        'START TRANSACTION',
        'COMMIT',
        'commit and chain',
        'END',
        'END WORK',
        'ROLLBACK',
      ],
      ...[
        '/* x */ -- y\n rollback',
        'ROLLBACK AND CHAIN',
        'ABORT',
        "PREPARE TRANSACTION 'x'",
        "COMMIT PREPARED 'x'",
        "ROLLBACK PREPARED 'x'",
      ],
    ],
    savepoint: [
      'SAVEPOINT a',
      'RELEASE a',
      'RELEASE SAVEPOINT a',
      'ROLLBACK TO a',
      'ROLLBACK WORK TO SAVEPOINT a',
      'rollback transaction to a',
    ],
    procedural: [
      'CALL p()',
      'DO $$ BEGIN COMMIT; END $$',
      "do language plpgsql 'begin rollback; end'",
      'DO $$ BEGIN CALL p(); END $$',
    ],
    outside: [
      ...[
        'VACUUM',
        'VACUUM (FULL) t',
        'CREATE INDEX CONCURRENTLY ON t (a)',
        'create unique index concurrently if not exists i on t (a)',
      ],
      ...[
        'DROP INDEX CONCURRENTLY i',
        'REINDEX INDEX CONCURRENTLY i',
        'REINDEX (VERBOSE) TABLE CONCURRENTLY t',
        'REINDEX (CONCURRENTLY) TABLE t',
      ],
      ...[
        'REINDEX (CONCURRENTLY true, VERBOSE) TABLE t',
        'REINDEX DATABASE d',
        'REINDEX SYSTEM d',
        'REINDEX SCHEMA s',
        'CREATE DATABASE d',
      ],
      ...[
        'DROP DATABASE IF EXISTS d',
        "CREATE TABLESPACE t LOCATION '/x'",
        'DROP TABLESPACE t',
        "ALTER SYSTEM SET a = 'b'",
        'CLUSTER',
        'CLUSTER VERBOSE',
      ],
      ...[
        'CLUSTER (VERBOSE)',
        "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p",
        'DROP SUBSCRIPTION s',
        'ALTER SUBSCRIPTION s REFRESH PUBLICATION',
        'ALTER SUBSCRIPTION s SET PUBLICATION p',
        'ALTER SUBSCRIPTION s SET (failover = true)',
      ],
      ...['ALTER TABLE t DETACH PARTITION p CONCURRENTLY', 'ALTER DATABASE d SET TABLESPACE t', 'DISCARD ALL'],
    ],
    unsupported: [
      '\\d t',
      '\\connect x',
      '\\i file.sql\nSELECT 1',
      'SELECT 1 \\gset',
      'COPY t FROM STDIN',
      'copy t (a, b) from stdin with (format csv)',
      'COPY t FROM STDIN;\n1\n\\.',
    ],
    transactional: [
      ...[
        '',
        '-- COMMIT',
        'SELECT 1',
        "SELECT 'COMMIT'",
        'DO $$ BEGIN PERFORM 1; END $$',
        '/* COMMIT */ SELECT 1',
        'CREATE TABLE t (a int)',
      ],
      ...[
        'CREATE INDEX ON t (a)',
        'CREATE INDEX "concurrently" ON t (a)',
        "ALTER TYPE e ADD VALUE 'x'",
        'REFRESH MATERIALIZED VIEW CONCURRENTLY v',
        'REINDEX TABLE t',
      ],
      ...[
        'REINDEX (CONCURRENTLY false) TABLE t',
        'CLUSTER t',
        'CLUSTER VERBOSE t USING i',
        'ALTER TABLE t DETACH PARTITION p',
        'PREPARE p AS SELECT 1',
        "COPY t FROM '/stdin'",
      ],
      ...[
        "COPY (SELECT a FROM stdin) TO '/x'",
        "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (create_slot = false)",
        'ALTER SUBSCRIPTION s DISABLE',
        'ALTER SUBSCRIPTION s SET (synchronous_commit = off)',
        'ALTER SUBSCRIPTION s SET PUBLICATION p WITH (refresh = false)',
      ],
      ...[
        'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE',
        'DISCARD PLANS',
        "SELECT '\\'",
        'ANALYZE',
        '"commit"',
        'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END',
      ],
    ],
  },
  mysql: {
    control: [
      ...[
        'BEGIN',
        'BEGIN WORK',
        'START TRANSACTION READ ONLY',
        'COMMIT',
        'COMMIT AND CHAIN',
        'ROLLBACK',
        "XA START 'x'",
        "xa commit 'x'",
        'SET autocommit = 0',
      ],
      ...[
        'SET @@autocommit=1',
        'SET SESSION autocommit = ON',
        'SET @@session.autocommit := 0',
        'SET @a = 1, autocommit = 0',
        '/*!50000 COMMIT */',
        '/*! set */ /*!40000 autocommit=0 */',
      ],
      ...['SET STATEMENT max_statement_time=1 FOR COMMIT', '# c\nCOMMIT'],
    ],
    savepoint: ['SAVEPOINT a', 'RELEASE SAVEPOINT a', 'ROLLBACK TO a', 'ROLLBACK WORK TO SAVEPOINT a'],
    implicitCommit: [
      ...[
        'CREATE TABLE t (a INT)',
        'CREATE OR REPLACE TABLE t (a INT)',
        'CREATE TABLE t SELECT 1',
        'DROP TABLE t',
        'ALTER TABLE t ADD a INT',
        'CREATE INDEX i ON t (a)',
      ],
      ...[
        'CREATE OR REPLACE DEFINER=`root`@`localhost` SQL SECURITY INVOKER VIEW v AS SELECT 1',
        'CREATE PROCEDURE p() BEGIN COMMIT; END',
        'TRUNCATE t',
        'TRUNCATE TABLE t',
      ],
      ...[
        'RENAME TABLE a TO b',
        'GRANT ALL ON *.* TO a',
        'REVOKE ALL ON *.* FROM a',
        'CREATE USER a',
        'DROP DATABASE d',
        'ANALYZE TABLE t',
        'OPTIMIZE TABLE t',
        'REPAIR TABLE t',
        'CHECK TABLE t',
      ],
      ...[
        'FLUSH TABLES',
        'BACKUP STAGE START',
        'ANALYZE LOCAL TABLE t',
        'LOCK TABLES t WRITE',
        'UNLOCK TABLES',
        "SET PASSWORD = 'x'",
        "INSTALL PLUGIN a SONAME 'b'",
        'CACHE INDEX t IN c',
        'LOAD INDEX INTO CACHE t',
        'RESET SLAVE',
        'START REPLICA',
      ],
      ...[
        'STOP SLAVE',
        'CHANGE MASTER TO a = 1',
        'ALTER TEMPORARY TABLE t ADD a INT',
        '/*!40000 ALTER TABLE t DISABLE KEYS */',
        'CREATE TEMPORARY SEQUENCE s',
        'DROP TEMPORARY SEQUENCE s',
      ],
      ...['SET STATEMENT max_statement_time=1 FOR ALTER TABLE t ADD a INT'],
    ],
    unsupported: ['SOURCE a.sql', 'SELECT 1\\G', '\\. file', 'source /x/y.sql'],
    transactional: [
      ...[
        'SELECT 1',
        'CREATE TEMPORARY TABLE t (a INT)',
        'CREATE OR REPLACE TEMPORARY TABLE t (a INT)',
        'DROP TEMPORARY TABLE IF EXISTS t',
        'INSERT INTO t VALUES (1)',
        'SET @a = 1',
      ],
      ...[
        'SET GLOBAL autocommit = 1',
        'SET @autocommit = 1',
        'SET @a = @@autocommit',
        'SET NAMES utf8',
        "LOAD DATA INFILE 'x' INTO TABLE t",
        'SELECT \'\\\\\', "\\""',
        'SELECT \\N',
        'DROP PREPARE s',
      ],
      ...[
        'BEGIN NOT ATOMIC SELECT 1; END',
        'SET TRANSACTION READ ONLY',
        'RESET PERSIST',
        'ANALYZE SELECT 1',
        'ANALYZE FORMAT=JSON SELECT 1',
        "PURGE BINARY LOGS BEFORE '2020-01-01'",
        'CALL p()',
        '/* COMMIT */ SELECT 1',
        "SELECT 'SOURCE'",
        'WITH a AS (SELECT 1) SELECT * FROM a',
      ],
    ],
  },
  sqlite: {
    control: ['BEGIN', 'BEGIN IMMEDIATE', 'COMMIT', 'END', 'end transaction', 'ROLLBACK', 'ROLLBACK TRANSACTION'],
    savepoint: ['SAVEPOINT a', 'RELEASE a', 'ROLLBACK TO a', 'ROLLBACK TRANSACTION TO SAVEPOINT a'],
    outside: [
      ...[
        'VACUUM',
        "VACUUM INTO 'x'",
        'DETACH a',
        'PRAGMA journal_mode = WAL',
        'PRAGMA main.journal_mode=WAL',
        'PRAGMA journal_mode(WAL)',
        'PRAGMA synchronous = OFF',
      ],
      ...['PRAGMA foreign_keys = ON', 'pragma FOREIGN_KEYS(0)', 'PRAGMA temp_store = 2', 'PRAGMA wal_checkpoint'],
    ],
    transactional: [
      ...[
        'SELECT 1',
        'CREATE TABLE t (a)',
        'DROP TABLE t',
        "ATTACH 'x' AS y",
        'PRAGMA foreign_keys',
        'PRAGMA user_version = 1',
        'PRAGMA defer_foreign_keys = ON',
        'PRAGMA foreign_key_check(t)',
      ],
      ...['CREATE TRIGGER t AFTER INSERT ON x BEGIN SELECT 1; END', 'REINDEX', 'ANALYZE', "SELECT '\\'"],
    ],
  },
}

describe('effect', () => {
  for (const [dialect, byEffect] of Object.entries(effects) as [Dialect, Record<Effect, readonly string[]>][]) {
    for (const [effect, list] of Object.entries(byEffect)) {
      it.each(list)(`${dialect}, ${effect}: %j`, (sql) => {
        expect(of(dialect, sql).effect).toBe(effect)
      })
    }
  }
})

describe('verb', () => {
  it.each<[Dialect, string, string]>([
    ['postgres', '', ''],
    ['postgres', 'select 1', 'SELECT'],
    ['postgres', '(select 1)', '('],
    ['postgres', 'create table t (a int)', 'CREATE TABLE'],
    ['postgres', 'CREATE UNLOGGED TABLE t (a int)', 'CREATE TABLE'],
    ['postgres', 'CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)', 'CREATE INDEX'],
    ['postgres', 'CREATE OR REPLACE FUNCTION f() RETURNS int', 'CREATE FUNCTION'],
    ['postgres', 'DROP MATERIALIZED VIEW v', 'DROP MATERIALIZED VIEW'],
    ['postgres', 'ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO a', 'ALTER DEFAULT PRIVILEGES'],
    ['postgres', 'refresh materialized view v', 'REFRESH MATERIALIZED VIEW'],
    ['postgres', 'START TRANSACTION', 'START TRANSACTION'],
    ['postgres', "COMMENT ON TABLE t IS 'x'", 'COMMENT ON'],
    ['postgres', 'REINDEX (VERBOSE) TABLE t', 'REINDEX'],
    ['mysql', 'CREATE DEFINER=`a`@`b` PROCEDURE p() SELECT 1', 'CREATE PROCEDURE'],
    ['mysql', 'CREATE ALGORITHM=MERGE DEFINER=root@localhost SQL SECURITY DEFINER VIEW v AS SELECT 1', 'CREATE VIEW'],
    [
      'mysql',
      '/*!50001 CREATE*/ /*!50013 DEFINER=`a`@`b`*/ /*!50003 TRIGGER t BEFORE INSERT ON x FOR EACH ROW SET @a = 1 */',
      'CREATE TRIGGER',
    ],
    ['mysql', 'LOCK TABLES t READ', 'LOCK TABLES'],
    ['mysql', 'REPLACE INTO t VALUES (1)', 'REPLACE'],
    ['sqlite', 'CREATE TEMP TABLE t (a)', 'CREATE TABLE'],
    ['sqlite', 'CREATE VIRTUAL TABLE t USING fts5(a)', 'CREATE TABLE'],
    ['sqlite', 'pragma foreign_keys', 'PRAGMA'],
  ])('%s: %j', (dialect, sql, verb) => {
    expect(of(dialect, sql).verb).toBe(verb)
  })
})

describe('pragma', () => {
  it('is named wherever it stands, and nowhere else', () => {
    expect(of('sqlite', 'PRAGMA "main".[Foreign_Keys] = 1')).toMatchObject({
      pragma: 'foreign_keys',
      effect: 'outside',
    })
    expect(of('sqlite', 'PRAGMA foreign_keys')).toMatchObject({ pragma: 'foreign_keys', effect: 'transactional' })
    expect(of('sqlite', 'SELECT 1')).not.toHaveProperty('pragma')
  })
})

describe('destructive', () => {
  it.each<[Dialect, string, 'yes' | 'no']>([
    ['postgres', 'DROP TABLE t', 'yes'],
    ['postgres', 'TRUNCATE t', 'yes'],
    ['postgres', 'delete from t', 'yes'],
    ['postgres', 'ALTER TABLE t ADD a int, DROP COLUMN b', 'yes'],
    ['postgres', `ALTER TABLE t ${Array.from({ length: 30 }, (_, i) => `ADD c${i} int`).join(', ')}, DROP z`, 'yes'],
    ['postgres', 'ALTER TABLE t ALTER a DROP NOT NULL', 'no'],
    ['postgres', 'ALTER TABLE t ALTER COLUMN a DROP DEFAULT', 'no'],
    ['postgres', 'ALTER TABLE t ADD drop int', 'no'],
    ['postgres', "ALTER TABLE t ADD a text DEFAULT 'DROP'", 'no'],
    ['postgres', 'ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u ON DELETE CASCADE', 'no'],
    ['postgres', 'WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d', 'yes'],
    ['postgres', 'WITH d AS (SELECT 1) DELETE FROM t', 'yes'],
    ['postgres', 'WITH d AS (SELECT 1) SELECT * FROM d', 'no'],
    ['postgres', 'EXPLAIN DELETE FROM t', 'no'],
    ['postgres', 'EXPLAIN (ANALYZE) DELETE FROM t', 'yes'],
    ['postgres', 'EXPLAIN ANALYZE DELETE FROM t', 'yes'],
    ['postgres', 'UPDATE t SET a = 1', 'no'],
    ['mysql', 'ALTER TABLE t TRUNCATE PARTITION p', 'yes'],
    ['mysql', '/*!40000 DROP DATABASE d */', 'yes'],
    ['mysql', 'DROP PREPARE s', 'no'],
    ['sqlite', 'ALTER TABLE t DROP a', 'yes'],
    ['sqlite', 'ALTER TABLE t RENAME TO u', 'no'],
  ])('%s: %j: %s', (dialect, sql, destructive) => {
    expect(of(dialect, sql).destructive).toBe(destructive)
  })
})
