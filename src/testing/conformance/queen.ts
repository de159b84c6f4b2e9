import assert from 'node:assert/strict'
import type { Driver, Session } from '../../core/driver.js'
import { QueenError } from '../../core/errors.js'
import { Queen } from '../../core/queen.js'
import { count, type Bench } from './bench.js'
import { promise, type Case } from './case.js'
import { Crash, crashingAt } from './crash.js'

/** The driver at work under core. */
export const queenCases: readonly Case[] = [
  promise('queen: up, down, redo, goto and reset leave what they should', async (bench) => {
    await using db = queen(bench.driver)
    assert.deepEqual(
      (await db.up({ to: '001' })).applied.map(({ version }) => version),
      ['001'],
    )
    assert.deepEqual((await db.up()).to, '003')
    assert.deepEqual(await db.inspect(async (session) => await tables(session)), [2, 0, 0])
    assert.deepEqual(
      (await db.redo({ steps: 2 })).applied.map(({ version, direction }) => `${direction} ${version}`),
      ['down 003', 'down 002', 'up 002', 'up 003'],
    )
    assert.equal((await db.goto('001')).to, '001')
    assert.deepEqual(await db.inspect(async (session) => await tables(session)), [2, null, null])
    assert.deepEqual(await db.validate(), [])
    await db.up()
    await db.reset()
    assert.equal(await db.version(), null)
    assert.deepEqual(await db.inspect(async (session) => await tables(session)), [null, null, null])
    assert.equal((await db.log()).length, 14)
  }),
  promise('queen: status and version of a database nothing was ever done to', async (bench) => {
    await using db = queen(bench.driver)
    assert.deepEqual(
      (await db.status()).map(({ state }) => state),
      ['pending', 'pending', 'pending'],
    )
    assert.equal(await db.version(), null)
    assert.deepEqual(await db.log(), [])
  }),
  promise(
    'queen: a failure leaves nothing of its migration, keeps the ones before, and can be run again',
    async (bench) => {
      await using db = queen(bench.driver)
      let mood: 'bad' | 'good' = 'bad'
      db.add({
        version: '004',
        name: 'moody',
        upFn: async (tx) => {
          await tx.exec(`INSERT INTO a VALUES (4, 'four')`)
          if (mood === 'bad') await tx.exec('INSERT INTO missing_table VALUES (1)')
        },
      })
      await assert.rejects(
        db.up(),
        (error) =>
          error instanceof QueenError &&
          error.code === 'MIGRATION_FAILED' &&
          error.version === '004' &&
          error.applied?.length === 3,
      )
      assert.equal(await db.version(), '003')
      assert.equal((await db.log({ last: 1 }))[0]?.outcome, 'failed')
      mood = 'good'
      assert.deepEqual(
        (await db.up()).applied.map(({ version }) => version),
        ['004'],
      )
      assert.deepEqual(await db.inspect(async (session) => await tables(session)), [3, 0, 0])
    },
  ),
  promise('queen: a baseline records and runs nothing', async (bench) => {
    await using db = queen(bench.driver)
    assert.deepEqual(await db.baseline('002'), ['001', '002'])
    assert.deepEqual(
      (await db.status()).map(({ state }) => state),
      ['applied', 'applied', 'pending'],
    )
    assert.deepEqual(await db.inspect(async (session) => await tables(session)), [null, null, null])
    assert.deepEqual(
      (await db.up()).applied.map(({ version }) => version),
      ['003'],
    )
    assert.deepEqual(await db.inspect(async (session) => await tables(session)), [null, null, 0])
  }),
  promise(
    'queen: several at once apply each migration exactly once',
    async (bench) => {
      const queens = Array.from({ length: 5 }, () => queen(bench.driver))
      const reports = await Promise.all(queens.map(async (db) => await db.up()))
      const applied = reports.flatMap((report) => report.applied.map(({ version }) => version))
      assert.deepEqual(applied.sort(), ['001', '002', '003'])
      assert.deepEqual(
        (await queens[0]!.status()).map(({ state }) => state),
        ['applied', 'applied', 'applied'],
      )
      for (const db of queens) await db.close()
    },
    'connections',
  ),
  promise(
    'queen: wherever a run dies, the next one finds each migration whole or not begun',
    async (bench) =>
      await everywhere(bench, queen, async (db) => {
        await db.up()
      }),
    'connections',
    'transactional DDL',
  ),
  promise(
    'queen: wherever a counted run dies, resuming it does every statement exactly once',
    async (bench) =>
      await everywhere(bench, counted, async (db) => {
        const states = (await db.status()).map(({ version, state }) => [version, state] as const)
        for (const [version, state] of states) {
          if (state !== 'interrupted') continue
          await assert.rejects(db.up(), (error) => error instanceof QueenError && error.code === 'INTERRUPTED')
          await db.recover(version, 'resume')
        }
        await db.up()
      }),
    'connections',
  ),
]

/** Lets a run die before each of its operations in turn, each time in a new database, and has it set right. */
async function everywhere(
  bench: Bench,
  make: (driver: Driver) => Queen,
  setRight: (db: Queen) => Promise<void>,
): Promise<void> {
  for (let operation = 0; ; operation++) {
    const { driver } = await bench.another()
    const dying = make(crashingAt(driver, operation))
    const outcome = await dying.up().then(
      () => 'done',
      (error: unknown) => error,
    )
    await dying.close()
    await using db = make(driver)
    if (outcome !== 'done') {
      assert(outcome instanceof Crash, `before operation ${operation}: ${String(outcome)}`)
      await setRight(db)
    }
    const label = `after dying before operation ${operation}`
    assert(
      (await db.status()).every(({ state }) => state === 'applied'),
      label,
    )
    assert.deepEqual(await db.inspect(async (session) => await tables(session)), [2, 0, 0], label)
    if (outcome === 'done') return
  }
}

async function tables(session: Session): Promise<(number | null)[]> {
  return [await count(session, 'a'), await count(session, 'b'), await count(session, 'c')]
}

const A = [
  `CREATE TABLE a (id INTEGER PRIMARY KEY, v VARCHAR(100))`,
  `INSERT INTO a VALUES (1, 'one')`,
  `INSERT INTO a VALUES (2, 'two')`,
]
const B = ['CREATE TABLE b (id INTEGER PRIMARY KEY)']
const C = ['CREATE TABLE c (id INTEGER PRIMARY KEY)', 'CREATE INDEX c_id ON c (id)']

function queen(driver: Driver, mode: 'transaction' | 'counted' = 'transaction'): Queen {
  const transaction = mode === 'transaction'
  return new Queen(driver)
    .add({ version: '001', name: 'a', upSQL: A, downSQL: 'DROP TABLE a', transaction })
    .add({ version: '002', name: 'b', upSQL: B, downSQL: 'DROP TABLE b', transaction })
    .add({ version: '003', name: 'c', upSQL: C, downSQL: 'DROP TABLE c', transaction })
}

function counted(driver: Driver): Queen {
  return queen(driver, 'counted')
}
