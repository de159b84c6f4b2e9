import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Blocker } from '../../src/core/blocker.js'
import { ExecutionError } from '../../src/core/execution.js'
import { Misses, replayOf } from '../../src/core/replay.js'
import { countedScript, transactionScript } from '../../src/core/script.js'
import type { MigrationContext } from '../../src/core/transaction.js'
import { prepare } from '../../src/core/units.js'
import { rulesFor } from '../../src/core/sql/dialect.js'
import {
  ask,
  draft,
  listen,
  missing,
  oneWay,
  queenOn,
  refusalOf,
  registered,
  states,
  tables,
  type Draft,
} from '../support/core.js'

// Pauses are drawn between nothing and a ceiling; here they are nothing.
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

const three = [draft('1'), draft('2'), draft('3')]
const counted = (...upSQL: string[]): Draft => oneWay('2', { transaction: false, upSQL })
const names = (list: readonly { readonly version: string }[] | undefined): string[] =>
  (list ?? []).map(({ version }) => version)

describe('a statement that gets no lock on a table', () => {
  test('is tried again with its whole transaction, and each miss is told', async () => {
    const queen = queenOn(missing(':memory:', { at: 't_2', times: 3 }), three)
    const seen = listen(queen, 'migrationStart', 'lockMiss', 'migrationEnd', 'migrationFailed')
    expect(names((await queen.up()).applied)).toEqual(['1', '2', '3'])
    expect(seen.map(({ name, event }) => `${name} ${(event as { version: string }).version}`)).toEqual([
      ...['migrationStart 1', 'migrationEnd 1'],
      ...['migrationStart 2', 'lockMiss 2', 'lockMiss 2', 'lockMiss 2', 'migrationEnd 2'],
      ...['migrationStart 3', 'migrationEnd 3'],
    ])
    const misses = seen.filter(({ name }) => name === 'lockMiss').map(({ event }) => event)
    expect(misses).toMatchObject([1, 2, 3].map((attempt) => ({ attempt, tries: 30, pauseMs: 0, direction: 'up' })))
    expect((misses[0] as { blockers: Blocker[] }).blockers).toEqual([
      {
        ...{ id: '4711', who: 'ann from 10.0.0.3, psql', since: '2026-05-01T12:03:11.000Z' },
        ...{ state: 'idle in transaction', query: 'UPDATE users SET password = ***' },
      },
    ])
    expect((await queen.log()).map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done'])
    expect(await tables(queen)).toEqual(['t_1', 't_2', 't_3'])
  })

  test('30 times ends the run: with whom it waited for, and nothing of it left', async () => {
    const queen = queenOn(missing(':memory:', { at: 't_2' }), three)
    const seen = listen(queen, 'lockMiss', 'migrationFailed')
    const error = await refusalOf(queen.up(), 'LOCK_TIMEOUT')
    expect(error.message).toMatch(
      /^2 make_2: statement 1 \(CREATE TABLE "t_2" \(id INTEGER\)\) got no lock in 30 tries within \d+ .*: lock timeout\nblocked by 4711 ann from 10\.0\.0\.3, psql, idle in transaction since 2026-05-01T12:03:11\.000Z: UPDATE users SET password = \*\*\*$/,
    )
    expect(error.hint).toMatch(/end those sessions, or wait.*ddlLockTimeout.*run queen up again: nothing of 2 is left/)
    expect(error).toMatchObject({ version: '2', rolledBack: ['2'], applied: [{ version: '1' }] })
    expect(error.blockers).toMatchObject([{ id: '4711' }])
    expect(JSON.stringify(error) + error.message).not.toContain('s3cret')
    expect(seen.filter(({ name }) => name === 'lockMiss')).toHaveLength(30)
    expect(seen.at(-2)!.event).toMatchObject({ attempt: 30, tries: 30, pauseMs: 0 })
    expect(seen.at(-1)!.name).toBe('migrationFailed')
    expect(await states(queen)).toEqual({ '1': 'applied', '2': 'pending', '3': 'pending' })
    expect((await queen.log({ last: 1 }))[0]).toMatchObject({ version: '2', outcome: 'failed', error: 'lock timeout' })
  })

  test('also in its COMMIT, on the way down, and in a run of one transaction', async () => {
    const queen = queenOn(missing(':memory:', { at: 'commit', times: 2 }), three)
    await queen.up()
    expect(await tables(queen)).toEqual(['t_1', 't_2', 't_3'])
    const down = queenOn(missing(':memory:', { at: 'DROP TABLE "t_2"', times: 2 }), three)
    await down.up()
    const seen = listen(down, 'lockMiss')
    await down.reset()
    expect(seen.map(({ event }) => (event as { direction: string }).direction)).toEqual(['down', 'down'])
    const all = queenOn(missing(':memory:', { at: 't_2', times: 2 }), three)
    const events = listen(all, 'migrationStart', 'lockMiss')
    expect(names((await all.up({ atomic: true })).applied)).toEqual(['1', '2', '3'])
    expect(events.map(({ name }) => name)).toEqual([
      ...['migrationStart', 'migrationStart', 'lockMiss', 'lockMiss', 'migrationStart'],
    ])
  })

  test('says nothing of blockers where the database tells of none', async () => {
    const queen = queenOn(missing(':memory:', { at: 't_1', blockers: [] }), three)
    const error = await refusalOf(queen.up(), 'LOCK_TIMEOUT')
    expect(error.message).not.toContain('blocked by')
    expect(error.hint).toBe('run queen up again: nothing of 1 is left in the database')
  })
})

describe('a function', () => {
  const writing = (calls: string[], more: Partial<Draft> = {}): Draft => ({
    version: '2',
    name: 'make_2',
    ...{ upSQL: 'CREATE TABLE t_2 (id)', downSQL: 'DROP TABLE t_2', ...more },
    upFn: async () => void calls.push('up'),
    downFn: async () => void calls.push('down'),
  })

  test('is not called twice: what misses its lock behind it fails at once, and says how to allow it', async () => {
    const calls: string[] = []
    const queen = queenOn(missing(':memory:', { at: 'commit', times: 2 }), [writing(calls)])
    const seen = listen(queen, 'lockMiss')
    const error = await refusalOf(queen.up(), 'LOCK_TIMEOUT')
    expect(error.hint).toMatch(/run queen up again.*replayable: true/)
    expect(error.message).toContain('got no lock when it was tried')
    expect(seen.map(({ event }) => event)).toMatchObject([{ attempt: 1, tries: 1, pauseMs: 0 }])
    expect(calls).toEqual(['up'])
    expect(await tables(queen)).toEqual([])
  })

  test('is called once when the lock was missed before it', async () => {
    const calls: string[] = []
    await queenOn(missing(':memory:', { at: 'CREATE TABLE t_2', times: 2 }), [writing(calls)]).up()
    expect(calls).toEqual(['up'])
  })

  test('that is replayable is called again', async () => {
    const calls: string[] = []
    const queen = queenOn(missing(':memory:', { at: 'DROP TABLE t_2', times: 2 }), [
      writing(calls, { replayable: true }),
    ])
    await queen.up()
    await queen.down()
    expect(calls).toEqual(['up', 'down', 'down', 'down'])
  })

  test('of another migration in the same transaction counts as well', async () => {
    const calls: string[] = []
    const queen = queenOn(missing(':memory:', { at: 't_3' }), [writing(calls), draft('3')])
    expect((await refusalOf(queen.up({ atomic: true }), 'LOCK_TIMEOUT')).rolledBack).toEqual(['2', '3'])
    expect(calls).toEqual(['up'])
  })
})

describe('statements that commit one by one', () => {
  const steps = ['CREATE TABLE a (n)', 'INSERT INTO a VALUES (1)', 'CREATE TABLE b (n)', 'VACUUM']

  test.each(['INSERT INTO a', 'CREATE TABLE b', 'CREATE TABLE a', 'VACUUM', 'write'])(
    'go on at the very one that got no lock (%s), once',
    async (at) => {
      const queen = queenOn(missing(':memory:', { at, times: 3 }), [counted(...steps), draft('3')])
      const seen = listen(queen, 'lockMiss', 'migrationFailed', 'migrationStart')
      expect(names((await queen.up()).applied)).toEqual(['2', '3'])
      expect(seen.filter(({ name }) => name === 'lockMiss')).toHaveLength(3)
      expect(seen.filter(({ name }) => name === 'migrationStart')).toHaveLength(2)
      expect(await ask(queen, 'SELECT n FROM a')).toEqual([[1]])
      expect(await states(queen)).toEqual({ '2': 'applied', '3': 'applied' })
      expect((await queen.status())[0]).toMatchObject({ statementsDone: 4, statementsTotal: 4, error: null })
    },
  )

  test('that fail in the end leave what is committed, and go on from there', async () => {
    let left = 0
    const queen = queenOn(missing(':memory:', { at: 'INTO', times: 30 }), [
      counted('CREATE TABLE a (n)', 'INSERT INTO a VALUES (1)', 'INSERT INTO a VALUES (2)', 'INSERT INTO a VALUES (3)'),
    ])
    queen.on('lockMiss', ({ attempt }) => void (left = attempt))
    const error = await refusalOf(queen.up(), 'LOCK_TIMEOUT')
    expect(left).toBe(30)
    expect(error.statement).toMatchObject({ number: 2 })
    expect(error.hint).toMatch(/then run queen recover 2 --resume/)
    expect((await queen.status())[0]).toMatchObject({ state: 'failed', statementsDone: 1 })
    await queen.recover('2', 'resume')
    expect(await ask(queen, 'SELECT n FROM a')).toEqual([[1], [2], [3]])
  })

  test('behind a function, and a function itself, are not called again', async () => {
    const calls: string[] = []
    const upFn = async (): Promise<void> => void calls.push('up')
    const queen = queenOn(missing(':memory:', { at: 'call' }), [oneWay('2', { transaction: false, upFn })])
    expect((await refusalOf(queen.up(), 'LOCK_TIMEOUT')).hint).not.toContain('replayable')
    expect((await queen.status())[0]).toMatchObject({ state: 'failed', statementsDone: 1 })
    const after = queenOn(missing(':memory:', { at: 'DROP', times: 2 }), [
      {
        version: '1',
        name: 'x',
        transaction: false,
        upSQL: 'CREATE TABLE x (n)',
        downSQL: 'DROP TABLE x',
        downFn: upFn,
      },
    ])
    await after.up()
    await after.down()
    expect(calls).toEqual(['up'])
  })

  test('in a transaction of their own are left to the next run', async () => {
    const own = counted('CREATE TABLE a (n)', 'BEGIN', 'INSERT INTO a VALUES (1)', 'COMMIT')
    const queen = queenOn(missing(':memory:', { at: 'INSERT', times: 1 }), [own])
    const error = await refusalOf(queen.up(), 'LOCK_TIMEOUT')
    expect(error.hint).toContain('queen recover 2 --resume')
    await queen.recover('2', 'resume')
    expect(await ask(queen, 'SELECT n FROM a')).toEqual([[1]])
  })

  test('what one left behind is removed before it is tried again', async () => {
    const removed: string[] = []
    const driver = missing(':memory:', { at: 'VACUUM', times: 2 }, () => ({
      removeRemains: async (statement) => {
        removed.push(statement)
        return await Promise.resolve(removed.length === 1 ? ['the invalid index a_n'] : [])
      },
    }))
    const queen = queenOn(driver, [counted(...steps)])
    const seen = listen(queen, 'warning')
    await queen.up()
    expect(removed).toEqual(['VACUUM', 'VACUUM'])
    expect(seen.map(({ event }) => (event as { message: string }).message)).toEqual([
      'Statement 4 of 2 make_2 had been broken off and had left the invalid index a_n, which was removed',
    ])
  })

  test('and when that cannot be removed it is not tried again', async () => {
    const driver = missing(':memory:', { at: 'VACUUM', times: 1 }, () => ({
      removeRemains: async () => await Promise.reject(new Error('busy')),
    }))
    const queen = queenOn(driver, [counted(...steps)])
    await refusalOf(queen.up(), 'LOCK_TIMEOUT')
    expect((await refusalOf(queen.recover('2', 'resume'), 'INTERRUPTED')).message).toContain('cannot be removed: busy')
  })
})

describe('a pause', () => {
  // Longer than any test may take: only the signal ends it.
  beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(1_000))

  test.each([
    ['signal', 'The run was cancelled while 2 make_2 was at work'],
    ['stop', 'Stopped as asked while 2 make_2 was at work'],
  ])('ends with %s', async (which, message) => {
    const controller = new AbortController()
    const queen = queenOn(missing(':memory:', { at: 't_2' }), three)
    queen.on('lockMiss', () => void setImmediate(() => controller.abort()))
    const error = await refusalOf(queen.up({ [which]: controller.signal }), 'ABORTED')
    expect(error.message).toBe(message)
    expect(error).toMatchObject({ version: '2', rolledBack: ['2'], applied: [{ version: '1' }] })
    expect(error.hint).toBe('run queen up again: nothing of 2 is left in the database')
    expect(await states(queen)).toEqual({ '1': 'applied', '2': 'pending', '3': 'pending' })
  })

  test.each(['run', 'migration'])('ends when the time of the %s is up', async (whose) => {
    const drafts = [draft('1'), draft('2', whose === 'run' ? {} : { timeout: 50 })]
    const queen = queenOn(missing(':memory:', { at: 't_2' }), drafts)
    const error = await refusalOf(queen.up(whose === 'run' ? { timeout: 50 } : {}), 'TIMEOUT')
    expect(error.message).toMatch(/took longer than 50 ms while 2 make_2 was at work$/)
  })

  test('of a counted migration ends with stop too, and says how to go on', async () => {
    const controller = new AbortController()
    const queen = queenOn(missing(':memory:', { at: 'VACUUM', times: 1 }), [counted('CREATE TABLE a (n)', 'VACUUM')])
    queen.on('lockMiss', () => void setImmediate(() => controller.abort()))
    const error = await refusalOf(queen.up({ stop: controller.signal }), 'ABORTED')
    expect(error.hint).toContain('run queen recover 2 --resume')
    await queen.recover('2', 'resume')
    expect(await states(queen)).toEqual({ '2': 'applied' })
  })
})

