import { describe, expect, test } from 'vitest'
import { executedHash } from '../../src/core/checksum.js'
import {
  ask,
  databaseFile,
  draft,
  faulty,
  listen,
  oneWay,
  queenOn,
  queenWith,
  refusalOf,
  states,
  tables,
  type Draft,
  type TestQueen,
} from '../support/core.js'

const steps = (third: string): Draft =>
  oneWay('2', {
    transaction: false,
    upSQL: ['CREATE TABLE a (n)', 'INSERT INTO a VALUES (1)', third, 'CREATE TABLE b (n)'],
    downSQL: ['DROP TABLE b', 'DROP TABLE nowhere', 'DROP TABLE a'],
  })
const BAD = steps('INSERT INTO nowhere VALUES (1)')
const GOOD = steps('INSERT INTO a VALUES (2)')
const rowOf = async (queen: TestQueen, version: string) => (await queen.status()).find((row) => row.version === version)

async function failedHalfWay() {
  const database = databaseFile()
  const error = await refusalOf(queenWith([draft('1'), BAD, draft('3')], database.file).up(), 'MIGRATION_FAILED')
  return { ...database, error, queen: (second: Draft) => queenWith([draft('1'), second, draft('3')], database.file) }
}

describe('a migration that commits statement by statement and fails', () => {
  test('says how far it came, and stops every run', async () => {
    const { error, queen } = await failedHalfWay()
    expect(error).toMatchObject({ version: '2', rolledBack: [], statement: { number: 3, total: 4 } })
    expect(error.hint).toContain('queen recover 2 --resume')
    const again = queen(BAD)
    expect(await rowOf(again, '2')).toMatchObject({
      state: 'failed',
      statementsDone: 2,
      statementsTotal: 4,
      appliedAt: null,
      error: 'no such table: nowhere',
      direction: 'up',
    })
    for (const start of [
      async () => await again.up(),
      async () => await again.down(),
      async () => await again.reset(),
      async () => await again.baseline('3'),
    ])
      expect((await refusalOf(start(), 'FAILED_MIGRATION')).message).toContain('2 of 4 statements are committed')
    expect(await again.version()).toBe('1')
    expect((await again.validate()).map(({ code }) => code)).toEqual(['FAILED_MIGRATION'])
  })

  test('goes on with a corrected text behind what is committed, once', async () => {
    const { queen } = await failedHalfWay()
    const corrected = queen(GOOD)
    await corrected.recover('2', 'resume')
    expect((await ask(corrected, 'SELECT n FROM a')).flat()).toEqual([1, 2])
    expect(await rowOf(corrected, '2')).toMatchObject({
      state: 'applied',
      statementsDone: 4,
      statementsTotal: 4,
      error: null,
    })
    expect(await corrected.validate()).toEqual([])
    expect((await corrected.up()).applied.map(({ version }) => version)).toEqual(['3'])
    await refusalOf(corrected.recover('2', 'resume'), 'CONFIG_INVALID')
  })

  test('fails again where it failed, and counts on', async () => {
    const { queen } = await failedHalfWay()
    const again = queen(BAD)
    expect(await refusalOf(again.recover('2', 'resume'), 'MIGRATION_FAILED')).toMatchObject({
      statement: { number: 3 },
    })
    expect((await ask(again, 'SELECT n FROM a')).flat()).toEqual([1])
    const later = queen(
      oneWay('2', {
        transaction: false,
        upSQL: ['CREATE TABLE a (n)', 'INSERT INTO a VALUES (1)', 'INSERT INTO a VALUES (5)', 'nonsense'],
      }),
    )
    await refusalOf(later.recover('2', 'resume'), 'MIGRATION_FAILED')
    expect(await rowOf(later, '2')).toMatchObject({ state: 'failed', statementsDone: 3 })
    expect((await ask(later, 'SELECT n FROM a')).flat()).toEqual([1, 5])
  })

  test.each<[string, string[]]>([
    ['other statements', ['CREATE TABLE a (n, m)', 'INSERT INTO a VALUES (1)', 'SELECT 1']],
    ['another order', ['INSERT INTO a VALUES (1)', 'CREATE TABLE a (n)', 'SELECT 1']],
    ['fewer statements', ['CREATE TABLE a (n)']],
  ])('does not go on behind %s', async (_, upSQL) => {
    const { queen } = await failedHalfWay()
    const changed = queen(oneWay('2', { transaction: false, upSQL }))
    const error = await refusalOf(changed.recover('2', 'resume'), 'INTERRUPTED')
    expect(error.hint).toMatch(/put .*back/)
    expect(error.message).toContain(upSQL.length < 2 ? 'and it has 1 now' : 'are not the ones it begins with now')
    expect(await rowOf(changed, '2')).toMatchObject({ state: 'failed', statementsDone: 2 })
  })

  test('goes on behind the same statements in another layout', async () => {
    const { queen } = await failedHalfWay()
    await queen(
      oneWay('2', { transaction: false, upSQL: 'CREATE  TABLE a(n);\nINSERT INTO a\n VALUES (1); SELECT 1' }),
    ).recover('2', 'resume')
  })

  test('may have been finished by hand: then the text that is there now is the one that is applied', async () => {
    const { queen, write } = await failedHalfWay()
    write('INSERT INTO a VALUES (2); CREATE TABLE b (n)')
    const corrected = queen(GOOD)
    await corrected.recover('2', 'applied')
    const row = await rowOf(corrected, '2')
    expect(row).toMatchObject({ state: 'applied', error: null })
    expect(row!.appliedAt).toMatch(/Z$/)
    expect(await corrected.validate()).toEqual([])
    await corrected.up()
    expect((await corrected.log()).map(({ action }) => action)).toEqual(['up', 'recover', 'up', 'up'])
  })

  test('may have been undone by hand: then it is pending', async () => {
    const { queen, write } = await failedHalfWay()
    write('DROP TABLE a')
    const corrected = queen(GOOD)
    await corrected.recover('2', 'pending')
    expect(await states(corrected)).toEqual({ '1': 'applied', '2': 'pending', '3': 'pending' })
    await corrected.up()
    expect(await tables(corrected)).toEqual(['a', 'b', 't_1', 't_3'])
  })

  test('can be settled without being registered, but not gone on with', async () => {
    const { file } = await failedHalfWay()
    const stranger = queenWith([draft('1')], file)
    expect(await states(stranger)).toEqual({ '1': 'applied', '2': 'failed' })
    await refusalOf(stranger.recover('2', 'resume'), 'INTERRUPTED')
    await stranger.recover('2', 'applied')
    expect(await states(stranger)).toEqual({ '1': 'applied', '2': 'unknown' })
  })
})

