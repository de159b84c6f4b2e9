import assert from 'node:assert/strict'
import type { Inspector, SchemaObject } from '../../core/driver.js'
import { BEGIN, COMMIT, insert, journal, play, statement, type Bench } from './bench.js'
import { promise, type Case } from './case.js'

/** The second power: describing a schema, and making databases to throw away. */
export const inspectorCases: readonly Case[] = [
  promise(
    'inspector: a snapshot is empty but for what the user made; Queen’s own tables are no part of it',
    async (bench) => {
      const { session } = await bench.ready()
      const inspector = inspectorOf(bench)
      const before = await inspector.snapshot(session)
      await play(session, [BEGIN, insert('001'), journal('001'), COMMIT])
      assert.deepEqual(await inspector.snapshot(session), before)
      assert(!before.some(({ name }) => name.includes('queen_migrations')), 'Queen’s own tables are left out')
      assert.deepEqual([...(await inspector.rows(session)).keys()], [])
    },
    'inspector',
  ),
  promise(
    'inspector: every change of the schema is a change of the snapshot, and taking it back leaves none',
    async (bench) => {
      const { session } = await bench.ready()
      const snapshot = async (): Promise<string> => texts(await inspectorOf(bench).snapshot(session))
      await play(session, [statement('CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR(100))')])
      for (const [change, back] of changes(bench)) {
        const before = await snapshot()
        await play(session, [statement(change)])
        assert.notEqual(await snapshot(), before, `${change} must show`)
        await play(session, [statement(back)])
        assert.equal(await snapshot(), before, `${back} must take it back`)
      }
    },
    'inspector',
  ),
  promise(
    'inspector: rows are told table by table, each as JSON, in a stable order',
    async (bench) => {
      const { session } = await bench.ready()
      const inspector = inspectorOf(bench)
      await play(session, [
        statement('CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR(100))'),
        statement('CREATE TABLE empty_table (id INTEGER PRIMARY KEY)'),
      ])
      await play(session, [statement(`INSERT INTO t VALUES (2, 'two')`), statement(`INSERT INTO t VALUES (1, NULL)`)])
      const rows = await inspector.rows(session)
      assert.deepEqual([...rows.values()].map((list) => list.length).sort(), [0, 2])
      const [first, second] = [...rows.values()].find((list) => list.length === 2)!
      assert(first! < second!)
      for (const row of [first!, second!]) assert.equal(typeof JSON.parse(row), 'object')
      await play(session, [statement(`UPDATE t SET v = 'one' WHERE id = 1`)])
      assert.notDeepEqual([...(await inspector.rows(session))], [...rows])
    },
    'inspector',
  ),
  promise(
    'inspector: a scratch database is new, empty and apart',
    async (bench) => {
      const { session } = await bench.ready()
      await play(session, [statement('CREATE TABLE t (id INTEGER PRIMARY KEY)')])
      const scratches = [await inspectorOf(bench).scratch(), await inspectorOf(bench).scratch()]
      for (const { driver, drop } of scratches) {
        const inside = await driver.connect({ name: 'queen_migrations' })
        assert.equal(await inside.history(), null)
        assert.deepEqual([...(await driver.rows(inside)).keys()], [])
        await play(inside, [
          statement('CREATE TABLE t (id INTEGER PRIMARY KEY)'),
          statement('INSERT INTO t VALUES (1)'),
        ])
        assert.deepEqual(
          [...(await driver.rows(inside)).values()].map((list) => list.length),
          [1],
        )
        await inside.close()
        await drop()
      }
      assert.deepEqual([...(await inspectorOf(bench).rows(session)).values()], [[]])
    },
    'inspector',
  ),
  promise(
    'inspector: a scratch database can be dropped while it is in use',
    async (bench) => {
      const { driver, drop } = await inspectorOf(bench).scratch()
      const inside = await driver.connect({ name: 'queen_migrations' })
      assert(await inside.tryLock('me'))
      await inside.prepare()
      await drop()
      await inside.close().catch(() => {})
    },
    'inspector',
  ),
]

function changes({ words }: Bench): readonly (readonly [change: string, back: string])[] {
  return [
    ['CREATE TABLE other_table (id INTEGER)', 'DROP TABLE other_table'],
    ['ALTER TABLE t ADD COLUMN w INTEGER', 'ALTER TABLE t DROP COLUMN w'],
    ['CREATE INDEX t_v ON t (v)', words.dropIndex('t_v', 't')],
    ['CREATE UNIQUE INDEX t_v ON t (v)', words.dropIndex('t_v', 't')],
    ['CREATE VIEW t_view AS SELECT v FROM t', 'DROP VIEW t_view'],
    ['ALTER TABLE t RENAME TO s', 'ALTER TABLE s RENAME TO t'],
  ]
}

function inspectorOf({ driver }: Bench): Inspector {
  const { scratch, snapshot, rows } = driver
  assert(
    scratch !== undefined && snapshot !== undefined && rows !== undefined,
    'the driver is no Inspector: name this case as a deviation if that is meant',
  )
  return { scratch: scratch.bind(driver), snapshot: snapshot.bind(driver), rows: rows.bind(driver) }
}

function texts(objects: readonly SchemaObject[]): string {
  return objects.map(({ kind, name, definition }) => `${kind} ${name}: ${definition}`).join('\n')
}
