import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { QueenError } from '../../src/core/errors.js'
import type { Holder } from '../../src/core/driver.js'
import type { MigrationContext } from '../../src/core/transaction.js'
import {
  ask,
  databaseFile,
  draft,
  gate,
  listen,
  oneWay,
  queenWith,
  refusalOf,
  states,
  tables,
  type Draft,
} from '../support/core.js'

const three = [draft('1'), draft('2'), draft('3')]
const broken = (version: string, more: Partial<Draft> = {}): Draft =>
  draft(version, { upSQL: `CREATE TABLE "t_${version}" (id INTEGER);\n\n  INSERT INTO nowhere VALUES (1)`, ...more })
const slow = (version: string, more: Partial<Draft> = {}): Draft =>
  draft(version, { upFn: async (_, ctx) => await sleep(10_000, undefined, { signal: ctx.signal }), ...more })
const names = (list: readonly { readonly version: string }[] | undefined): string[] =>
  (list ?? []).map(({ version }) => version)

describe('a failing migration', () => {
  test('leaves nothing of itself, keeps what went before, and says everything', async () => {
    const queen = queenWith([draft('1'), broken('2'), draft('3')])
    const seen = listen(queen, 'migrationFailed')
    const error = await refusalOf(queen.up(), 'MIGRATION_FAILED')
    expect(error).toMatchObject({
      version: '2',
      migrationName: 'make_2',
      direction: 'up',
      rolledBack: ['2'],
      serverCode: 'SQLITE_ERROR',
    })
    expect(error.statement).toMatchObject({
      number: 2,
      total: 2,
      text: 'INSERT INTO nowhere VALUES (1)',
      line: 3,
      column: 15,
    })
    expect(names(error.applied)).toEqual(['1'])
    expect(error.message).toBe('2 make_2 failed: no such table: nowhere')
    expect(error.hint).toContain('nothing of 2 is left')
    expect(error.at).toMatch(/^\w+\.(test\.)?ts:\d+$/)
    expect((seen[0]!.event as { error: QueenError }).error).toBe(error)
    expect(await tables(queen)).toEqual(['t_1'])
    expect(await states(queen)).toEqual({ '1': 'applied', '2': 'pending', '3': 'pending' })
    expect((await queen.log({ last: 1 }))[0]).toMatchObject({
      version: '2',
      action: 'up',
      outcome: 'failed',
      error: 'no such table: nowhere',
    })
    expect(await queen.inspect(async (session) => await session.holder())).toBeNull()
  })

  test('on its way down stays applied', async () => {
    const queen = queenWith([draft('1'), draft('2', { downSQL: 'DELETE FROM t_2; DROP TABLE nowhere' })])
    await queen.up()
    const error = await refusalOf(queen.reset(), 'MIGRATION_FAILED')
    expect(error).toMatchObject({ direction: 'down', rolledBack: ['2'], applied: [] })
    expect(error.message).toMatch(/^The down of 2 make_2 failed/)
    expect(await states(queen)).toEqual({ '1': 'applied', '2': 'applied' })
    expect((await queen.log({ last: 1 }))[0]).toMatchObject({ action: 'down', outcome: 'failed' })
  })

  test.each<[string, unknown, string]>([
    ['an error', new RangeError('too far'), 'too far'],
    ['text', 'just text', 'just text'],
    ['nothing', undefined, 'undefined'],
    ['an object', { message: 'an object' }, 'an object'],
    ['an object without a prototype', Object.create(null), ''],
  ])('whose function throws %s', async (_, thrown, message) => {
    const queen = queenWith([
      oneWay('1', {
        upFn: async () => {
          throw thrown
        },
      }),
    ])
    const error = await refusalOf(queen.up(), 'MIGRATION_FAILED')
    expect(error.message).toContain(message)
    expect(error.statement).toBeUndefined()
    expect(await tables(queen)).toEqual([])
  })

  test('whose function throws at once, without a promise', async () => {
    const upFn = (() => {
      throw new Error('at once')
    }) as unknown as Draft['upFn']
    const queen = queenWith([oneWay('1', { upFn: upFn! })])
    expect((await refusalOf(queen.up(), 'MIGRATION_FAILED')).message).toContain('at once')
  })

  test.each([
    'BEGIN; CREATE TABLE x (n)',
    'CREATE TABLE x (n); COMMIT',
    'ROLLBACK',
    'END TRANSACTION',
    'VACUUM',
    'PRAGMA journal_mode = WAL',
  ])('with %s in it is refused before anything ran', async (sql) => {
    const queen = queenWith([draft('1'), draft('2', { upSQL: sql })])
    const error = await refusalOf(queen.up(), 'INVALID_MIGRATION')
    expect(error).toMatchObject({ version: '2' })
    expect(error.message).toMatch(/statement \d+ \(line \d+/)
    expect(error.hint).toContain('transaction: false')
    expect(await tables(queen)).toEqual([])
  })

  test('with PRAGMA foreign_keys in it is told that they are off', async () => {
    const queen = queenWith([draft('1', { upSQL: 'PRAGMA foreign_keys = OFF' })])
    expect((await refusalOf(queen.up(), 'INVALID_MIGRATION')).hint).toContain('foreign keys are off')
  })

  test.each(['-- write your SQL here', ';;', '/* nothing */', ' ; -- x\n'])(
    'with no statement in its SQL (%j) is not recorded',
    async (sql) => {
      const queen = queenWith([draft('1'), draft('2', { upSQL: sql })])
      expect((await refusalOf(queen.up(), 'INVALID_MIGRATION')).message).toMatch(/2 make_2 .*no statement/)
      expect(await states(queen)).toEqual({ '1': 'pending', '2': 'pending' })
      const back = queenWith([draft('1', { downSQL: sql })])
      await back.up()
      await refusalOf(back.down(), 'INVALID_MIGRATION')
      expect(await states(back)).toEqual({ '1': 'applied' })
    },
  )
})

describe('atomic', () => {
  test('is all or nothing', async () => {
    const queen = queenWith([draft('1'), draft('2'), broken('3'), draft('4')])
    const error = await refusalOf(queen.up({ atomic: true }), 'MIGRATION_FAILED')
    expect(error).toMatchObject({ version: '3', applied: [], rolledBack: ['1', '2', '3'] })
    expect(error.statement).toMatchObject({ number: 2 })
    expect(await tables(queen)).toEqual([])
    expect(Object.values(await states(queen))).toEqual(['pending', 'pending', 'pending', 'pending'])
    expect((await queen.log()).map(({ version, outcome }) => `${version} ${outcome}`)).toEqual(['3 failed'])
  })

  test('works up, down and for redo', async () => {
    const queen = queenWith(three)
    const seen = listen(queen, 'migrationStart', 'migrationEnd')
    expect(names((await queen.up({ atomic: true })).applied)).toEqual(['1', '2', '3'])
    expect(seen.map(({ name }) => name)).toEqual([...Array(3).fill('migrationStart'), ...Array(3).fill('migrationEnd')])
    expect(names((await queen.redo({ steps: 2, atomic: true })).applied)).toEqual(['3', '2', '2', '3'])
    expect(names((await queen.reset({ atomic: true })).applied)).toEqual(['3', '2', '1'])
    expect(await tables(queen)).toEqual([])
  })

  test('with a migration that commits by itself is refused before anything ran', async () => {
    const queen = queenWith([draft('1'), draft('2', { transaction: false })])
    const error = await refusalOf(queen.up({ atomic: true }), 'CONFIG_INVALID')
    expect(error).toMatchObject({ version: '2' })
    expect(await tables(queen)).toEqual([])
    await refusalOf(queen.up({ atomic: true, dryRun: true }), 'CONFIG_INVALID')
  })
})

describe('onFailure: rollback', () => {
  test('takes back what this run applied, and nothing else', async () => {
    const queen = queenWith([...three, broken('4')])
    await queen.up({ steps: 1 })
    const error = await refusalOf(queen.up({ onFailure: 'rollback' }), 'MIGRATION_FAILED')
    expect(error).toMatchObject({ version: '4', applied: [], rolledBack: ['4', '3', '2'] })
    expect(error.statement).toMatchObject({ number: 2 })
    expect(await tables(queen)).toEqual(['t_1'])
    expect((await queen.log()).map(({ version, action, outcome }) => `${action} ${version} ${outcome}`)).toEqual([
      'down 2 done',
      'down 3 done',
      'up 4 failed',
      'up 3 done',
      'up 2 done',
      'up 1 done',
    ])
  })

  test('when a down fails too, says what is left', async () => {
    const queen = queenWith([draft('1'), draft('2', { downSQL: 'DROP TABLE nowhere' }), draft('3'), broken('4')])
    const error = await refusalOf(queen.up({ onFailure: 'rollback' }), 'MIGRATION_FAILED')
    expect(error.message).toMatch(
      /^4 make_4 failed: no such table: nowhere; taking back stopped: The down of 2 make_2 failed/,
    )
    expect(names(error.applied)).toEqual(['1', '2'])
    expect(error.rolledBack).toEqual(['4', '3'])
    expect(await states(queen)).toEqual({ '1': 'applied', '2': 'applied', '3': 'pending', '4': 'pending' })
  })

  test('when one cannot be taken back, takes none back', async () => {
    const queen = queenWith([oneWay('1', { irreversible: 'gone' }), draft('2'), broken('3')])
    const error = await refusalOf(queen.up({ onFailure: 'rollback' }), 'MIGRATION_FAILED')
    expect(error.message).toContain('is irreversible: gone')
    expect(names(error.applied)).toEqual(['1', '2'])
    expect(await tables(queen)).toEqual(['t_1', 't_2'])
  })

  test('has time of its own after a timeout', async () => {
    const down = async (): Promise<void> => await sleep(60)
    const queen = queenWith([draft('1', { downFn: down }), slow('2')])
    const error = await refusalOf(queen.up({ onFailure: 'rollback', timeout: 100 }), 'TIMEOUT')
    expect(error).toMatchObject({ version: '2', applied: [], rolledBack: ['2', '1'] })
    expect(await tables(queen)).toEqual([])
  })

  test('counts right when its own time runs out between two downs', async () => {
    const down = async (): Promise<void> => {
      const end = performance.now() + 130
      while (performance.now() < end) await Promise.resolve()
    }
    const queen = queenWith([
      draft('1', { downFn: down }),
      draft('2', { downFn: down }),
      draft('3', { downFn: down }),
      slow('4'),
    ])
    const error = await refusalOf(queen.up({ onFailure: 'rollback', timeout: 100 }), 'TIMEOUT')
    const left = names((await queen.status()).filter(({ state }) => state === 'applied'))
    expect(left.length).toBeGreaterThan(0)
    expect(names(error.applied)).toEqual(left)
    expect(['4', '3', '2', '1'].filter((one) => !left.includes(one))).toEqual(error.rolledBack)
  })

  test('after a cancellation', async () => {
    const cancel = new AbortController()
    const queen = queenWith([draft('1'), slow('2')])
    queen.on('migrationStart', ({ version }) => void (version === '2' && setTimeout(() => cancel.abort(), 20)))
    const error = await refusalOf(queen.up({ onFailure: 'rollback', signal: cancel.signal }), 'ABORTED')
    expect(error).toMatchObject({ applied: [], rolledBack: ['2', '1'] })
    expect(await tables(queen)).toEqual([])
  })
})

describe('stopping', () => {
  test('stop finishes the current migration and begins no other', async () => {
    const stop = new AbortController()
    const queen = queenWith(three)
    queen.on('migrationStart', ({ version }) => void (version === '2' && stop.abort()))
    const error = await refusalOf(queen.up({ stop: stop.signal }), 'ABORTED')
    expect(names(error.applied)).toEqual(['1', '2'])
    expect(error.versions).toEqual(['3'])
    expect(await tables(queen)).toEqual(['t_1', 't_2'])
    expect(names((await queen.up()).applied)).toEqual(['3'])
  })

  test('signal cancels the function at work and rolls it back', async () => {
    const cancel = new AbortController()
    const queen = queenWith([draft('1'), slow('2'), draft('3')])
    setTimeout(() => cancel.abort(), 50)
    const error = await refusalOf(queen.up({ signal: cancel.signal }), 'ABORTED')
    expect(error).toMatchObject({ version: '2', rolledBack: ['2'] })
    expect(names(error.applied)).toEqual(['1'])
    expect(await tables(queen)).toEqual(['t_1'])
  })

  test('between two migrations it says what is applied', async () => {
    const cancel = new AbortController()
    const queen = queenWith(three)
    queen.on('migrationEnd', ({ version }) => void (version === '2' && cancel.abort()))
    const error = await refusalOf(queen.up({ signal: cancel.signal }), 'ABORTED')
    expect(names(error.applied)).toEqual(['1', '2'])
    expect(await tables(queen)).toEqual(['t_1', 't_2'])
  })

  test('a signal that aborted before begins nothing, and creates nothing', async () => {
    const queen = queenWith(three)
    await refusalOf(queen.up({ signal: AbortSignal.abort() }), 'ABORTED')
    await refusalOf(queen.up({ stop: AbortSignal.abort() }), 'ABORTED')
    expect(await tables(queen)).toEqual([])
  })

  test('a function is not even begun when its migration was cancelled while starting', async () => {
    const cancel = new AbortController()
    let begun = false
    const upFn = async (): Promise<void> => {
      begun = true
      await sleep(1)
      throw new Error('nobody hears this')
    }
    const queen = queenWith([draft('1'), oneWay('2', { upFn })])
    queen.on('migrationStart', ({ version }) => void (version === '2' && cancel.abort()))
    await refusalOf(queen.up({ signal: cancel.signal, atomic: true }), 'ABORTED')
    await sleep(5)
    expect(begun).toBe(false)
  })

  test.each(['run', 'migration'])('the timeout of the %s', async (which) => {
    const queen = queenWith([draft('1'), slow('2', which === 'migration' ? { timeout: '50ms' } : {})])
    const error = await refusalOf(queen.up(which === 'run' ? { timeout: 50 } : {}), 'TIMEOUT')
    expect(error.message).toMatch(
      which === 'run' ? /^The run took longer than 50 ms/ : /^Migration 2 took longer than 50 ms/,
    )
    expect(error).toMatchObject({ version: '2', rolledBack: ['2'] })
    expect(await tables(queen)).toEqual(['t_1'])
  })

  test('a function that answers the signal with an error of its own is still cancelled', async () => {
    const upFn = (_: unknown, ctx: MigrationContext): Promise<void> =>
      new Promise((_resolve, reject) => ctx.signal.addEventListener('abort', () => reject(new Error('mine'))))
    const queen = queenWith([oneWay('1', { upFn, timeout: 30 })])
    expect((await refusalOf(queen.up(), 'TIMEOUT')).message).toContain('Migration 1 took longer')
  })

  test('a function that ignores the signal is left behind, and cannot write any more', async () => {
    const { passed, release } = gate()
    let late: unknown
    const done = gate()
    const queen = queenWith([
      oneWay('1', {
        timeout: 30,
        upFn: async (tx) => {
          await passed
          late = await tx.exec('CREATE TABLE late (n)').then(
            () => 'written',
            (error: unknown) => error,
          )
          done.release()
        },
      }),
      draft('2'),
    ])
    await refusalOf(queen.up(), 'TIMEOUT')
    release()
    await done.passed
    expect(late).toMatchObject({ code: 'MIGRATION_FAILED', version: '1' })
    expect(await tables(queen)).toEqual([])
  })

  test('statementTimeout', async () => {
    const long =
      'INSERT INTO t_1 WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400000) SELECT i FROM n'
    const queen = queenWith([draft('1'), draft('2', { upSQL: long, statementTimeout: 1 })])
    const error = await refusalOf(queen.up(), 'TIMEOUT')
    expect(error).toMatchObject({ version: '2', rolledBack: ['2'], statement: { number: 1 } })
    expect(await ask(queen, 'SELECT count(*) FROM t_1')).toEqual([[0]])
  })

  test('no timer is left behind', async () => {
    const queen = queenWith(three)
    await queen.up({ timeout: '1h' })
    await queen.reset({ timeout: '1h' })
    expect(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length).toBeLessThan(5)
  })
})

describe('functions', () => {
  test('get their context', async () => {
    let ctx: MigrationContext | undefined
    const app = { any: 'thing' }
    const queen = queenWith([
      oneWay('1', {
        upFn: async (_, given) => {
          ctx = given
          given.log('hello')
          given.progress(1, 2)
          given.progress(2)
        },
      }),
    ])
    const seen = listen(queen, 'log', 'progress')
    await queen.up({ context: app, environment: 'test' })
    expect(ctx).toMatchObject({ version: '1', name: 'make_1', environment: 'test', dialect: 'sqlite' })
    expect(ctx!.app).toBe(app)
    expect(ctx!.signal).toBeInstanceOf(AbortSignal)
    const about = { version: '1', name: 'make_1', direction: 'up' }
    expect(seen.map(({ event }) => event)).toEqual([
      { ...about, message: 'hello' },
      { ...about, done: 1, total: 2 },
      { ...about, done: 2 },
    ])
  })

  test.each<[string, NonNullable<Draft['upFn']>]>([
    ['a failing query', async (tx) => void tx.exec('INSERT INTO nowhere VALUES (1)')],
    ['a good query', async (tx) => void tx.exec('CREATE TABLE forgotten (n)')],
    ['a query whose rows nobody wants', async (tx) => void tx.query('SELECT 1')],
    [
      'a failing query among awaited ones',
      async (tx) => {
        void tx.exec('nonsense')
        await tx.exec('CREATE TABLE forgotten (n)')
        await sleep(1)
      },
    ],
  ])('that forget to await %s are found out, and nothing is recorded', async (_, upFn) => {
    const queen = queenWith([oneWay('1', { upFn })])
    const error = await refusalOf(queen.up(), 'MIGRATION_FAILED')
    expect(error.message).toContain('await')
    expect(await tables(queen)).toEqual([])
    expect(await states(queen)).toEqual({ '1': 'pending' })
  })

  test('may catch what a query throws, run several at once, and return the promise itself', async () => {
    const queen = queenWith([
      draft('1', { upFn: async (tx) => await tx.exec('nonsense').catch(() => {}) }),
      draft('2', { upFn: async (tx) => void (await Promise.all([tx.exec('SELECT 1'), tx.query('SELECT 2')])) }),
      draft('3', { upFn: (tx) => tx.exec('SELECT 1') }),
      draft('4', { upFn: async (tx) => void (await Promise.allSettled([tx.exec('nonsense')])) }),
      draft('5', { upFn: async (tx) => tx.exec('SELECT 1') }),
      draft('6', {
        upFn: async ({ exec, query }) => {
          await exec('SELECT 1')
          await query('SELECT 1').finally(() => {})
        },
      }),
    ])
    expect((await queen.up()).applied).toHaveLength(6)
  })

  test('that call up() of their own queen are refused after the time to wait', async () => {
    let inner: QueenError | undefined
    const queen = queenWith([
      draft('1', { upFn: async () => void (inner = await refusalOf(queen.up({ lockTimeout: 30 }))) }),
      draft('2'),
    ])
    await queen.up()
    expect(inner).toMatchObject({ code: 'LOCK_TIMEOUT' })
    expect(inner!.hint).toContain('cannot wait for a run of its own queen')
  })

  test('that call up() of another queen on the same file are refused too, by name', async () => {
    const { file } = databaseFile()
    const other = queenWith(three, file)
    let inner: QueenError | undefined
    const queen = queenWith(
      [draft('1', { upFn: async () => void (inner = await refusalOf(other.up({ lockTimeout: 30 }))) })],
      file,
    )
    await queen.up()
    expect(inner).toMatchObject({ code: 'LOCK_TIMEOUT' })
    expect(inner!.holder).toMatch(/#\d+ since .+, applying 1 make_1$/)
  })
})

describe('events', () => {
  test('come in order, with counts', async () => {
    const queen = queenWith(three)
    const seen = listen(queen, 'runStart', 'runEnd', 'migrationStart', 'migrationEnd', 'lockAcquired', 'lockReleased')
    await queen.up({ steps: 2 })
    expect(
      seen.map(({ name, event }) => `${name} ${'index' in event ? `${event.index}/${event.total}` : ''}`.trim()),
    ).toEqual([
      ...['lockAcquired', 'runStart', 'migrationStart 1/2', 'migrationEnd 1/2'],
      ...['migrationStart 2/2', 'migrationEnd 2/2', 'runEnd', 'lockReleased'],
    ])
    expect(seen[1]!.event).toMatchObject({ direction: 'up', total: 2, target: 'sqlite::memory:' })
    expect(seen.at(-2)!.event).toMatchObject({ direction: 'up', done: 2 })
  })

  test('listeners that throw, reject or listen again change nothing', async () => {
    const queen = queenWith(three)
    let calls = 0
    for (const name of ['runStart', 'migrationStart', 'migrationEnd', 'lockAcquired', 'lockReleased'] as const) {
      queen.on(name, () => {
        throw new Error('watching')
      })
      queen.on(name, async () => await Promise.reject(new Error('watching')))
      const again = (): void => void (calls++ < 1_000 && queen.on(name, () => again()))
      queen.on(name, again)
    }
    expect((await queen.up()).applied).toHaveLength(3)
    expect(calls).toBeLessThan(1_000)
    await sleep(1)
  })

  test('a listener that is taken off hears no more', async () => {
    const queen = queenWith(three)
    let heard = 0
    const off = queen.on('migrationEnd', () => void (++heard && off()))
    await queen.up()
    expect(heard).toBe(1)
  })
})

describe('at once', () => {
  test('on one queen, one applies and the others find nothing to do', async () => {
    const queen = queenWith(three)
    const results = await Promise.all([queen.up(), queen.up(), queen.up()])
    expect(results.map(({ applied }) => applied.length).sort()).toEqual([0, 0, 3])
  })

  test('on several queens and one new file, each migration is applied once', async () => {
    const { file, ask: look } = databaseFile()
    const pause = three.map((one) => ({ ...one, upFn: async () => await sleep(5) }))
    const queens = Array.from({ length: 5 }, () => queenWith(pause, file))
    const results = await Promise.all(queens.map(async (queen) => await queen.up()))
    expect(results.flatMap(({ applied }) => names(applied)).sort()).toEqual(['1', '2', '3'])
    expect(look('SELECT version FROM queen_migrations_log ORDER BY id')).toEqual([['1'], ['2'], ['3']])
  })

  test('the waiter hears who it waits for, and gives up in time or when asked', async () => {
    const { file } = databaseFile()
    const { passed, release } = gate()
    const first = queenWith([draft('1', { upFn: async () => await passed })], file)
    const running = first.up()
    await new Promise<void>((resolve) => void first.on('migrationStart', () => resolve()))
    const second = queenWith(three, file)
    const seen = listen(second, 'lockWait')
    const error = await refusalOf(second.up({ lockTimeout: 60 }), 'LOCK_TIMEOUT')
    expect(error.holder).toMatch(/applying 1 make_1/)
    expect((seen[0]!.event as { holder: Holder }).holder).toMatchObject({ doing: { version: '1', direction: 'up' } })
    await refusalOf(second.up({ timeout: 30 }), 'TIMEOUT')
    for (const which of ['signal', 'stop'] as const) {
      const controller = new AbortController()
      setTimeout(() => controller.abort(), 30)
      await refusalOf(second.up({ [which]: controller.signal, lockTimeout: 3_000 }), 'ABORTED')
    }
    expect(await states(second)).toEqual({ '1': 'running', '2': 'pending', '3': 'pending' })
    release()
    await running
  })

  test('waiting for a run of the same queen ends with the signal, and in the run’s time', async () => {
    const { passed, release } = gate()
    const queen = queenWith([draft('1', { upFn: async () => await passed })])
    const running = queen.up()
    await refusalOf(queen.up({ signal: AbortSignal.timeout(30) }), 'ABORTED')
    await refusalOf(queen.up({ timeout: 30 }), 'TIMEOUT')
    release()
    await running
    expect(await queen.version()).toBe('1')
  })
})
