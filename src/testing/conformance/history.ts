import assert from 'node:assert/strict'
import { BEGIN, COMMIT, insert, journal, play, remove, versions } from './bench.js'
import { promise, type Case } from './case.js'

/** Queen's two tables: when they are there, and in which order they are read. */
export const historyCases: readonly Case[] = [
  promise('history: null before prepare, with an empty journal and nothing created', async (bench) => {
    for (const session of [await bench.connect(), await bench.connect()]) {
      assert.equal(await session.history(), null)
      assert.deepEqual(await session.journal(), [])
    }
  }),
  promise('history: empty after prepare', async (bench) => {
    const { session } = await bench.ready()
    assert.deepEqual(await session.history(), [])
    assert.deepEqual(await session.journal(), [])
  }),
  promise('history: preparing twice keeps what is recorded', async (bench) => {
    const { session } = await bench.ready()
    await play(session, [BEGIN, insert('001'), journal('001'), COMMIT])
    await session.prepare()
    assert.deepEqual(await versions(session), ['001'])
    assert.equal((await session.journal()).length, 1)
  }),
  promise(
    'history: connections that prepare at once do not get in each other’s way',
    async (bench) => {
      const sessions = await Promise.all(Array.from({ length: 6 }, async () => await bench.connect()))
      await Promise.all(sessions.map(async (session) => await session.prepare()))
      for (const session of sessions) assert.deepEqual(await session.history(), [])
    },
    'connections',
  ),
  promise('history: records come in the order they were written, whatever their versions', async (bench) => {
    const { session } = await bench.ready()
    const order = ['10', '2', 'b', 'a', 'B_1', '1']
    for (const version of order) await play(session, [BEGIN, insert(version), COMMIT])
    const records = (await session.history())!
    assert.deepEqual(
      records.map(({ version }) => version),
      order,
    )
    const ids = records.map(({ id }) => id)
    assert.deepEqual(
      ids,
      [...ids].sort((one, other) => one - other),
    )
    assert.equal(new Set(ids).size, order.length)
  }),
  promise('history: a version that is applied again comes last', async (bench) => {
    const { session } = await bench.ready()
    for (const version of ['1', '2', '3']) await play(session, [BEGIN, insert(version), COMMIT])
    await play(session, [BEGIN, remove('3'), remove('2'), insert('2'), insert('3'), remove('1'), insert('1'), COMMIT])
    assert.deepEqual(await versions(session), ['2', '3', '1'])
  }),
  promise('history: the journal comes newest first, and no more of it than asked for', async (bench) => {
    const { session } = await bench.ready()
    await play(session, [
      BEGIN,
      journal('1'),
      journal('2', { outcome: 'failed', error: 'why' }),
      journal('3', { action: 'down' }),
      COMMIT,
    ])
    assert.deepEqual(
      (await session.journal()).map(({ version }) => version),
      ['3', '2', '1'],
    )
    assert.deepEqual(
      (await session.journal(2)).map(({ version }) => version),
      ['3', '2'],
    )
    const [down, failed] = await session.journal()
    assert.deepEqual([down?.action, down?.outcome, down?.error], ['down', 'done', null])
    assert.deepEqual([failed?.action, failed?.outcome, failed?.error], ['up', 'failed', 'why'])
  }),
  promise(
    'history: what one connection records another reads',
    async (bench) => {
      const { session } = await bench.ready()
      const other = await bench.connect()
      await play(session, [BEGIN, insert('001'), journal('001'), COMMIT])
      assert.deepEqual(await versions(other), ['001'])
      assert.equal((await other.journal()).length, 1)
    },
    'connections',
  ),
]
