import { Queen } from '../../dist/core/index.js'

/**
 * Migrations of every kind, each leaving one mark in `audit` for every statement it executes: a mark that is there
 * twice was executed twice, one that is missing was lost.
 */
export function faultMigrations() {
  const q = new Queen()
  const mark = (name) => `INSERT INTO audit (mark) VALUES ('${name}')`
  q.add({
    version: '001',
    name: 'audit',
    upSQL: `CREATE TABLE audit (mark TEXT NOT NULL); ${mark('001')}`,
    downSQL: 'DROP TABLE audit',
  })
  q.add({
    version: '002',
    name: 'sql',
    upSQL: `${mark('002.1')}; CREATE TABLE t2 (id INTEGER PRIMARY KEY, v TEXT); ${mark('002.2')}; CREATE INDEX t2_v ON t2 (v)`,
    downSQL: 'DROP TABLE t2',
  })
  q.add({
    version: '003',
    name: 'function',
    manualChecksum: 'v1',
    upFn: async (tx) => {
      await tx.exec(mark('003.1'))
      await new Promise((resolve) => setImmediate(resolve))
      await tx.exec('CREATE TABLE t3 (id INTEGER PRIMARY KEY)')
      await tx.query('INSERT INTO audit (mark) VALUES (?)', ['003.2'])
    },
    downSQL: 'DROP TABLE t3',
  })
  q.add({
    version: '004',
    name: 'counted',
    transaction: false,
    upSQL: `${mark('004.1')}; CREATE TABLE t4 (id INTEGER PRIMARY KEY); VACUUM; ${mark('004.2')}; PRAGMA user_version = 4; ${mark('004.3')}`,
    downSQL: 'DROP TABLE t4; VACUUM',
  })
  q.add({
    version: '005',
    name: 'rebuild',
    upSQL: `CREATE TABLE t5 (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t5 SELECT id, v FROM t2; DROP TABLE t2; ALTER TABLE t5 RENAME TO t2; ${mark('005')}`,
    downSQL: 'CREATE INDEX t2_v ON t2 (v)',
  })
  q.add({
    version: '006',
    name: 'counted_again',
    transaction: false,
    upSQL: [mark('006.1'), 'REINDEX', mark('006.2')],
    downSQL: 'REINDEX',
  })
  return q
}

/** Every mark, as a run without a fault leaves them. */
export const MARKS = ['001', '002.1', '002.2', '003.1', '003.2', '004.1', '004.2', '004.3', '005', '006.1', '006.2']
