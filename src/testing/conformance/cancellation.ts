import assert from 'node:assert/strict'
import { BEGIN, COMMIT, call, count, failing, insert, play, statement } from './bench.js'
import { promise, type Case } from './case.js'

const TABLE = statement('CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR(100))')
const ROW = statement(`INSERT INTO t VALUES (1, 'one')`)

/** Cancelling: at once, and nothing is left. */
export const cancellationCases: readonly Case[] = [
  promise('cancelling: before the script, nothing of it is done', async (bench) => {
    const { session } = await bench.ready()
    await play(session, [TABLE])
    const error = await failing(session, [BEGIN, insert('001'), ROW, COMMIT], {
      signal: AbortSignal.abort(new Error('enough')),
    })
    assert.equal(error.failure, 'cancelled')
    assert.deepEqual(await session.history(), [])
    assert.equal(await count(session, 't'), 0)
  }),
  promise('cancelling: while a function is at work, everything is rolled back', async (bench) => {
    const { session } = await bench.ready()
    await play(session, [TABLE])
    const controller = new AbortController()
    const abort = call(async (tx) => {
      await tx.exec(`INSERT INTO t VALUES (2, 'two')`)
      controller.abort(new Error('enough'))
    })
    const error = await failing(session, [BEGIN, insert('001'), ROW, abort, ROW, COMMIT], { signal: controller.signal })
    assert.deepEqual([error.failure, error.outcome], ['cancelled', 'rolledBack'])
    assert.deepEqual(await session.history(), [])
    assert.equal(await count(session, 't'), 0)
  }),
  promise('cancelling: a function that gives up because of it is no failure of its own', async (bench) => {
    const { session } = await bench.ready()
    const controller = new AbortController()
    const abort = call(() => {
      controller.abort(new Error('enough'))
      return Promise.reject(controller.signal.reason as Error)
    })
    const error = await failing(session, [BEGIN, insert('001'), abort, COMMIT], { signal: controller.signal })
    assert.deepEqual([error.failure, error.outcome], ['cancelled', 'rolledBack'])
    assert.deepEqual(await session.history(), [])
  }),
  promise(
    'cancelling: a statement at work is stopped by the server',
    async (bench) => {
      const { session } = await bench.ready()
      const controller = new AbortController()
      const begun = performance.now()
      setTimeout(() => controller.abort(new Error('enough')), 200)
      const error = await failing(session, [BEGIN, insert('001'), statement(bench.options.sql!.slow!), COMMIT], {
        signal: controller.signal,
      })
      assert.deepEqual([error.failure, error.operation], ['cancelled', 2])
      assert(performance.now() - begun < 10_000, 'it was not waited for')
      assert.deepEqual(await session.history(), [])
    },
    'slow',
  ),
  promise(
    'cancelling: a statement is stopped when its time is up',
    async (bench) => {
      const { session } = await bench.ready()
      const begun = performance.now()
      const error = await failing(session, [BEGIN, insert('001'), statement(bench.options.sql!.slow!), COMMIT], {
        statementTimeout: 200,
      })
      assert.deepEqual([error.failure, error.operation], ['timeout', 2])
      assert(performance.now() - begun < 10_000, 'it was not waited for')
      assert.deepEqual(await session.history(), [])
    },
    'slow',
  ),
]
