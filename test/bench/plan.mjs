import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { line, processorTime, ratio } from './measure.mjs'
import { oneTableEach } from './migrations.mjs'
import { load } from './places.mjs'

const ROUNDS = 5

/** Planning 100,000 pending migrations, each size in a process of its own so that heaps can be compared. */
export function plan() {
  const sizes = [10_000, 50_000, 100_000]
  const rounds = Array.from({ length: ROUNDS }, () => sizes.map(inProcess))
  const each = (size, what) => rounds.map((round) => round[sizes.indexOf(size)][what])
  const second = rounds.map(() => 1000)
  return [
    line('plan(), 100000 pending: part of a second of processor', ratio(each(100_000, 'planMs'), second), 1),
    line('  reconciling and planning alone: part of a second of processor', ratio(each(100_000, 'pureMs'), second)),
    line('  registering them: part of a second of processor', ratio(each(100_000, 'addMs'), second)),
    line('  time: 100000 / 10 x 10000', ratio(each(100_000, 'planMs'), times(each(10_000, 'planMs'), 10))),
    line('  heap: 50000 / 5 x 10000', ratio(each(50_000, 'heap'), times(each(10_000, 'heap'), 5)), 1.1),
    line('  heap: 100000 / 10 x 10000', ratio(each(100_000, 'heap'), times(each(10_000, 'heap'), 10)), 1.1),
    line(
      '  one migration of 10000 statements / 10 of 1000',
      ratio(each(100_000, 'oneMs'), each(100_000, 'tenMs')),
      1.3,
    ),
    line(
      '  heap of registered ones / heap of their plain objects',
      ratio(each(100_000, 'registered'), each(100_000, 'plain')),
    ),
  ]
}

function times(numbers, factor) {
  return numbers.map((number) => number * factor)
}

function inProcess(size) {
  const out = execFileSync(process.execPath, ['--expose-gc', fileURLToPath(import.meta.url), String(size)], {
    encoding: 'utf8',
  })
  return JSON.parse(out)
}

async function measure(size) {
  const { Queen } = await load('core/index.js')
  const { sqlite } = await load('drivers/sqlite/index.js')
  const { reconcile } = await load('core/reconcile.js')
  const { makePlan } = await load('core/plan.js')
  const used = () => {
    globalThis.gc()
    return process.memoryUsage().heapUsed
  }
  const start = used()
  const migrations = oneTableEach(size)
  const plain = used() - start
  const q = new Queen(sqlite(':memory:'))
  const addMs = await processorTime(() => {
    for (const migration of migrations) q.add(migration)
  })
  const registered = used() - start - plain
  let steps
  const planMs = await processorTime(async () => (steps = await q.plan()))
  const heap = used() - start
  let pure
  const pureMs = await processorTime(() => {
    const rows = reconcile({
      registered: q.migrations(),
      records: [],
      holder: null,
      environment: '',
      dialect: 'sqlite',
    })
    pure = makePlan(rows, { action: 'up' }, { outOfOrder: 'refuse', unknown: 'refuse' })
  })
  // The same statements in one migration and in ten must cost the same: nothing may look back to the text's beginning.
  const inserting = async (count) => {
    const some = new Queen(sqlite(':memory:'))
    for (let n = 1; n <= count; n++)
      some.add({
        version: String(n),
        name: 'rows',
        upSQL: `INSERT INTO t (id, name) VALUES (${n}, 'a name');\n`.repeat(10_000 / count),
      })
    return await processorTime(async () => await some.plan())
  }
  if (steps.length !== size || pure.steps.length !== size) throw new Error('steps are missing')
  const [oneMs, tenMs] = size === 100_000 ? [await inserting(1), await inserting(10)] : []
  console.log(JSON.stringify({ addMs, planMs, pureMs, oneMs, tenMs, plain, registered, heap }))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await measure(Number(process.argv[2]))
