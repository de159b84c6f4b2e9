import assert from 'node:assert/strict'
import type { Holder } from '../../core/driver.js'
import { QueenError } from '../../core/errors.js'
import { BEGIN, COMMIT, call, failing, play, statement } from './bench.js'
import { promise, type Case } from './case.js'

/** The lock: one holder at a time, who is known, and who cannot outlive its connection. */
export const lockCases: readonly Case[] = [
  promise('lock: it can be taken again after it was released', async (bench) => {
    const session = await bench.connect()
    for (let round = 0; round < 3; round++) {
      const lock = await session.tryLock('me')
      assert(lock !== null)
      await lock.release()
    }
    assert.equal(await session.holder(), null)
  }),
  promise('lock: one session cannot take it twice', async (bench) => {
    const session = await bench.connect()
    const lock = await session.tryLock('me')
    assert(lock !== null)
    assert.equal(await session.tryLock('me again'), null)
    await lock.release()
  }),
  promise('lock: releasing twice is an error', async (bench) => {
    const session = await bench.connect()
    const lock = await session.tryLock('me')
    assert(lock !== null)
    await lock.release()
    await assert.rejects(lock.release(), isLost)
  }),
  promise('lock: it can be taken before there is anything else', async (bench) => {
    const session = await bench.connect()
    const lock = await session.tryLock('me')
    assert(lock !== null)
    assert.equal(await session.history(), null)
    await lock.release()
  }),
  promise('lock: it lasts through scripts, also those that fail', async (bench) => {
    const { session, lock } = await bench.ready()
    await play(session, [BEGIN, statement('SELECT 1'), COMMIT])
    await failing(session, [BEGIN, statement('SELECT * FROM missing_table'), COMMIT])
    assert.equal(await session.tryLock('again'), null)
    await lock.release()
  }),
  promise(
    'lock: it keeps everybody else out, until it is released',
    async (bench) => {
      const { session, lock } = await bench.ready()
      const other = await bench.connect()
      assert.equal(await other.tryLock('other'), null)
      await play(session, [BEGIN, statement('SELECT 1'), COMMIT])
      assert.equal(await other.tryLock('other'), null)
      await lock.release()
      const next = await other.tryLock('other')
      assert(next !== null, 'a lock that was released is free')
      assert.equal(await session.tryLock('me'), null)
      await next.release()
    },
    'connections',
  ),
  promise(
    'lock: of many that try at once, one gets it',
    async (bench) => {
      const sessions = await Promise.all(Array.from({ length: 8 }, async () => await bench.connect()))
      const locks = await Promise.all(sessions.map(async (session, index) => await session.tryLock(`session ${index}`)))
      assert.equal(locks.filter((lock) => lock !== null).length, 1)
    },
    'connections',
  ),
  promise(
    'lock: releasing twice takes it from nobody',
    async (bench) => {
      const [session, other] = [await bench.connect(), await bench.connect()]
      const lock = await session.tryLock('me')
      assert(lock !== null)
      await lock.release()
      const next = await other.tryLock('other')
      assert(next !== null)
      await assert.rejects(lock.release(), isLost)
      assert.equal(await session.tryLock('me'), null, 'the other still has it')
      assert.equal((await session.holder())?.who, 'other')
      await next.release()
    },
    'connections',
  ),
  promise(
    'lock: it ends with its session',
    async (bench) => {
      const [session, other] = [await bench.connect(), await bench.connect()]
      assert(await session.tryLock('me'))
      await session.close()
      const lock = await eventually(async () => await other.tryLock('other'))
      await lock.release()
    },
    'connections',
  ),
  promise(
    'lock: another history table has another lock',
    async (bench) => {
      const [one, other] = [await bench.connect('queen_one'), await bench.connect('queen_other')]
      const locks = [await one.tryLock('one'), await other.tryLock('other')]
      assert(locks[0] !== null && locks[1] !== null)
      assert.deepEqual([(await one.holder())?.who, (await other.holder())?.who], ['one', 'other'])
      for (const lock of locks) await lock!.release()
    },
    'connections',
  ),
  promise(
    'lock: everybody can see who has it, and what for',
    async (bench) => {
      const [session, other] = [await bench.connect(), await bench.connect()]
      assert.equal(await other.holder(), null)
      const lock = await session.tryLock('ada@host#1')
      await session.prepare()
      assert.equal((await other.holder())?.who, 'ada@host#1')
      for (const name of ['добавить пользователей', 'add "it"', 'ü']) {
        const activity = { direction: 'down', version: '007', name } as const
        let seen: unknown
        await play(session, [BEGIN, call(async () => void (seen = await other.holder())), COMMIT], { activity })
        const { who, doing } = seen as Holder
        assert.deepEqual({ who, doing }, { who: 'ada@host#1', doing: activity })
      }
      const since = (await other.holder())?.since
      if (since !== undefined) assert(Math.abs(Date.parse(since) - Date.now()) < 600_000, `${since} is not now`)
      await lock!.release()
      assert.equal(await other.holder(), null)
    },
    'connections',
  ),
]

function isLost(error: unknown): boolean {
  return error instanceof QueenError && error.code === 'LOCK_LOST'
}

/** What a server does right after a connection ended may take it a moment. */
export async function eventually<T>(look: () => Promise<T | null>, withinMs = 5_000): Promise<T> {
  const deadline = performance.now() + withinMs
  for (;;) {
    const found = await look()
    if (found !== null) return found
    assert(performance.now() < deadline, `not within ${withinMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