describe('the down of such a migration', () => {
  async function failedDown() {
    const { file } = databaseFile()
    const queen = queenWith([draft('1'), GOOD], file)
    await queen.up()
    await refusalOf(queen.down(), 'MIGRATION_FAILED')
    return { queen, corrected: (downSQL: string[]) => queenWith([draft('1'), { ...GOOD, downSQL }], file) }
  }

  test('is told from its up, and stays recorded', async () => {
    const { queen } = await failedDown()
    expect(await rowOf(queen, '2')).toMatchObject({
      state: 'failed',
      direction: 'down',
      statementsDone: 1,
      statementsTotal: 3,
    })
    expect((await refusalOf(queen.up(), 'FAILED_MIGRATION')).message).toMatch(/^The down of 2 make_2 \(1 of 3/)
  })

  test('goes on behind what is committed', async () => {
    const { corrected } = await failedDown()
    const queen = corrected(['DROP TABLE b', 'DROP TABLE a'])
    await queen.recover('2', 'resume')
    expect(await states(queen)).toEqual({ '1': 'applied', '2': 'pending' })
    expect(await tables(queen)).toEqual(['t_1'])
  })

  test('leaves it applied, or pending, as its user says', async () => {
    const first = (await failedDown()).queen
    const { appliedAt } = await ask(first, `SELECT applied_at FROM queen_migrations WHERE version = '2'`).then(
      ([row]) => ({ appliedAt: row![0] }),
    )
    await first.recover('2', 'applied')
    expect(await rowOf(first, '2')).toMatchObject({ state: 'applied', appliedAt, direction: 'up' })
    const second = (await failedDown()).queen
    await second.recover('2', 'pending')
    expect(await states(second)).toEqual({ '1': 'applied', '2': 'pending' })
  })
})

describe('a migration whose process died', () => {
  const hashOf = (...items: string[]) =>
    items.reduce<string | null>((before, item) => executedHash(before, item, 'sqlite'), null)

  /** What a process leaves that died with so many statements done and perhaps one more begun. */
  async function died(one: Draft, done: number, started: number, items: string[], meanwhile = '') {
    const { file, write, ask: look } = databaseFile()
    await queenWith([one], file).up()
    const print = await queenWith([one], file).inspect(async (session) => await session.fingerprint())
    write(`UPDATE queen_migrations SET status = 'running', statements_started = ${started}, statements_done = ${done},
      fingerprint = '${print}', executed_hash = ${done === 0 ? 'NULL' : `'${hashOf(...items.slice(0, done))}'`}; ${meanwhile}`)
    return { file, look, queen: (other: Draft = one) => queenWith([other], file) }
  }
  const plain = (...upSQL: string[]): Draft => oneWay('1', { transaction: false, upSQL })

  test('is interrupted, says so, and goes on', async () => {
    const items = ['CREATE TABLE IF NOT EXISTS a (n)', 'VACUUM', 'INSERT INTO a VALUES (1)']
    const { queen } = await died(plain(...items), 1, 2, items)
    const error = await refusalOf(queen().up(), 'INTERRUPTED')
    expect(error.message).toMatch(
      /1 of 3 statements are committed, statement 2 was begun\) was interrupted \(.+#\d+, since/,
    )
    await queen().recover('1', 'resume')
    expect((await ask(queen(), 'SELECT n FROM a')).flat()).toEqual([1, 1])
  })

  test('a statement in doubt that changed the schema is not carried out again', async () => {
    const items = ['SELECT 1', 'VACUUM', 'CREATE TABLE c (n)']
    const { queen } = await died(plain(...items), 1, 2, items, 'DROP TABLE c; CREATE TABLE made_by_it (n)')
    const other = queen(plain('SELECT 1', 'PRAGMA journal_mode = DELETE', 'CREATE TABLE c (n)'))
    expect((await refusalOf(other.recover('1', 'resume'), 'INTERRUPTED')).message).toContain('the text is another now')
    expect((await refusalOf(queen(plain('SELECT 1')).recover('1', 'resume'), 'INTERRUPTED')).message).toContain(
      'the text is another',
    )
    await queen().recover('1', 'resume')
    expect(await states(queen())).toEqual({ '1': 'applied' })
  })

  test.each([
    ['in doubt', 'running', 2, 'VACUUM'],
    ['that failed', 'failed', 1, 'VACUUM'],
    ['behind which nothing was begun', 'running', 1, undefined],
  ])('what a statement %s left behind is removed before the schema is looked at', async (_, status, started, text) => {
    const items = ['CREATE TABLE IF NOT EXISTS a (n)', 'VACUUM']
    const { file, queen } = await died(
      plain(...items),
      1,
      started,
      items,
      `UPDATE queen_migrations SET status = '${status}'`,
    )
    const order: string[] = []
    const driver = faulty(file, (real) => ({
      removeRemains: async (statement) => await Promise.resolve([`what ${order.push(statement)} left`]),
      fingerprint: async () => {
        order.push('fingerprint')
        return await real.fingerprint()
      },
    }))
    const resuming = queenOn(driver, [plain(...items)])
    const seen = listen(resuming, 'warning')
    await resuming.recover('1', 'resume')
    expect(order).toEqual([...(text === undefined ? [] : [text]), ...(started > 1 ? ['fingerprint'] : [])])
    expect(seen.map(({ event }) => (event as { message: string }).message)).toEqual(
      text === undefined
        ? []
        : ['Statement 2 of 1 make_1 had been broken off and had left what 1 left, which was removed'],
    )
    expect(await states(queen())).toEqual({ '1': 'applied' })
  })

  test('a function in doubt is for a person to judge', async () => {
    const one = oneWay('1', { transaction: false, upSQL: 'SELECT 1', upFn: async () => {} })
    const { queen } = await died(one, 1, 2, ['SELECT 1'])
    expect((await refusalOf(queen().recover('1', 'resume'), 'INTERRUPTED')).message).toContain(
      'its function was at work',
    )
    await queen().recover('1', 'applied')
  })

  const own = ['INSERT INTO a VALUES (1)', 'BEGIN', 'INSERT INTO a VALUES (2)', 'COMMIT', 'SELECT 1']
  const withOwn = oneWay('1', { transaction: false, upSQL: ['CREATE TABLE IF NOT EXISTS a (n)', ...own] })
  const ownItems = ['CREATE TABLE IF NOT EXISTS a (n)', ...own]

  test('with transactions of its own: an insert in doubt is for a person, BEGIN begins again, COMMIT is done', async () => {
    const insert = await died(withOwn, 1, 2, ownItems)
    expect((await refusalOf(insert.queen().recover('1', 'resume'), 'INTERRUPTED')).message).toContain('nothing tells')
    const begin = await died(withOwn, 2, 3, ownItems, 'DELETE FROM a WHERE n = 2')
    await begin.queen().recover('1', 'resume')
    expect((await ask(begin.queen(), 'SELECT n FROM a')).flat()).toEqual([1, 2])
    const commit = await died(withOwn, 4, 5, ownItems)
    await commit.queen().recover('1', 'resume')
    expect((await ask(commit.queen(), 'SELECT n FROM a')).flat()).toEqual([1, 2])
    expect(await states(commit.queen())).toEqual({ '1': 'applied' })
  })
})

describe('transaction: false', () => {
  test('runs what cannot run in a transaction', async () => {
    const { file } = databaseFile()
    const queen = queenWith([draft('1'), oneWay('2', { transaction: false, upSQL: 'VACUUM' })], file)
    await queen.up()
    expect(await rowOf(queen, '2')).toMatchObject({ state: 'applied', statementsDone: 1 })
  })

  test('its own transaction that fails is rolled back, and begins again', async () => {
    const { file } = databaseFile()
    const sql = (last: string) =>
      `CREATE TABLE a (n); BEGIN; INSERT INTO a VALUES (1); ${last}; COMMIT; INSERT INTO a VALUES (9)`
    await refusalOf(
      queenWith([oneWay('1', { transaction: false, upSQL: sql('nonsense') })], file).up(),
      'MIGRATION_FAILED',
    )
    const queen = queenWith([oneWay('1', { transaction: false, upSQL: sql('SELECT 1') })], file)
    expect(await rowOf(queen, '1')).toMatchObject({ state: 'failed', statementsDone: 1 })
    await queen.recover('1', 'resume')
    expect((await ask(queen, 'SELECT n FROM a')).flat()).toEqual([1, 9])
  })

  test('a transaction it leaves open is found out', async () => {
    const queen = queenWith([
      oneWay('1', { transaction: false, upSQL: 'CREATE TABLE a (n); BEGIN; INSERT INTO a VALUES (1)' }),
    ])
    expect((await refusalOf(queen.up(), 'MIGRATION_FAILED')).message).toContain('left a transaction open')
    expect(await rowOf(queen, '1')).toMatchObject({ state: 'failed', statementsDone: 1 })
    expect(await ask(queen, 'SELECT n FROM a')).toEqual([])
  })
})

describe('writing records', () => {
  test('is refused with a QueenError when it is cancelled under the lock', async () => {
    const cancel = new AbortController()
    const queen = queenWith([draft('1')])
    queen.on('lockAcquired', () => cancel.abort())
    await refusalOf(queen.baseline('1', { signal: cancel.signal }), 'ABORTED')
    expect(await states(queen)).toEqual({ '1': 'pending' })
  })

  test('is refused with a QueenError when the database refuses it', async () => {
    const { file, write } = databaseFile()
    const queen = queenWith([draft('1'), draft('2')], file)
    await queen.up({ steps: 1 })
    write(`CREATE TRIGGER no BEFORE INSERT ON queen_migrations_log BEGIN SELECT RAISE(ABORT, 'not here'); END`)
    expect((await refusalOf(queen.baseline('2'))).message).toContain('not here')
    expect(await states(queen)).toEqual({ '1': 'applied', '2': 'pending' })
  })

  test('a migration whose journal entry fails is not applied', async () => {
    const { file, write } = databaseFile()
    const queen = queenWith([draft('1'), draft('2')], file)
    await queen.up({ steps: 1 })
    write('DROP TABLE queen_migrations_log')
    const error = await refusalOf(queen.up(), 'MIGRATION_FAILED')
    expect(error).toMatchObject({ version: '2', rolledBack: ['2'] })
    expect(await tables(queen)).toEqual(['t_1'])
    expect(await states(queen)).toEqual({ '1': 'applied', '2': 'pending' })
  })

  test('what is sound cannot be recovered, what is nowhere neither', async () => {
    const queen = queenWith([draft('1'), draft('2')])
    await queen.up({ steps: 1 })
    for (const how of ['resume', 'applied', 'pending'] as const) {
      expect((await refusalOf(queen.recover('1', how), 'CONFIG_INVALID')).message).toContain('is applied')
      await refusalOf(queen.recover('2', how), 'CONFIG_INVALID')
      expect((await refusalOf(queen.recover('11', how), 'UNKNOWN_VERSION')).hint).toContain('1')
    }
  })
})
