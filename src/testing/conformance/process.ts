import assert from 'node:assert/strict'
import type { Operation } from '../../core/execution.js'
import { BEGIN, count, insert, play, statement, versions, type Bench } from './bench.js'
import { promise, type Case } from './case.js'
import { Child } from './child.js'
import { eventually } from './lock.js'

/** Two processes, of which one dies. */
export const processCases: readonly Case[] = [
  promise(
    'process: a lock keeps other processes out, and is free as soon as its process was killed',
    async (bench) => {
      await withChild(bench, [], async (child) => {
        const session = await bench.connect()
        assert.equal(await session.tryLock('me'), null)
        const holder = await session.holder()
        assert.equal(holder?.who, 'the child')
        assert.deepEqual(holder?.doing, { direction: 'up', version: '001', name: 'held' })
        await child.kill()
        const lock = await eventually(async () => await session.tryLock('me'), 2_000)
        assert.equal((await session.holder())?.who, 'me')
        await lock.release()
        assert.equal(await session.holder(), null)
      })
    },
    'connections',
    'child',
  ),
  promise(
    'process: of a transaction whose process was killed nothing is left',
    async (bench) => {
      const session = await bench.connect()
      await play(session, [statement('CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR(100))')])
      await withChild(bench, [BEGIN, insert('001'), statement(`INSERT INTO t VALUES (1, 'one')`)], async (child) => {
        await child.kill()
        const lock = await eventually(async () => await session.tryLock('me'), 2_000)
        assert.deepEqual(await versions(session), [])
        assert.equal(await count(session, 't'), 0)
        await play(session, [BEGIN, insert('001'), statement(`INSERT INTO t VALUES (1, 'one')`), { kind: 'commit' }])
        await lock.release()
      })
    },
    'connections',
    'child',
  ),
  promise(
    'process: what was committed one by one before the kill stays',
    async (bench) => {
      const script: Operation[] = [
        insert('001', { status: 'running', statementsDone: 0 }),
        statement('CREATE TABLE t (id INTEGER PRIMARY KEY)'),
      ]
      await withChild(bench, script, async (child) => {
        await child.kill()
        const session = await bench.connect()
        const lock = await eventually(async () => await session.tryLock('me'), 2_000)
        assert.equal((await session.history())![0]!.status, 'running')
        assert.equal(await count(session, 't'), 0)
        await lock.release()
      })
    },
    'connections',
    'child',
  ),
]

async function withChild(
  bench: Bench,
  script: readonly Operation[],
  work: (child: Child) => Promise<void>,
): Promise<void> {
  const child = await Child.holding(bench, script)
  try {
    await work(child)
  } finally {
    await child.kill()
  }
}
