/** A change of a schema, and what a snapshot tells of it: the same on both servers, or each its own. */
export interface Change {
  /** The only server that knows it. */
  readonly only?: 'mysql' | 'mariadb'
  readonly setup?: string
  readonly change: string
  /** Takes it back to the letter; undefined: nothing does. */
  readonly back?: string
  readonly lines: readonly string[] | Readonly<Record<'mysql' | 'mariadb', readonly string[]>>
}

const T =
  'CREATE TABLE t (id INT NOT NULL PRIMARY KEY, a VARCHAR(20) DEFAULT NULL, b INT DEFAULT NULL) COLLATE utf8mb4_bin;'
const P = `CREATE TABLE p (id INT, k INT) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20));`
const V = `${T} CREATE VIEW v AS SELECT a, 'x  y' AS s FROM t WHERE id > 1;`
const F = `CREATE FUNCTION f(x INT) RETURNS INT DETERMINISTIC RETURN x;`
const R = `CREATE PROCEDURE r(IN x INT) BEGIN SET @a = x; END;`
const G = `${T} CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.b = 1;`
const E = `CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DISABLE DO SELECT 1;`
const TEMPORAL = `CREATE TABLE t (a INT, s DATE, e DATE, PERIOD FOR booked (s, e));`

export const CHANGES: Readonly<Record<string, Change>> = {
  // The database
  'its collation': { change: 'ALTER DATABASE COLLATE latin1_bin', lines: ['left setting collation'] },
  'its encryption': {
    only: 'mysql',
    change: `ALTER DATABASE DEFAULT ENCRYPTION = 'Y'`,
    back: `ALTER DATABASE DEFAULT ENCRYPTION = 'N'`,
    lines: ['left setting encryption'],
  },
  'that it is read only': {
    only: 'mysql',
    change: 'ALTER DATABASE READ ONLY = 1',
    back: 'ALTER DATABASE READ ONLY = 0',
    lines: ['left setting options'],
  },
  'its comment': {
    only: 'mariadb',
    change: `ALTER DATABASE COMMENT 'ours'`,
    back: `ALTER DATABASE COMMENT ''`,
    lines: ['left setting comment'],
  },

  // Tables
  'a table': { change: T, back: 'DROP TABLE t', lines: ['left table t'] },
  'a table with all that it has': {
    change: `${G} ALTER TABLE t ADD CHECK (b > 0), ADD KEY (a), ADD UNIQUE KEY (b), ADD FOREIGN KEY (b) REFERENCES t (id)`,
    back: 'DROP TABLE t',
    lines: ['left table t'],
  },
  'a table with partitions': { change: P, back: 'DROP TABLE p', lines: ['left table p'] },
  'the name of a table': {
    setup: T,
    change: 'RENAME TABLE t TO `T 2`',
    back: 'RENAME TABLE `T 2` TO t',
    lines: ['left table `T 2`', 'lost table t'],
  },
  'the engine': {
    setup: T,
    change: 'ALTER TABLE t ENGINE=MyISAM',
    back: 'ALTER TABLE t ENGINE=InnoDB',
    lines: ['changed table t: was TABLE ENGINE=InnoDB COLLATE=utf8mb4_bin, is TABLE ENGINE=MyISAM COLLATE=utf8mb4_bin'],
  },
  'the collation of a table': {
    setup: 'CREATE TABLE t (id INT) COLLATE utf8mb4_bin',
    change: 'ALTER TABLE t COLLATE utf8mb4_general_ci',
    back: 'ALTER TABLE t COLLATE utf8mb4_bin',
    lines: [
      'changed table t: was TABLE ENGINE=InnoDB COLLATE=utf8mb4_bin, is TABLE ENGINE=InnoDB COLLATE=utf8mb4_general_ci',
    ],
  },
  'the comment of a table': {
    setup: T,
    change: `ALTER TABLE t COMMENT 'it''s'`,
    back: `ALTER TABLE t COMMENT ''`,
    lines: [
      `changed table t: was TABLE ENGINE=InnoDB COLLATE=utf8mb4_bin, is TABLE ENGINE=InnoDB COLLATE=utf8mb4_bin COMMENT 'it''s'`,
    ],
  },
  'options of a table': {
    setup: T,
    change: 'ALTER TABLE t ROW_FORMAT=DYNAMIC STATS_PERSISTENT=0',
    back: 'ALTER TABLE t ROW_FORMAT=DEFAULT STATS_PERSISTENT=DEFAULT',
    lines: {
      mysql: [
        'changed table t: was TABLE ENGINE=InnoDB COLLATE=utf8mb4_bin, is TABLE ENGINE=InnoDB COLLATE=utf8mb4_bin row_format=DYNAMIC stats_persistent=0',
      ],
      mariadb: [
        'changed table t: was TABLE ENGINE=InnoDB COLLATE=utf8mb4_bin, is TABLE ENGINE=InnoDB COLLATE=utf8mb4_bin stats_persistent=0 row_format=DYNAMIC',
      ],
    },
  },
  'compressed pages': {
    only: 'mariadb',
    setup: T,
    change: 'ALTER TABLE t PAGE_COMPRESSED=1',
    back: 'ALTER TABLE t PAGE_COMPRESSED=DEFAULT',
    lines: [
      "changed table t: was TABLE ENGINE=InnoDB COLLATE=utf8mb4_bin, is TABLE ENGINE=InnoDB COLLATE=utf8mb4_bin `PAGE_COMPRESSED`='1'",
    ],
  },
  'system versioning': {
    only: 'mariadb',
    setup: T,
    change: 'ALTER TABLE t ADD SYSTEM VERSIONING',
    back: 'ALTER TABLE t DROP SYSTEM VERSIONING',
    lines: [
      'changed table t: was TABLE ENGINE=InnoDB COLLATE=utf8mb4_bin, is TABLE ENGINE=InnoDB COLLATE=utf8mb4_bin WITH SYSTEM VERSIONING',
    ],
  },
  'system versioning with columns': {
    only: 'mariadb',
    setup: T,
    change: `ALTER TABLE t ADD COLUMN s TIMESTAMP(6) GENERATED ALWAYS AS ROW START,
      ADD COLUMN e TIMESTAMP(6) GENERATED ALWAYS AS ROW END INVISIBLE, ADD PERIOD FOR SYSTEM_TIME(s, e), ADD SYSTEM VERSIONING`,
    lines: [
      'left column t.e',
      'left column t.s',
      'changed table t: was TABLE ENGINE=InnoDB COLLATE=utf8mb4_bin, is TABLE ENGINE=InnoDB COLLATE=utf8mb4_bin WITH SYSTEM VERSIONING',
      'changed primary key t.PRIMARY: was PRIMARY KEY (id), is PRIMARY KEY (id, e)',
    ],
  },
  'a column without system versioning': {
    only: 'mariadb',
    setup: `${T} ALTER TABLE t ADD SYSTEM VERSIONING; SET system_versioning_alter_history = KEEP`,
    change: 'ALTER TABLE t MODIFY a VARCHAR(20) DEFAULT NULL WITHOUT SYSTEM VERSIONING',
    back: 'ALTER TABLE t MODIFY a VARCHAR(20) DEFAULT NULL WITH SYSTEM VERSIONING',
    lines: ['changed column t.a: was varchar(20), is varchar(20) WITHOUT SYSTEM VERSIONING'],
  },
  'a period': {
    only: 'mariadb',
    setup: 'CREATE TABLE t (a INT, s DATE NOT NULL, e DATE NOT NULL)',
    change: 'ALTER TABLE t ADD PERIOD FOR booked (s, e)',
    back: 'ALTER TABLE t DROP PERIOD FOR booked',
    lines: ['left period t.booked'],
  },
  'a check that reads like a period': {
    only: 'mariadb',
    setup: TEMPORAL,
    change: 'ALTER TABLE t ADD CONSTRAINT c CHECK (s < e)',
    back: 'ALTER TABLE t DROP CONSTRAINT c',
    lines: ['left check t.c'],
  },

  // Columns
  'a column': {
    setup: T,
    change: 'ALTER TABLE t ADD COLUMN c DATE',
    back: 'ALTER TABLE t DROP COLUMN c',
    lines: ['left column t.c'],
  },
  'a lost column': {
    setup: T,
    change: 'ALTER TABLE t DROP COLUMN b',
    back: 'ALTER TABLE t ADD COLUMN b INT',
    lines: ['lost column t.b'],
  },
  'the order of columns': {
    setup: T,
    change: 'ALTER TABLE t MODIFY b INT FIRST',
    back: 'ALTER TABLE t MODIFY b INT AFTER a',
    lines: ['changed the order of the columns of t: was id, a, b, is b, id, a'],
  },
  'a type': {
    setup: T,
    change: 'ALTER TABLE t MODIFY b BIGINT UNSIGNED',
    back: 'ALTER TABLE t MODIFY b INT',
    lines: {
      mysql: ['changed column t.b: was int, is bigint unsigned'],
      mariadb: ['changed column t.b: was int(11), is bigint(20) unsigned'],
    },
  },
  'the members of an ENUM': {
    setup: `CREATE TABLE t (e ENUM('a', 'it''s'))`,
    change: `ALTER TABLE t MODIFY e ENUM('a', 'it''s', 'b')`,
    back: `ALTER TABLE t MODIFY e ENUM('a', 'it''s')`,
    lines: [`changed column t.e: was enum('a','it''s'), is enum('a','it''s','b')`],
  },
  'NOT NULL': {
    setup: T,
    change: 'ALTER TABLE t MODIFY b INT NOT NULL',
    back: 'ALTER TABLE t MODIFY b INT',
    lines: ['changed column t.b: was $INT, is $INT NOT NULL'],
  },
  'a default': {
    setup: T,
    change: `ALTER TABLE t ALTER a SET DEFAULT 'NULL'`,
    back: 'ALTER TABLE t ALTER a SET DEFAULT NULL',
    lines: [`changed column t.a: was varchar(20), is varchar(20) DEFAULT 'NULL'`],
  },
  'a default with quotes': {
    setup: T,
    change: `ALTER TABLE t ALTER a SET DEFAULT 'it''s \\\\'`,
    back: 'ALTER TABLE t ALTER a SET DEFAULT NULL',
    lines: {
      mysql: [`changed column t.a: was varchar(20), is varchar(20) DEFAULT 'it''s \\'`],
      mariadb: [`changed column t.a: was varchar(20), is varchar(20) DEFAULT 'it''s \\\\'`],
    },
  },
  'an expression as default': {
    setup: T,
    change: `ALTER TABLE t MODIFY a VARCHAR(20) DEFAULT (concat('it''s', 1))`,
    back: 'ALTER TABLE t MODIFY a VARCHAR(20)',
    lines: {
      mysql: [`changed column t.a: was varchar(20), is varchar(20) DEFAULT (concat(_utf8mb4'it\\'s',1))`],
      mariadb: [`changed column t.a: was varchar(20), is varchar(20) DEFAULT concat('it\\'s',1)`],
    },
  },
  'an expression and a text that reads like it': {
    setup: `CREATE TABLE t (a VARCHAR(40) DEFAULT 'uuid()')`,
    change: 'ALTER TABLE t MODIFY a VARCHAR(40) DEFAULT (uuid())',
    back: `ALTER TABLE t MODIFY a VARCHAR(40) DEFAULT 'uuid()'`,
    lines: {
      mysql: [`changed column t.a: was varchar(40) DEFAULT 'uuid()', is varchar(40) DEFAULT (uuid())`],
      mariadb: [`changed column t.a: was varchar(40) DEFAULT 'uuid()', is varchar(40) DEFAULT uuid()`],
    },
  },
  'ON UPDATE': {
    setup: 'CREATE TABLE t (at DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3))',
    change: 'ALTER TABLE t MODIFY at DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)',
    back: 'ALTER TABLE t MODIFY at DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3)',
    lines: {
      mysql: [
        'changed column t.at: was datetime(3) DEFAULT CURRENT_TIMESTAMP(3), is datetime(3) DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)',
      ],
      mariadb: [
        'changed column t.at: was datetime(3) DEFAULT current_timestamp(3), is datetime(3) DEFAULT current_timestamp(3) ON UPDATE CURRENT_TIMESTAMP(3)',
      ],
    },
  },
  AUTO_INCREMENT: {
    setup: T,
    change: 'ALTER TABLE t MODIFY id INT NOT NULL AUTO_INCREMENT',
    back: 'ALTER TABLE t MODIFY id INT NOT NULL',
    lines: ['changed column t.id: was $INT NOT NULL, is $INT NOT NULL AUTO_INCREMENT'],
  },
  'the next AUTO_INCREMENT, which is none of the schema': {
    setup: 'CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY)',
    change: 'INSERT INTO t VALUES (41); ALTER TABLE t AUTO_INCREMENT = 100; ANALYZE TABLE t',
    lines: [],
  },
  'a generated column': {
    setup: `${T} ALTER TABLE t ADD COLUMN g INT AS (b + 1) STORED`,
    change: 'ALTER TABLE t MODIFY g INT AS (b + 2) STORED',
    back: 'ALTER TABLE t MODIFY g INT AS (b + 1) STORED',
    lines: {
      mysql: [
        'changed column t.g: was int GENERATED ALWAYS AS ((`b` + 1)) STORED, is int GENERATED ALWAYS AS ((`b` + 2)) STORED',
      ],
      mariadb: [
        'changed column t.g: was int(11) GENERATED ALWAYS AS (`b` + 1) STORED, is int(11) GENERATED ALWAYS AS (`b` + 2) STORED',
      ],
    },
  },
  'a generated column’s kind': {
    setup: `${T} ALTER TABLE t ADD COLUMN g VARCHAR(30) AS (concat(a, 'it''s')) STORED`,
    change: `ALTER TABLE t DROP COLUMN g, ADD COLUMN h INT; ALTER TABLE t DROP COLUMN h, ADD COLUMN g VARCHAR(30) AS (concat(a, 'it''s')) VIRTUAL`,
    lines: {
      mysql: [
        "changed column t.g: was varchar(30) GENERATED ALWAYS AS (concat(`a`,_utf8mb4'it\\'s')) STORED, is varchar(30) GENERATED ALWAYS AS (concat(`a`,_utf8mb4'it\\'s')) VIRTUAL",
      ],
      mariadb: [
        "changed column t.g: was varchar(30) GENERATED ALWAYS AS (concat(`a`,'it\\'s')) STORED, is varchar(30) GENERATED ALWAYS AS (concat(`a`,'it\\'s')) VIRTUAL",
      ],
    },
  },
  INVISIBLE: {
    setup: T,
    change: 'ALTER TABLE t MODIFY b INT INVISIBLE',
    back: 'ALTER TABLE t MODIFY b INT',
    lines: ['changed column t.b: was $INT, is $INT INVISIBLE'],
  },
  'the collation of a column': {
    setup: 'CREATE TABLE t (a VARCHAR(20)) COLLATE utf8mb4_bin',
    change: 'ALTER TABLE t MODIFY a VARCHAR(20) COLLATE utf8mb4_general_ci',
    back: 'ALTER TABLE t MODIFY a VARCHAR(20) COLLATE utf8mb4_bin',
    lines: ['changed column t.a: was varchar(20), is varchar(20) COLLATE utf8mb4_general_ci'],
  },
  'the comment of a column': {
    setup: T,
    change: `ALTER TABLE t MODIFY b INT COMMENT 'it''s'`,
    back: `ALTER TABLE t MODIFY b INT`,
    lines: [`changed column t.b: was $INT, is $INT COMMENT 'it''s'`],
  },
  'a spatial reference system': {
    setup: 'CREATE TABLE t (g POINT NOT NULL)',
    change: 'ALTER TABLE t MODIFY g POINT $SRID NOT NULL',
    back: 'ALTER TABLE t MODIFY g POINT NOT NULL',
    lines: ['changed column t.g: was point NOT NULL, is point NOT NULL SRID 4326'],
  },
  'a check of a column': {
    only: 'mariadb',
    setup: T,
    change: 'ALTER TABLE t MODIFY b INT CHECK (b > 0)',
    back: 'ALTER TABLE t MODIFY b INT',
    lines: ['changed column t.b: was int(11), is int(11) CHECK (`b` > 0)'],
  },
  'JSON, which MariaDB makes a text with a check': {
    setup: 'CREATE TABLE t (j LONGTEXT)',
    change: 'ALTER TABLE t MODIFY j JSON',
    lines: {
      mysql: ['changed column t.j: was longtext, is json'],
      mariadb: ['changed column t.j: was longtext, is longtext COLLATE utf8mb4_bin CHECK (json_valid(`j`))'],
    },
  },
  'a compressed column': {
    only: 'mariadb',
    setup: 'CREATE TABLE t (a TEXT)',
    change: 'ALTER TABLE t MODIFY a TEXT COMPRESSED',
    back: 'ALTER TABLE t MODIFY a TEXT',
    lines: ['changed column t.a: was text, is text /*M!100301 COMPRESSED*/'],
  },
  'a default from a sequence': {
    only: 'mariadb',
    setup: `${T} CREATE SEQUENCE s`,
    change: 'ALTER TABLE t MODIFY b INT DEFAULT nextval(s)',
    back: 'ALTER TABLE t MODIFY b INT',
    lines: ['changed column t.b: was int(11), is int(11) DEFAULT nextval(`s`)'],
  },
  'a key that the server adds': {
    only: 'mysql',
    change:
      'SET sql_generate_invisible_primary_key = ON; CREATE TABLE t (a INT); SET sql_generate_invisible_primary_key = OFF',
    back: 'DROP TABLE t',
    lines: ['left table t'],
  },

  // Keys
  'a primary key': {
    setup: 'CREATE TABLE t (id INT NOT NULL)',
    change: 'ALTER TABLE t ADD PRIMARY KEY (id)',
    back: 'ALTER TABLE t DROP PRIMARY KEY',
    lines: ['left primary key t.PRIMARY'],
  },
  'a unique key': {
    setup: T,
    change: 'ALTER TABLE t ADD UNIQUE KEY u (a, b)',
    back: 'ALTER TABLE t DROP KEY u',
    lines: ['left unique key t.u'],
  },
  'an index': { setup: T, change: 'CREATE INDEX i ON t (a)', back: 'DROP INDEX i ON t', lines: ['left index t.i'] },
  'parts of an index': {
    setup: `${T} CREATE INDEX i ON t (a, b)`,
    change: 'DROP INDEX i ON t; CREATE INDEX i ON t (b DESC, a(5))',
    back: 'DROP INDEX i ON t; CREATE INDEX i ON t (a, b)',
    lines: ['changed index t.i: was INDEX (a, b), is INDEX (b DESC, a(5))'],
  },
  'an expression in an index': {
    only: 'mysql',
    setup: `${T} CREATE INDEX i ON t ((lower(a)))`,
    change: `DROP INDEX i ON t; CREATE INDEX i ON t ((concat(a, 'it''s')), (b + 1))`,
    back: 'DROP INDEX i ON t; CREATE INDEX i ON t ((lower(a)))',
    lines: ["changed index t.i: was INDEX ((lower(`a`))), is INDEX ((concat(`a`,_utf8mb4'it\\'s')), ((`b` + 1)))"],
  },
  'an index unseen': {
    setup: `${T} CREATE INDEX i ON t (a)`,
    change: 'ALTER TABLE t ALTER INDEX i $UNSEEN',
    back: 'ALTER TABLE t ALTER INDEX i $SEEN',
    lines: ['changed index t.i: was INDEX (a), is INDEX (a) $UNSEEN'],
  },
  'the type of an index': {
    setup: 'CREATE TABLE t (a INT, KEY i (a) USING HASH) ENGINE=MEMORY',
    change: 'ALTER TABLE t DROP KEY i, ADD KEY i (a) USING BTREE',
    back: 'ALTER TABLE t DROP KEY i, ADD KEY i (a) USING HASH',
    lines: ['changed index t.i: was INDEX (a) USING HASH, is INDEX (a)'],
  },
  'the comment of an index': {
    setup: `${T} CREATE INDEX i ON t (a)`,
    change: `DROP INDEX i ON t; CREATE INDEX i ON t (a) COMMENT 'it''s'`,
    back: 'DROP INDEX i ON t; CREATE INDEX i ON t (a)',
    lines: [`changed index t.i: was INDEX (a), is INDEX (a) COMMENT 'it''s'`],
  },
  'indexes that are not kept up': {
    setup: 'CREATE TABLE t (a INT, KEY i (a)) ENGINE=MyISAM',
    change: 'ALTER TABLE t DISABLE KEYS',
    back: 'ALTER TABLE t ENABLE KEYS',
    lines: ['changed index t.i: was INDEX (a), is INDEX (a) DISABLED'],
  },
  'a full text index': {
    setup: T,
    change: 'CREATE FULLTEXT INDEX i ON t (a)',
    back: 'DROP INDEX i ON t',
    lines: ['left index t.i'],
  },
  'the parser of a full text index': {
    only: 'mysql',
    setup: `${T} CREATE FULLTEXT INDEX i ON t (a)`,
    change: 'DROP INDEX i ON t; CREATE FULLTEXT INDEX i ON t (a) WITH PARSER ngram',
    back: 'DROP INDEX i ON t; CREATE FULLTEXT INDEX i ON t (a)',
    lines: ['changed index t.i: was FULLTEXT INDEX (a), is FULLTEXT INDEX (a) WITH PARSER ngram'],
  },
  'a spatial index': {
    setup: 'CREATE TABLE t (g POINT $SRID NOT NULL)',
    change: 'CREATE SPATIAL INDEX i ON t (g)',
    back: 'DROP INDEX i ON t',
    lines: ['left index t.i'],
  },
  'a key without overlaps': {
    only: 'mariadb',
    setup: `${TEMPORAL} ALTER TABLE t ADD UNIQUE KEY u (a, e, s)`,
    change: 'ALTER TABLE t DROP KEY u; ALTER TABLE t ADD UNIQUE KEY u (a, booked WITHOUT OVERLAPS)',
    back: 'ALTER TABLE t DROP KEY u; ALTER TABLE t ADD UNIQUE KEY u (a, e, s)',
    lines: ['changed unique key t.u: was UNIQUE KEY (a, e, s), is UNIQUE KEY (a, e, s) WITHOUT OVERLAPS'],
  },

  // Foreign keys and checks
  'a foreign key': {
    setup: `${T} CREATE INDEX i ON t (b)`,
    change: 'ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES t (id)',
    back: 'ALTER TABLE t DROP FOREIGN KEY k',
    lines: ['left foreign key t.k'],
  },
  'the rules of a foreign key': {
    setup: `${T} CREATE INDEX i ON t (b); ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES t (id)`,
    change: `ALTER TABLE t DROP FOREIGN KEY k;
      ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES t (id) ON UPDATE CASCADE ON DELETE SET NULL`,
    back: `ALTER TABLE t DROP FOREIGN KEY k; ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES t (id)`,
    lines: {
      mysql: [
        'changed foreign key t.k: was FOREIGN KEY (b) REFERENCES t (id) ON UPDATE NO ACTION ON DELETE NO ACTION, is FOREIGN KEY (b) REFERENCES t (id) ON UPDATE CASCADE ON DELETE SET NULL',
      ],
      mariadb: [
        'changed foreign key t.k: was FOREIGN KEY (b) REFERENCES t (id) ON UPDATE RESTRICT ON DELETE RESTRICT, is FOREIGN KEY (b) REFERENCES t (id) ON UPDATE CASCADE ON DELETE SET NULL',
      ],
    },
  },
  'the columns of a foreign key': {
    setup: `CREATE TABLE t (a INT, b INT, UNIQUE KEY (a, b), UNIQUE KEY (b, a)); CREATE TABLE u (x INT, y INT, KEY (x, y),
      CONSTRAINT k FOREIGN KEY (x, y) REFERENCES t (a, b))`,
    change: 'ALTER TABLE u DROP FOREIGN KEY k; ALTER TABLE u ADD CONSTRAINT k FOREIGN KEY (x, y) REFERENCES t (b, a)',
    back: 'ALTER TABLE u DROP FOREIGN KEY k; ALTER TABLE u ADD CONSTRAINT k FOREIGN KEY (x, y) REFERENCES t (a, b)',
    lines: {
      mysql: [
        'changed foreign key u.k: was FOREIGN KEY (x, y) REFERENCES t (a, b) ON UPDATE NO ACTION ON DELETE NO ACTION, is FOREIGN KEY (x, y) REFERENCES t (b, a) ON UPDATE NO ACTION ON DELETE NO ACTION',
      ],
      mariadb: [
        'changed foreign key u.k: was FOREIGN KEY (x, y) REFERENCES t (a, b) ON UPDATE RESTRICT ON DELETE RESTRICT, is FOREIGN KEY (x, y) REFERENCES t (b, a) ON UPDATE RESTRICT ON DELETE RESTRICT',
      ],
    },
  },
  'a check': {
    setup: T,
    change: `ALTER TABLE t ADD CONSTRAINT c CHECK (a <> 'it''s')`,
    back: 'ALTER TABLE t DROP CONSTRAINT c',
    lines: ['left check t.c'],
  },
  'what is checked': {
    setup: `${T} ALTER TABLE t ADD CONSTRAINT c CHECK (b > 1)`,
    change: `ALTER TABLE t DROP CONSTRAINT c; ALTER TABLE t ADD CONSTRAINT c CHECK (a <> 'it''s')`,
    back: `ALTER TABLE t DROP CONSTRAINT c; ALTER TABLE t ADD CONSTRAINT c CHECK (b > 1)`,
    lines: {
      mysql: ["changed check t.c: was CHECK ((`b` > 1)), is CHECK ((`a` <> _utf8mb4'it\\'s'))"],
      mariadb: ["changed check t.c: was CHECK (`b` > 1), is CHECK (`a` <> 'it\\'s')"],
    },
  },
  'a check that is not enforced': {
    only: 'mysql',
    setup: `${T} ALTER TABLE t ADD CONSTRAINT c CHECK (b > 1)`,
    change: 'ALTER TABLE t ALTER CHECK c NOT ENFORCED',
    back: 'ALTER TABLE t ALTER CHECK c ENFORCED',
    lines: ['changed check t.c: was CHECK ((`b` > 1)), is CHECK ((`b` > 1)) NOT ENFORCED'],
  },

  // Partitions
  'a partition': {
    setup: P,
    change: 'ALTER TABLE p ADD PARTITION (PARTITION p2 VALUES LESS THAN MAXVALUE)',
    back: 'ALTER TABLE p DROP PARTITION p2',
    lines: ['left partition p.p2'],
  },
  'the bound of a partition': {
    setup: P,
    change: 'ALTER TABLE p REORGANIZE PARTITION p1 INTO (PARTITION p1 VALUES LESS THAN MAXVALUE)',
    lines: ['changed partition p.p1: was PARTITION VALUES LESS THAN (20), is PARTITION VALUES LESS THAN MAXVALUE'],
  },
  'the values of a partition': {
    setup: 'CREATE TABLE p (a INT, b INT) PARTITION BY LIST COLUMNS (a, b) (PARTITION p0 VALUES IN ((1, 2)))',
    change: 'ALTER TABLE p REORGANIZE PARTITION p0 INTO (PARTITION p0 VALUES IN ((1, 2), (NULL, 3)))',
    back: 'ALTER TABLE p REORGANIZE PARTITION p0 INTO (PARTITION p0 VALUES IN ((1, 2)))',
    lines: ['changed partition p.p0: was PARTITION VALUES IN ((1,2)), is PARTITION VALUES IN ((1,2),(NULL,3))'],
  },
  'the comment of a partition': {
    setup: P,
    change: `ALTER TABLE p REORGANIZE PARTITION p1 INTO (PARTITION p1 VALUES LESS THAN (20) COMMENT 'x')`,
    back: 'ALTER TABLE p REORGANIZE PARTITION p1 INTO (PARTITION p1 VALUES LESS THAN (20))',
    lines: [
      `changed partition p.p1: was PARTITION VALUES LESS THAN (20), is PARTITION VALUES LESS THAN (20) COMMENT 'x'`,
    ],
  },
  'the method of partitions': {
    setup: 'CREATE TABLE p (id INT, k INT) PARTITION BY HASH (id) PARTITIONS 2',
    change: 'ALTER TABLE p PARTITION BY KEY (id) PARTITIONS 2',
    back: 'ALTER TABLE p PARTITION BY HASH (id) PARTITIONS 2',
    lines: ['changed partitioning p: was PARTITION BY HASH (`id`), is PARTITION BY KEY (`id`)'],
  },
  'the expression of partitions': {
    setup: 'CREATE TABLE p (id INT, k INT) PARTITION BY HASH (id) PARTITIONS 2',
    change: 'ALTER TABLE p PARTITION BY HASH (k) PARTITIONS 2',
    back: 'ALTER TABLE p PARTITION BY HASH (id) PARTITIONS 2',
    lines: ['changed partitioning p: was PARTITION BY HASH (`id`), is PARTITION BY HASH (`k`)'],
  },
  subpartitions: {
    setup: `CREATE TABLE p (id INT, k INT) PARTITION BY RANGE (id) SUBPARTITION BY HASH (k) SUBPARTITIONS 1
      (PARTITION p0 VALUES LESS THAN (10))`,
    change: `ALTER TABLE p PARTITION BY RANGE (id) SUBPARTITION BY KEY (id) SUBPARTITIONS 2
      (PARTITION p0 VALUES LESS THAN (10))`,
    back: `ALTER TABLE p PARTITION BY RANGE (id) SUBPARTITION BY HASH (k) SUBPARTITIONS 1
      (PARTITION p0 VALUES LESS THAN (10))`,
    lines: [
      'changed partitioning p: was PARTITION BY RANGE (`id`) SUBPARTITION BY HASH (`k`), is PARTITION BY RANGE (`id`) SUBPARTITION BY KEY (`id`)',
      'changed partition p.p0: was PARTITION VALUES LESS THAN (10) SUBPARTITIONS (p0sp0), is PARTITION VALUES LESS THAN (10) SUBPARTITIONS (p0sp0, p0sp1)',
    ],
  },
  'no more partitions': {
    setup: P,
    change: 'ALTER TABLE p REMOVE PARTITIONING',
    lines: ['lost partitioning p', 'lost partition p.p0', 'lost partition p.p1'],
  },
  'partitions of the history': {
    only: 'mariadb',
    setup: `CREATE TABLE t (a INT) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME LIMIT 1000
      (PARTITION p0 HISTORY, PARTITION pn CURRENT)`,
    change: 'ALTER TABLE t PARTITION BY SYSTEM_TIME INTERVAL 1 WEEK (PARTITION p0 HISTORY, PARTITION pn CURRENT)',
    back: 'ALTER TABLE t PARTITION BY SYSTEM_TIME LIMIT 1000 (PARTITION p0 HISTORY, PARTITION pn CURRENT)',
    lines: [
      'changed partitioning t: was PARTITION BY SYSTEM_TIME LIMIT 1000, is PARTITION BY SYSTEM_TIME INTERVAL 7 DAY',
    ],
  },

  // Views
  'a view': { setup: T, change: 'CREATE VIEW v AS SELECT a FROM t', back: 'DROP VIEW v', lines: ['left view v'] },
  'what a view selects': {
    setup: V,
    change: `ALTER VIEW v AS SELECT a, 'x y' AS s FROM t WHERE id > 1`,
    back: `ALTER VIEW v AS SELECT a, 'x  y' AS s FROM t WHERE id > 1`,
    lines: {
      mysql: [
        "changed view v: was AS select `t`.`a` AS `a`,'x  y' AS `s` from `t` where (`t`.`id` > 1), is AS select `t`.`a` AS `a`,'x y' AS `s` from `t` where (`t`.`id` > 1)",
      ],
      mariadb: [
        "changed view v: was AS select `t`.`a` AS `a`,'x  y' AS `s` from `t` where `t`.`id` > 1, is AS select `t`.`a` AS `a`,'x y' AS `s` from `t` where `t`.`id` > 1",
      ],
    },
  },
  'the algorithm of a view': {
    setup: V,
    change: `ALTER ALGORITHM=TEMPTABLE VIEW v AS SELECT a, 'x  y' AS s FROM t WHERE id > 1`,
    back: `CREATE OR REPLACE VIEW v AS SELECT a, 'x  y' AS s FROM t WHERE id > 1`,
    lines: {
      mysql: [
        "changed view v: was AS select `t`.`a` AS `a`,'x  y' AS `s` from `t` where (`t`.`id` > 1), is ALGORITHM=TEMPTABLE AS select `t`.`a` AS `a`,'x  y' AS `s` from `t` where (`t`.`id` > 1)",
      ],
      mariadb: [
        "changed view v: was AS select `t`.`a` AS `a`,'x  y' AS `s` from `t` where `t`.`id` > 1, is ALGORITHM=TEMPTABLE AS select `t`.`a` AS `a`,'x  y' AS `s` from `t` where `t`.`id` > 1",
      ],
    },
  },
  'whose rights a view has': {
    setup: V,
    change: `ALTER SQL SECURITY INVOKER VIEW v AS SELECT a, 'x  y' AS s FROM t WHERE id > 1`,
    back: `ALTER SQL SECURITY DEFINER VIEW v AS SELECT a, 'x  y' AS s FROM t WHERE id > 1`,
    lines: {
      mysql: [
        "changed view v: was AS select `t`.`a` AS `a`,'x  y' AS `s` from `t` where (`t`.`id` > 1), is SQL SECURITY INVOKER AS select `t`.`a` AS `a`,'x  y' AS `s` from `t` where (`t`.`id` > 1)",
      ],
      mariadb: [
        "changed view v: was AS select `t`.`a` AS `a`,'x  y' AS `s` from `t` where `t`.`id` > 1, is SQL SECURITY INVOKER AS select `t`.`a` AS `a`,'x  y' AS `s` from `t` where `t`.`id` > 1",
      ],
    },
  },
  'the definer of a view': {
    setup: V,
    change: `ALTER DEFINER = queen@nowhere VIEW v AS SELECT a, 'x  y' AS s FROM t WHERE id > 1`,
    back: `ALTER DEFINER = CURRENT_USER VIEW v AS SELECT a, 'x  y' AS s FROM t WHERE id > 1`,
    lines: {
      mysql: [
        "changed view v: was AS select `t`.`a` AS `a`,'x  y' AS `s` from `t` where (`t`.`id` > 1), is DEFINER=queen@nowhere AS select `t`.`a` AS `a`,'x  y' AS `s` from `t` where (`t`.`id` > 1)",
      ],
      mariadb: [
        "changed view v: was AS select `t`.`a` AS `a`,'x  y' AS `s` from `t` where `t`.`id` > 1, is DEFINER=queen@nowhere AS select `t`.`a` AS `a`,'x  y' AS `s` from `t` where `t`.`id` > 1",
      ],
    },
  },
  'the check option of a view': {
    setup: V,
    change: `ALTER VIEW v AS SELECT a, 'x  y' AS s FROM t WHERE id > 1 WITH LOCAL CHECK OPTION`,
    back: `ALTER VIEW v AS SELECT a, 'x  y' AS s FROM t WHERE id > 1`,
    lines: {
      mysql: [
        "changed view v: was AS select `t`.`a` AS `a`,'x  y' AS `s` from `t` where (`t`.`id` > 1), is AS select `t`.`a` AS `a`,'x  y' AS `s` from `t` where (`t`.`id` > 1) WITH LOCAL CHECK OPTION",
      ],
      mariadb: [
        "changed view v: was AS select `t`.`a` AS `a`,'x  y' AS `s` from `t` where `t`.`id` > 1, is AS select `t`.`a` AS `a`,'x  y' AS `s` from `t` where `t`.`id` > 1 WITH LOCAL CHECK OPTION",
      ],
    },
  },
  'a view of JSON': {
    only: 'mysql',
    setup: T,
    change: `CREATE JSON RELATIONAL DUALITY VIEW v AS SELECT json_duality_object('_id': id, 'a': a) FROM t`,
    back: 'DROP VIEW v',
    lines: ['left view v'],
  },

  // Triggers
  'a trigger': {
    setup: T,
    change: 'CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.b = 1',
    back: 'DROP TRIGGER g',
    lines: ['left trigger t.g'],
  },
  'the body of a trigger': {
    setup: G,
    change: `DROP TRIGGER g; CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.b = 2`,
    back: `DROP TRIGGER g; CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.b = 1`,
    lines: ['changed trigger t.g: was BEFORE INSERT SET NEW.b = 1, is BEFORE INSERT SET NEW.b = 2'],
  },
  'when a trigger fires': {
    setup: G,
    change: `DROP TRIGGER g; CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW SET NEW.b = 1`,
    back: `DROP TRIGGER g; CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.b = 1`,
    lines: ['changed trigger t.g: was BEFORE INSERT SET NEW.b = 1, is BEFORE UPDATE SET NEW.b = 1'],
  },
  'the order of triggers': {
    setup: `${G} CREATE TRIGGER h BEFORE INSERT ON t FOR EACH ROW SET NEW.b = 2;
      CREATE TRIGGER i BEFORE UPDATE ON t FOR EACH ROW SET NEW.b = 2`,
    change: `DROP TRIGGER h; CREATE TRIGGER h BEFORE INSERT ON t FOR EACH ROW PRECEDES g SET NEW.b = 2`,
    back: `DROP TRIGGER h; CREATE TRIGGER h BEFORE INSERT ON t FOR EACH ROW SET NEW.b = 2`,
    lines: [
      'changed trigger t.g: was BEFORE INSERT SET NEW.b = 1, is BEFORE INSERT FOLLOWS h SET NEW.b = 1',
      'changed trigger t.h: was BEFORE INSERT FOLLOWS g SET NEW.b = 2, is BEFORE INSERT SET NEW.b = 2',
    ],
  },
  'the modes of a trigger': {
    setup: G,
    change: `SET @was = @@sql_mode; SET sql_mode = 'ANSI_QUOTES'; DROP TRIGGER g;
      CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.b = 1; SET sql_mode = @was`,
    back: 'DROP TRIGGER g; CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.b = 1',
    lines: [
      `changed trigger t.g: was BEFORE INSERT SET NEW.b = 1, is BEFORE INSERT SQL_MODE 'ANSI_QUOTES' SET NEW.b = 1`,
    ],
  },
  'the definer of a trigger': {
    setup: G,
    change: 'DROP TRIGGER g; CREATE DEFINER = queen@nowhere TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.b = 1',
    back: 'DROP TRIGGER g; CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.b = 1',
    lines: [
      'changed trigger t.g: was BEFORE INSERT SET NEW.b = 1, is DEFINER=queen@nowhere BEFORE INSERT SET NEW.b = 1',
    ],
  },

  // Routines
  'a function': { change: F, back: 'DROP FUNCTION f', lines: ['left function f'] },
  'a procedure': { change: R, back: 'DROP PROCEDURE r', lines: ['left procedure r'] },
  'parameters and result of a function': {
    setup: F,
    change:
      'DROP FUNCTION f; CREATE FUNCTION f(x TEXT CHARACTER SET ascii, y INT) RETURNS VARCHAR(20) CHARACTER SET ascii DETERMINISTIC RETURN x',
    back: `DROP FUNCTION f; ${F}`,
    lines: [
      'changed function f: was (IN x $INT) RETURNS $INT DETERMINISTIC RETURN x, is (IN x text COLLATE ascii_general_ci, IN y $INT) RETURNS varchar(20) COLLATE ascii_general_ci DETERMINISTIC RETURN x',
    ],
  },
  'the mode of a parameter': {
    setup: R,
    change: 'DROP PROCEDURE r; CREATE PROCEDURE r(INOUT x INT) BEGIN SET @a = x; END',
    back: `DROP PROCEDURE r; ${R}`,
    lines: ['changed procedure r: was (IN x $INT) BEGIN SET @a = x; END, is (INOUT x $INT) BEGIN SET @a = x; END'],
  },
  'the body of a procedure': {
    setup: R,
    change: `DROP PROCEDURE r; CREATE PROCEDURE r(IN x INT) BEGIN SET @a = 'it''s \\\\'; END`,
    back: `DROP PROCEDURE r; ${R}`,
    lines: {
      mysql: [`changed procedure r: was (IN x int) BEGIN SET @a = x; END, is (IN x int) BEGIN SET @a = 'it's \\'; END`],
      mariadb: [
        `changed procedure r: was (IN x int(11)) BEGIN SET @a = x; END, is (IN x int(11)) BEGIN SET @a = 'it''s \\'; END`,
      ],
    },
  },
  'the characteristics of a procedure': {
    setup: R,
    change: `ALTER PROCEDURE r SQL SECURITY INVOKER NO SQL COMMENT 'x'`,
    back: `DROP PROCEDURE r; ${R}`,
    lines: [
      `changed procedure r: was (IN x $INT) BEGIN SET @a = x; END, is (IN x $INT) NO SQL SQL SECURITY INVOKER COMMENT 'x' BEGIN SET @a = x; END`,
    ],
  },
  DETERMINISTIC: {
    setup: F,
    change: 'DROP FUNCTION f; CREATE FUNCTION f(x INT) RETURNS INT NO SQL RETURN x',
    back: `DROP FUNCTION f; ${F}`,
    lines: [
      'changed function f: was (IN x $INT) RETURNS $INT DETERMINISTIC RETURN x, is (IN x $INT) RETURNS $INT NO SQL RETURN x',
    ],
  },
  'the definer and the modes of a procedure': {
    setup: R,
    change: `SET @was = @@sql_mode; SET sql_mode = ''; DROP PROCEDURE r;
      CREATE DEFINER = queen@nowhere PROCEDURE r(IN x INT) BEGIN SET @a = x; END; SET sql_mode = @was`,
    back: `DROP PROCEDURE r; ${R}`,
    lines: [
      `changed procedure r: was (IN x $INT) BEGIN SET @a = x; END, is DEFINER=queen@nowhere (IN x $INT) SQL_MODE '' BEGIN SET @a = x; END`,
    ],
  },
  'a package': {
    only: 'mariadb',
    setup: 'SET sql_mode = ORACLE',
    change: `CREATE PACKAGE k AS FUNCTION f(a INT) RETURN INT; END;
      CREATE PACKAGE BODY k AS FUNCTION f(a INT) RETURN INT AS BEGIN RETURN a; END; END`,
    back: 'DROP PACKAGE k',
    lines: ['left package k', 'left package body k'],
  },
  'a library': {
    only: 'mysql',
    change: `CREATE LIBRARY l LANGUAGE JAVASCRIPT AS 'export function f() { return 1 }'`,
    back: 'DROP LIBRARY l',
    lines: ['left library l'],
  },
  'what is in a library': {
    only: 'mysql',
    setup: `CREATE LIBRARY l LANGUAGE JAVASCRIPT AS 'export const one = 1'`,
    change: `DROP LIBRARY l; CREATE LIBRARY l COMMENT 'x' LANGUAGE JAVASCRIPT AS 'export const one = 2'`,
    back: `DROP LIBRARY l; CREATE LIBRARY l LANGUAGE JAVASCRIPT AS 'export const one = 1'`,
    lines: [
      `changed library l: was LANGUAGE JAVASCRIPT export const one = 1, is LANGUAGE JAVASCRIPT COMMENT 'x' export const one = 2`,
    ],
  },

  // Events
  'an event': { change: E, back: 'DROP EVENT e', lines: ['left event e'] },
  'the schedule of an event': {
    setup: E,
    change: `ALTER EVENT e ON SCHEDULE EVERY '1:30' HOUR_MINUTE STARTS '2030-01-01 00:00:00' ENDS '2031-01-01 00:00:00'`,
    back: `DROP EVENT e; ${E}`,
    lines: [
      `changed event e: was EVERY 1 DAY STARTS 2030-01-01 00:00:00 DISABLED DO SELECT 1, is EVERY '1:30' HOUR_MINUTE STARTS 2030-01-01 00:00:00 ENDS 2031-01-01 00:00:00 DISABLED DO SELECT 1`,
    ],
  },
  'an event that happens once': {
    setup: E,
    change: `ALTER EVENT e ON SCHEDULE AT '2030-01-01 00:00:00'`,
    back: `ALTER EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00'`,
    lines: [
      'changed event e: was EVERY 1 DAY STARTS 2030-01-01 00:00:00 DISABLED DO SELECT 1, is AT 2030-01-01 00:00:00 DISABLED DO SELECT 1',
    ],
  },
  'the zone of an event': {
    setup: E,
    change: `SET time_zone = '+09:00'; ALTER EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00'; SET time_zone = 'SYSTEM'`,
    back: `ALTER EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00'`,
    lines: [
      'changed event e: was EVERY 1 DAY STARTS 2030-01-01 00:00:00 DISABLED DO SELECT 1, is EVERY 1 DAY STARTS 2030-01-01 00:00:00 TIME ZONE +09:00 DISABLED DO SELECT 1',
    ],
  },
  'the status, end and comment of an event': {
    setup: E,
    change: `ALTER EVENT e ON COMPLETION PRESERVE ENABLE COMMENT 'x'`,
    back: `ALTER EVENT e ON COMPLETION NOT PRESERVE DISABLE COMMENT ''`,
    lines: [
      `changed event e: was EVERY 1 DAY STARTS 2030-01-01 00:00:00 DISABLED DO SELECT 1, is EVERY 1 DAY STARTS 2030-01-01 00:00:00 ON COMPLETION PRESERVE ENABLED COMMENT 'x' DO SELECT 1`,
    ],
  },
  'what an event does': {
    setup: E,
    change: 'ALTER EVENT e DO BEGIN SELECT 2; END',
    back: 'ALTER EVENT e DO SELECT 1',
    lines: [
      'changed event e: was EVERY 1 DAY STARTS 2030-01-01 00:00:00 DISABLED DO SELECT 1, is EVERY 1 DAY STARTS 2030-01-01 00:00:00 DISABLED DO BEGIN SELECT 2; END',
    ],
  },

  // Sequences
  'a sequence': {
    only: 'mariadb',
    change: 'CREATE SEQUENCE s',
    back: 'DROP SEQUENCE s',
    lines: ['left sequence s'],
  },
  'the options of a sequence': {
    only: 'mariadb',
    setup: 'CREATE SEQUENCE s',
    change: 'ALTER SEQUENCE s RESTART 5 START 5 INCREMENT 2 MINVALUE 3 MAXVALUE 99 CACHE 7 CYCLE',
    lines: [
      'changed sequence s: was AS bigint(21) START WITH 1 MINVALUE 1 MAXVALUE 9223372036854775806 INCREMENT BY 1 CACHE 1000 ENGINE=InnoDB, is AS bigint(21) START WITH 5 MINVALUE 3 MAXVALUE 99 INCREMENT BY 2 CACHE 7 CYCLE ENGINE=InnoDB',
    ],
  },
  'how far a sequence has come, which is none of the schema': {
    only: 'mariadb',
    setup: 'CREATE SEQUENCE s',
    change: 'SELECT nextval(s)',
    lines: [],
  },
}
