import assert from 'node:assert/strict'
import { ELAPSED, FINGERPRINT, NOW, STARTED } from '../../core/record.js'
import {
  BEGIN,
  COMMIT,
  call,
  count,
  failing,
  insert,
  journal,
  play,
  remove,
  statement,
  update,
  versions,
} from './bench.js'
import { promise, type Case } from './case.js'

const ODD_TEXTS = [
  `it's "quoted" and \`ticked\``,
  'C:\\new\\table\\0 100% _ $1 ? :name @x',
  'line\nline\r\n\ttab',
  'übergröße Ελλάδα 数据库 👩‍👩‍👧 \u0301',
  '  blanks around  ',
  '-- no comment; /* none either */ # nor this',
]
const MOMENT = '2024-02-29T23:59:59.123Z'
const ISO_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/
const MINUTES = 60_000

/** Records: what is written is what is read. */
export const recordCases: readonly Case[] = [
  promise('records: every field is read back as it was written', async (bench) => {
    const { session } = await bench.ready()
    for (const [index, text] of ODD_TEXTS.entries()) {
      const written = {
        ...recorded(`v${index}`, text),
        status: 'failed',
        direction: 'down',
        startedAt: MOMENT,
        appliedAt: MOMENT,
      } as const
      await play(session, [BEGIN, insert(written.version, written), COMMIT])
      const record = (await session.history())!.at(-1)!
      const { id, startedAt, appliedAt, ...rest } = record
      assert.equal(typeof id, 'number')
      assert.deepEqual(
        { ...rest, startedAt: moment(startedAt), appliedAt: moment(appliedAt!) },
        { ...written, startedAt: moment(MOMENT), appliedAt: moment(MOMENT) },
      )
    }
  }),
  promise('records: every field of the journal is read back as it was written', async (bench) => {
    const { session } = await bench.ready()
    for (const text of ODD_TEXTS) {
      const written = {
        runId: text,
        version: '001',
        name: text,
        action: 'repair',
        outcome: 'failed',
        durationMs: 3_000_000_000,
        doneBy: text,
        error: text.repeat(300),
      } as const
      await play(session, [BEGIN, journal('001', { ...written, startedAt: MOMENT, finishedAt: MOMENT }), COMMIT])
      const { id: _, startedAt, finishedAt, ...rest } = (await session.journal(1))[0]!
      assert.deepEqual(
        { ...rest, startedAt: moment(startedAt), finishedAt: moment(finishedAt) },
        { ...written, startedAt: moment(MOMENT), finishedAt: moment(MOMENT) },
      )
    }
  }),
  promise('records: what is left out or null is null', async (bench) => {
    const { session } = await bench.ready()
    await play(session, [BEGIN, insert('001', { appliedAt: null, checksum: null }), COMMIT])
    const { checksum, downChecksum, executedHash, fingerprint, appliedAt, durationMs, error } =
      (await session.history())![0]!
    assert.deepEqual(
      [checksum, downChecksum, executedHash, fingerprint, appliedAt, durationMs, error],
      [null, null, null, null, null, null, null],
    )
  }),
  promise('records: versions are told apart byte by byte, and may have 255 characters', async (bench) => {
    const { session } = await bench.ready()
    const long = 'v'.repeat(254)
    const all = ['1a', '1A', '01a', '1_a', '1-a', '1.a', `${long}1`, `${long}2`]
    await play(session, [BEGIN, ...all.map((version) => insert(version)), COMMIT])
    assert.deepEqual(await versions(session), all)
    await play(session, [
      BEGIN,
      update('1a', { name: 'small' }),
      update(`${long}2`, { name: 'long' }),
      remove('1A'),
      COMMIT,
    ])
    const records = (await session.history())!
    assert.deepEqual(
      records.filter(({ name }) => name !== 'conformance').map(({ version }) => version),
      ['1a', `${long}2`],
    )
    assert.deepEqual(
      records.map(({ version }) => version),
      all.filter((version) => version !== '1A'),
    )
  }),
  promise('records: an update changes what it names, and nothing else', async (bench) => {
    const { session } = await bench.ready()
    await play(session, [
      BEGIN,
      insert('001', { checksum: 'one', error: 'old' }),
      insert('002', { error: 'other' }),
      COMMIT,
    ])
    const [before, other] = (await session.history())!
    await play(session, [BEGIN, update('001', { status: 'failed', error: null, statementsDone: 0 }), COMMIT])
    assert.deepEqual(await session.history(), [{ ...before, status: 'failed', error: null, statementsDone: 0 }, other])
  }),
  promise('records: late values are the database’s clock, in UTC, and the time a migration took', async (bench) => {
    const { session } = await bench.ready()
    const late = { durationMs: ELAPSED, appliedAt: NOW, fingerprint: FINGERPRINT }
    await play(session, [
      BEGIN,
      insert('001', { startedAt: NOW }),
      update('001', late),
      journal('001', { startedAt: STARTED, finishedAt: NOW, durationMs: ELAPSED }),
      COMMIT,
    ])
    const record = (await session.history())![0]!
    const entry = (await session.journal())[0]!
    for (const time of [record.startedAt, record.appliedAt!, entry.startedAt, entry.finishedAt]) {
      assert.match(time, ISO_UTC)
      // Wrong time zones are off by a quarter of an hour at least; clocks of two machines by less.
      assert(Math.abs(Date.parse(time) - Date.now()) < 10 * MINUTES, `${time} is not now`)
    }
    assert(
      Math.abs(Date.parse(entry.startedAt) - Date.parse(record.startedAt)) < 2_000,
      'the journal knows when the migration began',
    )
    assert(Date.parse(record.appliedAt!) >= Date.parse(record.startedAt), 'no migration ends before it began')
    for (const duration of [record.durationMs, entry.durationMs]) {
      assert.equal(typeof duration, 'number')
      assert(duration! >= 0 && duration! < MINUTES, `${duration} ms is not how long it took`)
    }
    assert.equal(record.fingerprint, await session.fingerprint())
  }),
  promise('records: a delete begins a migration, too, and the journal knows when', async (bench) => {
    const { session } = await bench.ready()
    await play(session, [BEGIN, insert('001', { startedAt: MOMENT }), COMMIT])
    await play(session, [
      BEGIN,
      remove('001'),
      journal('001', { action: 'down', startedAt: STARTED, durationMs: ELAPSED }),
      COMMIT,
    ])
    const [entry] = await session.journal()
    assert(Math.abs(Date.parse(entry!.startedAt) - Date.now()) < 10 * MINUTES, `${entry!.startedAt} is not now`)
    assert(entry!.durationMs! >= 0 && entry!.durationMs! < MINUTES)
  }),
  promise('records: a version that is recorded is taken, and nothing of its script is done', async (bench) => {
    const { session } = await bench.ready()
    await play(session, [statement('CREATE TABLE t (id INTEGER PRIMARY KEY)')])
    await play(session, [BEGIN, insert('001', { name: 'first' }), COMMIT])
    const played: string[] = []
    const mark = call((tx) => {
      played.push('call')
      return tx.exec('INSERT INTO t VALUES (1)')
    })
    const error = await failing(session, [BEGIN, insert('001', { name: 'second' }), mark, journal('001'), COMMIT])
    assert.deepEqual([error.failure, error.operation], ['taken', 1])
    assert.deepEqual(played, [])
    assert.deepEqual(
      (await session.history())!.map(({ name }) => name),
      ['first'],
    )
    assert.deepEqual(await session.journal(), [])
    assert.equal(await count(session, 't'), 0)
  }),
  promise('records: a version that is not recorded any more is taken, when it is to be deleted', async (bench) => {
    const { session } = await bench.ready()
    await play(session, [statement('CREATE TABLE t (id INTEGER PRIMARY KEY)')])
    const error = await failing(session, [
      BEGIN,
      insert('001'),
      remove('002'),
      statement('INSERT INTO t VALUES (1)'),
      COMMIT,
    ])
    assert.deepEqual([error.failure, error.operation, error.outcome], ['taken', 2, 'rolledBack'])
    assert.deepEqual(await session.history(), [])
    assert.equal(await count(session, 't'), 0)
  }),
]

/** The fields of a record that any text or number may be in. */
function recorded(version: string, text: string) {
  const counts = { statementsStarted: 3, statementsDone: 2, statementsTotal: 100_000, durationMs: 3_000_000_000 }
  const texts = { checksum: text, downChecksum: text, executedHash: text, fingerprint: text, error: text.repeat(300) }
  return { version, name: text, appliedBy: text, queenVersion: text, ...counts, ...texts }
}

function moment(text: string): number {
  assert.match(text, ISO_UTC)
  return Date.parse(text)
}
