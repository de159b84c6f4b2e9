import assert from 'node:assert/strict'
import type { Notice } from '../../core/execution.js'
import { BEGIN, COMMIT, call, count, failing, insert, play, statement } from './bench.js'
import { promise, type Case } from './case.js'

const TABLE = statement('CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR(100))')
const CHANGE = statement('ALTER TABLE t ADD COLUMN w INTEGER')
const SHORT = { ddlLockTimeout: 100 }

/** Tables that others hold, and what the database remarks. */
export const contentionCases: readonly Case[] = [
  promise(
    'contention: a statement waits for a lock on a table as long as it may, and can be tried again',
    async (bench) => {
      const { session } = await bench.ready()
      await play(session, [TABLE])
      const other = await bench.connect()
      const hold = statement(bench.options.sql!.lockTable!('t'))
      await play(other, [
        BEGIN,
        hold,
        call(async () => {
          const error = await failing(session, [CHANGE], SHORT)
          assert.deepEqual([error.failure, error.operation, error.outcome], ['locked', 0, 'none'])
          for (const { id, who } of error.blockers) assert(id !== '' && who !== '', 'a blocker has an id and a name')
        }),
        COMMIT,
      ])
      await play(session, [CHANGE], SHORT)
      assert.equal(await count(session, 't'), 0)
    },
    'connections',
    'table locks',
  ),
  promise(
    'contention: who gets no lock inside of a transaction is rolled back, record and all',
    async (bench) => {
      const { session } = await bench.ready()
      await play(session, [TABLE])
      const other = await bench.connect()
      const script = [BEGIN, insert('001'), CHANGE, COMMIT]
      await play(other, [
        BEGIN,
        statement(bench.options.sql!.lockTable!('t')),
        call(async () => {
          const error = await failing(session, script, SHORT)
          assert.deepEqual([error.failure, error.operation, error.outcome], ['locked', 2, 'rolledBack'])
          assert.deepEqual(await session.history(), [])
        }),
        COMMIT,
      ])
      await play(session, script, SHORT)
      assert.equal((await session.history())?.length, 1)
    },
    'connections',
    'table locks',
    'transactional DDL',
  ),
  promise(
    'contention: what the database remarks is told, and stops nothing',
    async (bench) => {
      const { session } = await bench.ready()
      const notices: Notice[] = []
      const notice = (one: Notice): void => void notices.push(one)
      await play(session, [BEGIN, statement(bench.options.sql!.remarkable!), insert('001'), COMMIT], { notice })
      assert(notices.length > 0, 'a remark is told')
      for (const { severity, message } of notices) assert(severity !== '' && message !== '')
      assert.equal((await session.history())?.length, 1)
    },
    'remarks',
  ),
]
