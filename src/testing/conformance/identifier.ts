import assert from 'node:assert/strict'
import { BEGIN, COMMIT, insert, journal, play, remove, update } from './bench.js'
import { promise, type Case } from './case.js'

/** Names that go wrong wherever one is pasted into SQL unquoted, or quoted carelessly. */
const NAMES: readonly (readonly [string, string])[] = [
  ['a keyword', 'select'],
  ['upper case', 'Queen_History'],
  ['blanks', 'our history table'],
  ['a single quote', `it's`],
  ['double quotes', 'the "history" table'],
  ['back ticks', 'the `history` table'],
  ['brackets', '[history]'],
  ['a semicolon and a comment', 'history; DROP TABLE t; --'],
  ['a dot', 'queen.history'],
  ['a backslash', 'queen\\history'],
  ['a percent sign', 'queen%history_'],
  ['other letters', 'история_ü_数据'],
  ['a parameter', 'history $1 ? :x'],
  ['59 characters', 'h'.repeat(59)],
  ['58 bytes of other letters', 'и'.repeat(29)],
]

/** The history table may have any name: it is a name and nothing else. */
export const identifierCases: readonly Case[] = NAMES.map(([what, name]) =>
  promise(`identifiers: the history table may be named with ${what}`, async (bench) => {
    const { session, lock } = await bench.ready(name)
    await play(session, [BEGIN, insert('001'), journal('001'), COMMIT])
    await play(session, [BEGIN, update('001', { name: 'changed' }), COMMIT])
    assert.deepEqual(
      (await session.history())?.map((record) => record.name),
      ['changed'],
    )
    assert.equal((await session.journal()).length, 1)
    await play(session, [BEGIN, remove('001'), COMMIT])
    assert.deepEqual(await session.history(), [])
    await lock.release()
  }),
)
