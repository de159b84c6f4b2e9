import assert from 'node:assert/strict'
import { BEGIN, COMMIT, call, count, failing, insert, journal, play, statement, versions } from './bench.js'
import { promise, type Case } from './case.js'

const TABLE = statement('CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR(100))')

/** Migrations that end their transaction themselves, or leave one open: found out, and nothing goes on behind it. */
export const escapeCases: readonly Case[] = [
  promise('escaping: a function that rolls back is found out, and nothing is recorded', async (bench) => {
    const { session } = await bench.ready()
    const error = await failing(session, [
      BEGIN,
      insert('001'),
      call(async (tx) => await tx.exec('ROLLBACK')),
      journal('001'),
      COMMIT,
    ])
    assert.equal(error.failure, 'escaped')
    assert.deepEqual(await session.history(), [])
    assert.deepEqual(await session.journal(), [])
  }),
  promise('escaping: a function that rolls back and begins anew is found out', async (bench) => {
    const { session } = await bench.ready()
    const work = call(async (tx) => {
      await tx.exec('ROLLBACK')
      await tx.exec('BEGIN')
    })
    const error = await failing(session, [BEGIN, insert('001'), work, journal('001'), COMMIT])
    assert.equal(error.failure, 'escaped')
    assert.deepEqual(await session.history(), [])
    assert.deepEqual(await session.journal(), [])
  }),
  promise('escaping: a function that commits is found out, and nothing after it is done', async (bench) => {
    const { session } = await bench.ready()
    await play(session, [TABLE])
    const error = await failing(session, [
      BEGIN,
      insert('001'),
      call(async (tx) => await tx.exec('COMMIT')),
      statement(`INSERT INTO t VALUES (1, 'x')`),
      journal('001'),
      COMMIT,
    ])
    assert.equal(error.failure, 'escaped')
    assert.notEqual(error.outcome, 'rolledBack', 'what was committed cannot have been rolled back')
    assert.deepEqual([await session.journal(), await count(session, 't')], [[], 0])
  }),
  promise(
    'escaping: a function that commits and begins anew is found out, and the new transaction is rolled back',
    async (bench) => {
      const { session } = await bench.ready()
      await play(session, [TABLE])
      const work = call(async (tx) => {
        await tx.exec('COMMIT')
        await tx.exec('BEGIN')
        await tx.exec(`INSERT INTO t VALUES (1, 'x')`)
      })
      const error = await failing(session, [BEGIN, insert('001'), work, journal('001'), COMMIT])
      assert.equal(error.failure, 'escaped')
      assert.deepEqual([await session.journal(), await count(session, 't')], [[], 0])
    },
  ),
  promise('escaping: a statement that commits is found out', async (bench) => {
    const { session } = await bench.ready()
    const error = await failing(session, [BEGIN, insert('001'), statement('COMMIT'), journal('001'), COMMIT])
    assert.equal(error.failure, 'escaped')
    assert.deepEqual(await session.journal(), [])
  }),
  promise('escaping: a transaction that a script leaves open is found and closed', async (bench) => {
    const { session } = await bench.ready()
    await play(session, [TABLE])
    for (const open of [statement('BEGIN'), call(async (tx) => await tx.exec('BEGIN'))]) {
      const error = await failing(session, [open, statement(`INSERT INTO t VALUES (1, 'x')`)])
      assert.equal(error.failure, 'escaped')
      assert.equal(await count(session, 't'), 0)
    }
  }),
  promise('escaping: the session works afterwards as before', async (bench) => {
    const { session, lock } = await bench.ready()
    for (const text of ['ROLLBACK', 'COMMIT', 'COMMIT; BEGIN'])
      await failing(session, [BEGIN, call(async (tx) => await tx.exec(text)), COMMIT])
    await play(session, [BEGIN, insert('001'), COMMIT])
    assert.deepEqual(await versions(session), ['001'])
    await lock.release()
  }),
]
