import { expect, test } from 'vitest'
import { rulesFor } from '../../../src/core/sql/dialect.js'
import { onlineText } from '../../../src/core/sql/mysql-online.js'

const rules = rulesFor('mysql')

test.each([
  ['ALTER TABLE t ADD c INT', 'ALTER TABLE t LOCK=NONE, ADD c INT'],
  ['ALTER TABLE `a`.`b c` ADD c INT', 'ALTER TABLE `a`.`b c` LOCK=NONE, ADD c INT'],
  ['ALTER TABLE t PARTITION BY HASH (id)', 'ALTER TABLE t LOCK=NONE PARTITION BY HASH (id)'],
  ['ALTER TABLE t ADD c INT, LOCK=SHARED', 'ALTER TABLE t ADD c INT, LOCK=SHARED'],
  ['ALTER TABLE t ADD c INT, ALGORITHM = COPY', 'ALTER TABLE t ADD c INT, ALGORITHM = COPY'],
  ['alter table t add lock int', 'alter table t LOCK=NONE, add lock int'],
  ['CREATE UNIQUE INDEX i ON t (v) -- by v', 'CREATE UNIQUE INDEX i ON t (v) LOCK=NONE -- by v'],
  ['DROP INDEX i ON t', 'DROP INDEX i ON t LOCK=NONE'],
  ['CREATE TABLE t (id INT, INDEX (id))', 'CREATE TABLE t (id INT, INDEX (id))'],
  ['INSERT INTO t VALUES (1)', 'INSERT INTO t VALUES (1)'],
  ['ALTER VIEW v AS SELECT 1', 'ALTER VIEW v AS SELECT 1'],
])('%s', (text, online) => {
  expect(onlineText(text, rules, 'MySQL')).toBe(online)
})

test('MariaDB is told that it must not copy, either', () => {
  expect(onlineText('ALTER TABLE IF EXISTS t WAIT 5 ADD c INT', rules, 'MariaDB')).toBe(
    'ALTER TABLE IF EXISTS t WAIT 5 ALGORITHM=INPLACE, LOCK=NONE, ADD c INT',
  )
})
