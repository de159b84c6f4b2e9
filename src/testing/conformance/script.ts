import assert from 'node:assert/strict'
import type { Operation } from '../../core/execution.js'
import {
  BEGIN,
  COMMIT,
  call,
  count,
  failing,
  insert,
  journal,
  play,
  select,
  statement,
  update,
  versions,
} from './bench.js'
import { promise, type Case } from './case.js'

const TABLE = 'CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR(100))'

/** Scripts: all or nothing, and a failure that says where. */
export const scriptCases: readonly Case[] = [
  promise('script: what is between begin and commit is there afterwards, all of it', async (bench) => {
    const { session } = await bench.ready()
    await play(session, [
      statement(TABLE),
      BEGIN,
      insert('001'),
      statement(`INSERT INTO t VALUES (1, 'one')`),
      journal('001'),
      COMMIT,
    ])
    assert.deepEqual(await versions(session), ['001'])
    assert.equal((await session.journal()).length, 1)
    assert.equal(await count(session, 't'), 1)
  }),
  promise('script: whichever statement fails, nothing is left, and it is the one that is named', async (bench) => {
    const { session } = await bench.ready()
    await play(session, [statement(TABLE)])
    for (let position = 0; position < 3; position++) {
      const work = [1, 2, 3].map((id, index) =>
        statement(index === position ? 'INSERT INTO missing_table VALUES (1)' : `INSERT INTO t VALUES (${id}, 'x')`),
      )
      const script = [BEGIN, insert('001'), ...work, update('001', { name: 'done' }), journal('001'), COMMIT]
      const error = await failing(session, script)
      assert.deepEqual([error.failure, error.operation, error.outcome], ['failed', 2 + position, 'rolledBack'])
      assert(typeof error.serverCode === 'string' && error.serverCode !== '', 'the database’s own code is there')
      assert.deepEqual(await session.history(), [])
      assert.deepEqual(await session.journal(), [])
      assert.equal(await count(session, 't'), 0)
    }
  }),
  promise(
    'script: a table that was created goes with the failure',
    async (bench) => {
      const { session } = await bench.ready()
      const error = await failing(session, [
        BEGIN,
        insert('001'),
        statement(TABLE),
        statement('INSERT INTO t VALUES (1)'),
        statement('INSERT INTO missing_table VALUES (1)'),
        COMMIT,
      ])
      assert.equal(error.outcome, 'rolledBack')
      assert.equal(await count(session, 't'), null)
      assert.deepEqual(await session.history(), [])
    },
    'transactional DDL',
  ),
  promise('script: a syntax error names its statement, and a place in it if any', async (bench) => {
    const { session } = await bench.ready()
    const text = 'SELECT 1 FORM nowhere AT all'
    const error = await failing(session, [BEGIN, statement('SELECT 1'), statement(text), COMMIT])
    assert.deepEqual([error.failure, error.operation], ['failed', 2])
    if (error.offset !== undefined)
      assert(error.offset >= 0 && error.offset < text.length, `offset ${error.offset} is outside of the statement`)
  }),
  promise('script: a constraint that is broken is a failure of its statement', async (bench) => {
    const { session } = await bench.ready()
    await play(session, [statement(TABLE), statement(`INSERT INTO t VALUES (1, 'one')`)])
    const error = await failing(session, [BEGIN, insert('001'), statement(`INSERT INTO t VALUES (1, 'two')`), COMMIT])
    assert.deepEqual([error.failure, error.operation, error.outcome], ['failed', 2, 'rolledBack'])
    assert.deepEqual(await session.history(), [])
  }),
  promise('script: the text of a statement reaches the database untouched', async (bench) => {
    const { session } = await bench.ready()
    const text = 'a;b -- c /* d */ ? $1 %s :x ü 👩‍👧 {e}'
    await play(session, [
      statement(TABLE),
      BEGIN,
      statement(`INSERT INTO t -- a comment; with a delimiter and a '\nVALUES (1, '${text}')`),
      COMMIT,
    ])
    assert.deepEqual(
      (await select(session, 'SELECT v FROM t')).map((row) => row['v']),
      [text],
    )
  }),
  promise('script: statements outside of a transaction commit one by one', async (bench) => {
    const { session } = await bench.ready()
    const error = await failing(session, [
      statement(TABLE),
      statement(`INSERT INTO t VALUES (1, 'one')`),
      statement('INSERT INTO missing_table VALUES (1)'),
    ])
    assert.deepEqual([error.failure, error.operation, error.outcome], ['failed', 2, 'none'])
    assert.equal(await count(session, 't'), 1)
  }),
  promise('script: writes between statements commit one by one, so that a count survives', async (bench) => {
    const { session } = await bench.ready()
    const running = { status: 'running', statementsStarted: 0, statementsDone: 0, statementsTotal: 2 } as const
    const script: Operation[] = [
      ...[
        insert('001', running),
        update('001', { statementsStarted: 1 }),
        statement(TABLE),
        update('001', { statementsDone: 1 }),
      ],
      ...[
        update('001', { statementsStarted: 2 }),
        statement('INSERT INTO missing_table VALUES (1)'),
        update('001', { statementsDone: 2 }),
      ],
    ]
    const error = await failing(session, script)
    assert.deepEqual([error.failure, error.operation, error.outcome], ['failed', 5, 'none'])
    const record = (await session.history())![0]!
    assert.deepEqual([record.status, record.statementsStarted, record.statementsDone], ['running', 2, 1])
    assert.equal(await count(session, 't'), 0)
  }),
  promise('script: of several transactions the ones before the failure stay', async (bench) => {
    const { session } = await bench.ready()
    await play(session, [statement(TABLE)])
    const part = (id: number, more: readonly Operation[] = []): Operation[] => [
      BEGIN,
      statement(`INSERT INTO t VALUES (${id}, 'x')`),
      update('001', { statementsDone: id }),
      ...more,
      COMMIT,
    ]
    const error = await failing(session, [
      insert('001', { statementsDone: 0 }),
      ...part(1),
      ...part(2, [statement('INSERT INTO missing_table VALUES (1)')]),
    ])
    assert.deepEqual([error.operation, error.outcome], [8, 'rolledBack'])
    assert.equal((await session.history())![0]!.statementsDone, 1)
    assert.equal(await count(session, 't'), 1)
  }),
  promise('script: operations are announced in order, the first before anything is played', async (bench) => {
    const { session } = await bench.ready()
    const reached: number[] = []
    const script = [BEGIN, insert('001'), statement('SELECT 1'), call(() => Promise.resolve()), COMMIT]
    await play(session, script, { reached: (operation) => void reached.push(operation) })
    assert.equal(reached[0], 0)
    assert.deepEqual(
      reached,
      [...reached].sort((one, other) => one - other),
    )
    assert(reached.every((operation) => operation < script.length))
  }),
  promise(
    'script: nobody else sees a transaction before it commits, nor a record',
    async (bench) => {
      const { session } = await bench.ready()
      const other = await bench.connect()
      let seen: unknown
      await play(session, [BEGIN, insert('001'), call(async () => void (seen = await versions(other))), COMMIT])
      assert.deepEqual(seen, [])
      assert.deepEqual(await versions(other), ['001'])
    },
    'connections',
  ),
]
