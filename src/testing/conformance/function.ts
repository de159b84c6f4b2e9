import assert from 'node:assert/strict'
import { ExecutionError } from '../../core/execution.js'
import type { Parameter } from '../../core/transaction.js'
import { BEGIN, COMMIT, call, count, failing, insert, play, select, statement, versions } from './bench.js'
import { promise, type Case } from './case.js'

const TABLE = statement('CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR(100))')

/** What a migration's function may do with its transaction, and what becomes of what it did. */
export const functionCases: readonly Case[] = [
  promise('function: exec takes several statements, query gives rows by the names of their columns', async (bench) => {
    const { session } = await bench.ready()
    let rows: unknown
    const work = call(async (tx) => {
      await tx.exec(`INSERT INTO t VALUES (1, 'one'); INSERT INTO t VALUES (2, NULL)`)
      rows = await tx.query('SELECT id, v FROM t ORDER BY id')
    })
    await play(session, [TABLE, BEGIN, work, COMMIT])
    assert.deepEqual(rows, [
      { id: 1, v: 'one' },
      { id: 2, v: null },
    ])
  }),
  promise('function: query gives an empty list where there are no rows', async (bench) => {
    const { session } = await bench.ready()
    const results: unknown[] = []
    const work = call(async (tx) => {
      results.push(await tx.query(`INSERT INTO t VALUES (1, 'one')`))
      results.push(await tx.query('SELECT id FROM t WHERE id = 2'))
    })
    await play(session, [TABLE, BEGIN, work, COMMIT])
    assert.deepEqual(results, [[], []])
  }),
  promise('function: parameters of every type are bound', async (bench) => {
    const { session } = await bench.ready()
    const columns: readonly (readonly [string, string, Parameter, (stored: unknown) => boolean])[] = [
      [
        's',
        'VARCHAR(100)',
        `Robert'); DROP TABLE t; -- "ü" \\ 👩‍👧`,
        (stored) => stored === `Robert'); DROP TABLE t; -- "ü" \\ 👩‍👧`,
      ],
      ['n', 'INTEGER', -42, (stored) => Number(stored) === -42],
      ['f', 'DOUBLE PRECISION', 0.1, (stored) => Number(stored) === 0.1],
      ['b', 'BIGINT', 4_611_686_018_427_387_904n, (stored) => BigInt(stored as bigint) === 4_611_686_018_427_387_904n],
      ['yes', 'BOOLEAN', true, (stored) => Number(stored) === 1],
      ['no', 'BOOLEAN', false, (stored) => Number(stored) === 0],
      ['nil', 'VARCHAR(100)', null, (stored) => stored === null],
      [
        'd',
        'VARCHAR(100)',
        new Date('2024-02-29T12:00:00.000Z'),
        (stored) => /^2024-0(2-29|3-01)/.test(String(stored)),
      ],
      [
        'bytes',
        bench.words.binary,
        new Uint8Array([0, 255, 39, 92]),
        (stored) => Buffer.from(stored as Uint8Array).toString('hex') === '00ff275c',
      ],
    ]
    const names = columns.map(([name]) => `c_${name}`)
    await play(session, [
      statement(`CREATE TABLE p (${columns.map(([name, type]) => `c_${name} ${type}`).join(', ')})`),
    ])
    const places = columns.map((_, index) => bench.words.parameter(index + 1)).join(', ')
    const values = columns.map(([, , value]) => value)
    await play(session, [
      BEGIN,
      call(async (tx) => void (await tx.query(`INSERT INTO p (${names.join(', ')}) VALUES (${places})`, values))),
      COMMIT,
    ])
    const [row] = await select(session, `SELECT ${names.join(', ')} FROM p`)
    for (const [name, , value, same] of columns) {
      const stored = row![`c_${name}`]
      // A number beyond 2^53 may come back rounded, where the client hands out numbers: it was stored whole.
      if (typeof value === 'bigint' && typeof stored === 'number') assert.equal(stored, Number(value))
      else assert(same(stored), `${name}: ${String(value)} came back as ${String(stored)}`)
    }
  }),
  promise('function: it reads what it and the statements before it wrote', async (bench) => {
    const { session } = await bench.ready()
    let rows: unknown
    const work = call(async (tx) => {
      await tx.query(`INSERT INTO t VALUES (2, ${bench.words.parameter(1)})`, ['two'])
      rows = await tx.query('SELECT v FROM t ORDER BY id')
    })
    await play(session, [TABLE, BEGIN, statement(`INSERT INTO t VALUES (1, 'one')`), work, COMMIT])
    assert.deepEqual(rows, [{ v: 'one' }, { v: 'two' }])
  }),
  promise('function: the native client is at hand', async (bench) => {
    const { session } = await bench.ready()
    let client: unknown
    await play(session, [BEGIN, call((tx) => Promise.resolve(void (client = tx.client))), COMMIT])
    assert(typeof client === 'object' && client !== null)
  }),
  promise('function: what it throws is the cause, and everything is rolled back', async (bench) => {
    const { session } = await bench.ready()
    const mine = new Error('thought better of it')
    const work = call(async (tx) => {
      await tx.exec(`INSERT INTO t VALUES (1, 'one')`)
      throw mine
    })
    await play(session, [TABLE])
    const error = await failing(session, [BEGIN, insert('001'), work, COMMIT])
    assert.deepEqual([error.failure, error.operation, error.outcome, error.cause], ['failed', 2, 'rolledBack', mine])
    assert.match(error.message, /thought better of it/)
    assert.deepEqual(await session.history(), [])
    assert.equal(await count(session, 't'), 0)
  }),
  promise('function: a query that fails in it is a failure with the database’s code', async (bench) => {
    const { session } = await bench.ready()
    const error = await failing(session, [
      BEGIN,
      insert('001'),
      call(async (tx) => void (await tx.query('SELECT * FROM missing_table'))),
      COMMIT,
    ])
    assert.deepEqual([error.failure, error.operation, error.outcome], ['failed', 2, 'rolledBack'])
    assert(typeof error.serverCode === 'string' && error.serverCode !== '')
    assert.deepEqual(await session.history(), [])
  }),
  promise('function: one that swallows a failed query commits everything else or nothing', async (bench) => {
    const { session } = await bench.ready()
    await play(session, [TABLE])
    const swallow = call(async (tx) => {
      await tx.exec(`INSERT INTO t VALUES (1, 'one')`)
      await tx.query('SELECT * FROM missing_table').catch(() => {})
    })
    const outcome = await play(session, [BEGIN, insert('001'), swallow, COMMIT]).then(
      () => 'done',
      (error: unknown) => error,
    )
    if (outcome !== 'done') assert(outcome instanceof ExecutionError)
    const expected = outcome === 'done' ? [['001'], 1] : [[], 0]
    assert.deepEqual([await versions(session), await count(session, 't')], expected)
  }),
  promise('function: without a transaction around it, each of its statements commits', async (bench) => {
    const { session } = await bench.ready()
    const work = call(async (tx) => {
      await tx.exec(`INSERT INTO t VALUES (1, 'one')`)
      throw new Error('stop')
    })
    const error = await failing(session, [TABLE, insert('001'), work])
    assert.deepEqual([error.failure, error.operation, error.outcome], ['failed', 2, 'none'])
    assert.equal(await count(session, 't'), 1)
    assert.deepEqual(await versions(session), ['001'])
  }),
]