describe('misses are counted', () => {
  test('up to 30, and up to 5 minutes since the first', () => {
    const misses = new Misses(() => 0)
    const all = Array.from({ length: 30 }, () => misses.count(0, 'possible'))
    expect(all.map(({ attempt }) => attempt)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1))
    expect(all.map(({ tries }) => tries)).toEqual(Array.from({ length: 30 }, () => 30))
    let now = 0
    const slow = new Misses(() => now)
    expect(slow.count(0, 'possible')).toMatchObject({ attempt: 1, tries: 30, waitedMs: 0 })
    now = 299_999
    expect(slow.count(0, 'possible')).toMatchObject({ attempt: 2, tries: 30 })
    now = 300_000
    expect(slow.count(0, 'possible')).toMatchObject({ attempt: 3, tries: 3, pauseMs: 0, waitedMs: 300_000 })
  })

  test('anew for each statement that begins behind what was committed meanwhile', () => {
    vi.spyOn(Math, 'random').mockReturnValue(1)
    let now = 0
    const misses = new Misses(() => now)
    for (let i = 0; i < 29; i++) misses.count(1, 'possible')
    now = 299_000
    expect(misses.count(2, 'possible')).toEqual({ attempt: 1, tries: 30, pauseMs: 100, waitedMs: 0 })
  })

  test('with pauses that grow, are drawn anew each, and never lead beyond the end', () => {
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const longest = Array.from(
      { length: 29 },
      (
        (misses) => () =>
          misses.count(0, 'possible').pauseMs
      )(new Misses(() => 0)),
    )
    expect(longest).toEqual([...longest].sort((a, b) => a - b))
    expect(longest[0]).toBe(100)
    expect(longest.at(-1)).toBe(20_000)
    vi.spyOn(Math, 'random').mockReturnValue(0.25)
    const misses = new Misses(() => 0)
    expect([misses.count(0, 'possible').pauseMs, misses.count(0, 'possible').pauseMs]).toEqual([25, 38])
    let now = 0
    const late = new Misses(() => now)
    late.count(0, 'possible')
    now = 299_990
    vi.spyOn(Math, 'random').mockReturnValue(1)
    expect(late.count(0, 'possible').pauseMs).toBe(10)
  })
})

