import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { fileDatabase, queenOn, rejection } from '../../support/database.js'

const PARENTS = {
  version: '001',
  name: 'parents_and_children',
  upSQL: `
    CREATE TABLE parents (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE children (id INTEGER PRIMARY KEY, parent_id INTEGER NOT NULL REFERENCES parents ON DELETE CASCADE);
    CREATE TABLE wards (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parents ON DELETE SET NULL);
    INSERT INTO parents VALUES (1, 'ann'), (2, 'bob');
    INSERT INTO children VALUES (10, 1), (20, 2);
    INSERT INTO wards VALUES (30, 1), (40, 2)`,
}
const REBUILD = `
  CREATE TABLE parents_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
  INSERT INTO parents_new SELECT id, name FROM parents;
  DROP TABLE parents;
  ALTER TABLE parents_new RENAME TO parents`

test('rebuilding a table deletes no children and unsets no references', async () => {
  const { queen, values } = fileDatabase(PARENTS, { version: '002', name: 'rebuild', upSQL: REBUILD })
  await queen.up()
  expect(values('SELECT id FROM children ORDER BY id')).toEqual([10, 20])
  expect(values('SELECT parent_id FROM wards ORDER BY id')).toEqual([1, 2])
})

test('the fault this guards against is real: with foreign keys on, the same rebuild deletes the children', () => {
  const db = new Database(':memory:')
  db.exec(PARENTS.upSQL)
  expect(db.pragma('foreign_keys', { simple: true })).toBe(1)
  db.exec(`BEGIN; ${REBUILD}; COMMIT`)
  expect(db.prepare('SELECT count(*) FROM children').pluck().get()).toBe(0)
})

test('the same in a function, and on a database that was handed in, whose own setting is put back', async () => {
  const db = new Database(':memory:')
  const rebuild = {
    version: '002',
    name: 'rebuild',
    manualChecksum: 'v1',
    upFn: async (tx: { exec(sql: string): Promise<void> }) => tx.exec(REBUILD),
  }
  const queen = queenOn(db, PARENTS, rebuild)
  await queen.up()
  expect(db.prepare('SELECT count(*) FROM children').pluck().get()).toBe(2)
  expect(db.pragma('foreign_keys', { simple: true })).toBe(1)
  db.pragma('foreign_keys = OFF')
  queen.add({ version: '003', name: 'more', upSQL: 'CREATE TABLE more (id INTEGER)' })
  await queen.up()
  expect(db.pragma('foreign_keys', { simple: true })).toBe(0)
})

test('a migration that leaves a reference to nothing fails, names it, and leaves nothing', async () => {
  const { queen, values } = fileDatabase(PARENTS, {
    version: '002',
    name: 'careless',
    upSQL: 'DELETE FROM parents WHERE id = 2',
  })
  const error = await rejection(queen.up())
  expect(error).toMatchObject({ code: 'MIGRATION_FAILED', version: '002', rolledBack: ['002'] })
  expect(error.message).toContain('children row 20 refers to no row of parents')
  expect(error.message).toContain('wards row 40 refers to no row of parents')
  expect(values('SELECT id FROM parents')).toEqual([1, 2])
  expect(values('SELECT version FROM queen_migrations')).toEqual(['001'])
})

test('references that were broken before do not stop a migration, but a further one does', async () => {
  const { queen, connect, values } = fileDatabase(PARENTS)
  await queen.up()
  const other = connect()
  other.pragma('foreign_keys = OFF')
  other.exec('INSERT INTO children VALUES (99, 98)')
  queen.add({ version: '002', name: 'harmless', upSQL: 'ALTER TABLE parents ADD COLUMN age INTEGER' })
  await queen.up()
  queen.add({ version: '003', name: 'careless', upSQL: 'INSERT INTO children VALUES (100, 98)' })
  expect((await rejection(queen.up())).message).toMatch(/children row 100 refers to no row of parents$/)
  expect(values('SELECT max(id) FROM children')).toEqual([99])
})

test('what another connection broke between two migrations of a run is not held against the second', async () => {
  const { queen, connect } = fileDatabase(PARENTS, {
    version: '002',
    name: 'more',
    upSQL: 'CREATE TABLE more (id INTEGER)',
  })
  const other = connect()
  other.pragma('foreign_keys = OFF')
  queen.on('migrationEnd', ({ version }) => {
    if (version === '001') other.exec('INSERT INTO children VALUES (99, 98)')
  })
  await expect(queen.up()).resolves.toMatchObject({ to: '002' })
})

test('renaming the old table first makes the children refer to it; dropping it is found out', async () => {
  const wrong = `ALTER TABLE parents RENAME TO parents_old; CREATE TABLE parents (id INTEGER PRIMARY KEY, name TEXT);
    INSERT INTO parents SELECT * FROM parents_old; DROP TABLE parents_old`
  const { queen, values } = fileDatabase(PARENTS, { version: '002', name: 'wrong_order', upSQL: wrong })
  expect((await rejection(queen.up())).message).toContain('children row 10 refers to no row of parents_old')
  expect(values('SELECT count(*) FROM parents')).toEqual([2])
})

test('tables without a rowid are watched too', async () => {
  const { queen } = fileDatabase({
    version: '001',
    name: 'without_rowid',
    upSQL: `CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (a TEXT PRIMARY KEY, p INTEGER REFERENCES p) WITHOUT ROWID; INSERT INTO c VALUES ('x', 1)`,
  })
  expect((await rejection(queen.up())).message).toContain('c refers to no row of p')
})
