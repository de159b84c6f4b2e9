import assert from 'node:assert/strict'
import { BEGIN, COMMIT, call, count, failing, insert, play, select, statement, update, versions } from './bench.js'
import { promise, type Case } from './case.js'

const TABLE = statement('CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR(100))')

/** A session from its opening to its end. */
export const sessionCases: readonly Case[] = [
  promise('session: it reads SQL by the rules of its driver’s dialect', async (bench) => {
    const session = await bench.connect()
    assert.equal(session.rules.dialect, bench.driver.dialect)
    assert.notEqual(bench.driver.target, '')
  }),
  promise('session: it can be closed twice, and unused', async (bench) => {
    const unused = await bench.driver.connect({ name: 'queen_migrations' })
    await unused.close()
    await unused.close()
    const { session, lock } = await bench.ready()
    await lock.release()
    await session.close()
    await session.close()
  }),
  promise('session: it works after a script that failed', async (bench) => {
    const { session } = await bench.ready()
    await play(session, [TABLE])
    await failing(session, [BEGIN, insert('001'), statement('INSERT INTO missing_table VALUES (1)'), COMMIT])
    await failing(session, [statement('THIS IS NOT SQL')])
    await play(session, [BEGIN, insert('001'), statement(`INSERT INTO t VALUES (1, 'one')`), COMMIT])
    assert.deepEqual([await versions(session), await count(session, 't')], [['001'], 1])
  }),
  promise(
    'session: what was committed is there for the next connection',
    async (bench) => {
      const { session, lock } = await bench.ready()
      await play(session, [TABLE, BEGIN, insert('001'), COMMIT])
      await lock.release()
      await session.close()
      const next = await bench.connect()
      assert.deepEqual([await versions(next), await count(next, 't')], [['001'], 0])
    },
    'connections',
  ),
  promise(
    'session: settings that a migration leaves behind are put back',
    async (bench) => {
      const { session } = await bench.ready()
      const read = async (query: string): Promise<unknown> => JSON.stringify(await select(session, query))
      for (const { change, query } of bench.options.settings!) {
        const before = await read(query)
        await play(session, [statement(change)])
        assert.equal(await read(query), before, `after ${change}`)
        await play(session, [call(async (tx) => await tx.exec(change))])
        assert.equal(await read(query), before, `after a function with ${change}`)
        await failing(session, [statement(change), statement('SELECT * FROM missing_table')])
        assert.equal(await read(query), before, `after a failure behind ${change}`)
      }
    },
    'settings',
  ),
  promise('fingerprint: it changes with the schema, and back with it', async (bench) => {
    const { session } = await bench.ready()
    const seen = [await session.fingerprint()]
    assert.equal(typeof seen[0], 'string')
    for (const change of [
      'CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR(100))',
      'ALTER TABLE t ADD COLUMN w INTEGER',
      'CREATE INDEX t_v ON t (v)',
      'CREATE VIEW t_view AS SELECT v FROM t',
    ]) {
      await play(session, [statement(change)])
      const fingerprint = await session.fingerprint()
      assert(!seen.includes(fingerprint), `it must change with ${change}`)
      seen.push(fingerprint)
    }
    await play(session, [statement('DROP VIEW t_view')])
    assert.equal(await session.fingerprint(), seen.at(-2), 'what a change did is taken back')
  }),
  promise('fingerprint: it does not change with rows, nor with Queen’s own records', async (bench) => {
    const { session } = await bench.ready()
    await play(session, [TABLE])
    const before = await session.fingerprint()
    await play(session, [statement(`INSERT INTO t VALUES (1, 'one')`)])
    assert.equal(await session.fingerprint(), before)
    await play(session, [BEGIN, insert('001'), update('001', { name: 'other' }), COMMIT])
    assert.equal(await session.fingerprint(), before)
    await session.prepare()
    assert.equal(await session.fingerprint(), before)
  }),
]