describe('what may be replayed', () => {
  const prepared = (one: Draft) =>
    prepare({ direction: 'up', migration: registered(one as never) as never }, { rules: rulesFor('sqlite') })
  const manuscript = {
    signature: { runId: 'r', who: 'w', dialect: 'sqlite' as const },
    contextOf: () => ({}) as MigrationContext,
    isolation: undefined,
  }
  const missed = (operation: number, outcome: ExecutionError['outcome']) =>
    new ExecutionError('x', { failure: 'locked', operation, outcome })

  test('is never what is committed, or may be', () => {
    const step = prepared(draft('1'))
    const script = transactionScript([step], manuscript)
    for (const outcome of ['committed', 'unknown'] as const)
      expect(replayOf([step], script, missed(2, outcome))).toEqual({ kind: 'committed' })
    expect(replayOf([step], script, missed(2, 'none'))).toEqual({ kind: 'committed' })
    expect(replayOf([step], script, missed(0, 'none'))).toEqual({ kind: 'again', done: 0 })
    expect(replayOf([step], script, missed(2, 'rolledBack'))).toEqual({ kind: 'again', done: 0 })
  })

  test('is each operation of a counted migration that has taken nothing with it', () => {
    const step = prepared(counted('SELECT 1', 'VACUUM', 'SELECT 2'))
    const script = countedScript(step, manuscript, 0)
    const verdicts = script.operations.map(({ kind }, operation) => {
      const inside = script.origins[operation]!.item === 1 || script.origins[operation]!.item === 3
      const replay = replayOf([step], script, missed(operation, inside ? 'rolledBack' : 'none'))
      return `${script.origins[operation]!.item} ${kind} ${replay.kind === 'again' ? replay.done : replay.kind}`
    })
    expect(verdicts).toEqual([
      '0 write 0',
      ...['1 begin 0', '1 statement 0', '1 write 0', '1 commit 0'],
      ...['2 write 1', '2 statement 1', '2 write committed'],
      ...['3 begin 2', '3 statement 2', '3 write 2', '3 write 2', '3 commit 2'],
    ])
    const rest = countedScript(step, manuscript, 2)
    expect(replayOf([step], rest, missed(0, 'none'))).toEqual({ kind: 'again', done: 2 })
    const end = countedScript(step, manuscript, 3)
    expect(replayOf([step], end, missed(1, 'none'))).toEqual({ kind: 'committed' })
  })
})
