import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { Session } from '../../src/core/driver.js'
import { QueenError } from '../../src/core/errors.js'
import { ExecutionError } from '../../src/core/execution.js'
import type { SqliteTransaction } from '../../src/drivers/sqlite/index.js'
import {
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

const three = [draft('1'), draft('2'), draft('3')]
const names = (list: readonly { readonly version: string }[] | undefined): string[] =>
  (list ?? []).map(({ version }) => version)

/** A queen whose lock excludes nobody, as behind a transaction pooler; somebody else gets ahead of its n-th script. */
function outrun(drafts: readonly Draft[], somebody: (other: TestQueen) => Promise<unknown>, nth = 1) {
  const { file } = databaseFile()
  const other = queenWith(drafts, file)
  let scripts = 0
  const driver = faulty(file, (real) => ({
    tryLock: async () => await Promise.resolve({ release: async () => await Promise.resolve() }),
    execute: async (script, execution) => {
      if (++scripts === nth) await somebody(other)
      await real.execute(script, execution)
    },
  }))
  return { other, queen: queenOn(driver, drafts) }
}

describe('without a lock that holds', () => {
  test('what somebody else applies meanwhile is not applied again', async () => {
    const { queen } = outrun(three, async (other) => await other.up(), 2)
    const seen = listen(queen, 'migrationTaken')
    const result = await queen.up()
    expect(names(result.applied)).toEqual(['1'])
    expect(seen.map(({ event }) => (event as { version: string }).version)).toEqual(['2', '3'])
    expect(Object.values(await states(queen))).toEqual(['applied', 'applied', 'applied'])
    expect((await queen.log()).map(({ version }) => version)).toEqual(['3', '2', '1'])
  })

  test('also when the whole run is one transaction, which goes on with the rest', async () => {
    const { queen } = outrun(three, async (other) => await other.up({ steps: 2 }))
    expect(names((await queen.up({ atomic: true })).applied)).toEqual(['3'])
    expect(await tables(queen)).toEqual(['t_1', 't_2', 't_3'])
    const late = outrun([...three, draft('0', { environments: ['x'] })], async (other) => {
      await other.up({ environment: 'x', to: '0' })
    })
    expect(names((await late.queen.up({ atomic: true, environment: 'x' })).applied)).toEqual(['1', '2', '3'])
  })

  test('so many steps are never more steps than asked for', async () => {
    const up = outrun(three, async (other) => await other.up({ steps: 2 }), 2)
    expect(names((await up.queen.up({ steps: 2 })).applied)).toEqual(['1'])
    expect(await tables(up.queen)).toEqual(['t_1', 't_2', ...(await tables(up.other)).slice(2)])
  })

  test('what somebody else takes back is not replaced by another', async () => {
    const { queen, other } = outrun(three, async (somebody) => await somebody.down())
    await other.up()
    // A driver that sees only at the end that the record is gone has run the down by then, and fails instead.
    const result = await queen.down().catch((error: QueenError) => error)
    expect(result.applied).toEqual([])
    expect(await tables(queen)).toEqual(['t_1', 't_2'])
  })

  test('what somebody else left half done stops the run', async () => {
    const drafts = [draft('1'), oneWay('2', { transaction: false, upSQL: ['SELECT 1', 'nonsense'] })]
    const { queen } = outrun(drafts, async (other) => await refusalOf(other.up()))
    await refusalOf(queen.up(), 'FAILED_MIGRATION')
  })
})

describe('another process at work on a counted migration', () => {
  test('is waited for: nobody is told that everything is applied', async () => {
    const { file } = databaseFile()
    let go = (): void => {}
    const going = new Promise<void>((resolve) => (go = resolve))
    const drafts = [draft('1'), oneWay('2', { transaction: false, upFn: async () => await going })]
    const first = queenWith(drafts, file)
    const running = first.up()
    await new Promise<void>(
      (resolve) => void first.on('migrationStart', ({ version }) => void (version === '2' && resolve())),
    )
    const second = queenWith(drafts, file)
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect((await second.status())[1]).toMatchObject({ state: 'running', holder: { doing: { version: '2' } } })
    expect((await refusalOf(second.assertCurrent(), 'PENDING_MIGRATIONS')).versions).toEqual(['2'])
    await refusalOf(second.up({ lockTimeout: 30 }), 'LOCK_TIMEOUT')
    const waiting = second.up()
    go()
    await running
    expect((await waiting).applied).toEqual([])
    await second.assertCurrent()
  })
})

describe('the lock', () => {
  const losing = (file: string) =>
    faulty(file, (real) => ({
      tryLock: async (who) => {
        const lock = await real.tryLock(who)
        return (
          lock && {
            release: async () => {
              await lock.release()
              throw new QueenError('LOCK_LOST', 'gone')
            },
          }
        )
      },
    }))

  test('that was lost is told', async () => {
    await refusalOf(queenOn(losing(databaseFile().file), three).up(), 'LOCK_LOST')
  })

  test('that was lost does not hide what went wrong before', async () => {
    const error = await refusalOf(
      queenOn(losing(databaseFile().file), [draft('1'), draft('2', { upSQL: 'nonsense' })]).up(),
    )
    expect(error).toMatchObject({ code: 'MIGRATION_FAILED', version: '2', applied: [{ version: '1' }] })
  })
})

describe('a lock that is lost while a migration is at work', () => {
  test.each([
    ['one transaction', {}, { rolledBack: ['2'] }, 'rolledBack'],
    ['statement by statement', { transaction: false }, { rolledBack: [] }, 'none'],
  ] as const)('ends the run (%s): nothing further is done, nothing taken back', async (_, more, facts, outcome) => {
    const scripts: string[] = []
    const driver = faulty(databaseFile().file, (real) => ({
      execute: async (script, execution) => {
        const writes = script.flatMap((one) => (one.kind === 'write' ? [one.write.write] : []))
        scripts.push(`${execution.activity.direction} ${execution.activity.version} ${[...new Set(writes)].join()}`)
        if (execution.activity.version !== '2' || scripts.length > 2) return await real.execute(script, execution)
        throw new ExecutionError('it is held by somebody else', { failure: 'unlocked', operation: 1, outcome })
      },
    }))
    const queen = queenOn(driver, [draft('1'), draft('2', more), draft('3')])
    const error = await refusalOf(queen.up({ onFailure: 'rollback' }), 'LOCK_LOST')
    expect(error).toMatchObject({ version: '2', applied: [{ version: '1' }], ...facts })
    expect(error.message).toContain('The migration lock was lost while 2 make_2 was at work: it is held by')
    expect(error.message).toContain('nothing was taken back')
    // The last is the note in the journal: the record may be somebody else's by now.
    expect(scripts.map((text) => text.replace(/insert.*/, 'insert'))).toEqual([
      'up 1 insert',
      'up 2 insert',
      'up 2 journal',
    ])
    expect(await tables(queen)).toEqual(['t_1'])
  })

  test('is told as such where records are written', async () => {
    const driver = faulty(':memory:', () => ({
      execute: async () => {
        throw new ExecutionError('gone', { failure: 'unlocked', operation: 1, outcome: 'rolledBack' })
      },
    }))
    await refusalOf(queenOn(driver, three).baseline('2'), 'LOCK_LOST')
  })
})

describe('a connection that is lost', () => {
  /** A database whose connection is lost while version 2 is at work: before its COMMIT, or after it. */
  function losing(
    when: 'before' | 'after',
    after: Partial<Session<SqliteTransaction>> = {},
    direction?: 'up' | 'down',
  ) {
    const { file } = databaseFile()
    const opened: number[] = []
    let lost = false
    const gone = async (): Promise<never> => await Promise.reject(new QueenError('CONNECTION_FAILED', 'gone'))
    const driver = faulty(file, (real) => {
      const number = opened.push(0)
      return {
        ...(lost ? after : {}),
        history: async () => (lost && number === 1 ? await gone() : await real.history()),
        execute: async (script, execution) => {
          if (lost && number === 1) return await gone()
          const { activity } = execution
          const spared = activity.version !== '2' || (direction !== undefined && activity.direction !== direction)
          if (lost || spared) return await real.execute(script, execution)
          lost = true
          if (when === 'after') await real.execute(script, execution)
          const operation = when === 'after' ? script.length - 1 : 1
          throw new ExecutionError('gone', { failure: 'lost', operation, outcome: 'unknown' })
        },
        close: async () => {
          opened[number - 1]!++
          await real.close()
        },
      }
    })
    return { driver, file, opened }
  }

  test('before its COMMIT is looked up: nothing is left, nothing is taken back, and the next call goes on', async () => {
    const { driver, opened } = losing('before')
    const queen = queenOn(driver, three)
    const seen = listen(queen, 'migrationFailed', 'migrationEnd', 'warning')
    const error = await refusalOf(queen.up({ onFailure: 'rollback' }), 'CONNECTION_FAILED')
    expect(error).toMatchObject({ version: '2', rolledBack: ['2'] })
    expect(names(error.applied)).toEqual(['1'])
    expect(error.message).toContain('The connection was lost while 2 make_2 was at work')
    expect(error.message).toContain('2 was not committed')
    expect(error.message).toContain('without the lock nothing was taken back')
    expect(error.hint).toContain('nothing of 2 is left')
    expect(seen.map(({ name }) => name)).toEqual(['migrationEnd', 'warning', 'migrationFailed'])
    expect(opened[1]).toBe(1)
    expect(names((await queen.up()).applied)).toEqual(['2', '3'])
    expect((await queen.log()).map(({ version, outcome }) => `${version} ${outcome}`)).toEqual([
      '3 done',
      '2 done',
      '1 done',
    ])
  })

  test('behind its COMMIT is looked up too: it is applied, and the run stops all the same', async () => {
    const { driver } = losing('after')
    const queen = queenOn(driver, three)
    const seen = listen(queen, 'migrationFailed', 'migrationEnd')
    const error = await refusalOf(queen.up(), 'CONNECTION_FAILED')
    expect(names(error.applied)).toEqual(['1', '2'])
    expect(error).toMatchObject({ version: '2', rolledBack: [] })
    expect(error.message).toContain('2 was committed')
    expect(error.hint).toBe('run queen up again to go on')
    expect(seen.map(({ name }) => name)).toEqual(['migrationEnd', 'migrationEnd'])
    expect(names((await queen.up()).applied)).toEqual(['3'])
    const back = losing('after')
    const down = queenOn(back.driver, three)
    await queenWith(three, back.file).up()
    expect(names((await refusalOf(down.reset(), 'CONNECTION_FAILED')).applied)).toEqual(['3', '2'])
    expect(await states(down)).toEqual({ '1': 'applied', '2': 'pending', '3': 'pending' })
  })

  test('is not taken for another run’s, nor for the way back', async () => {
    const again = losing('before')
    const earlier = queenWith(three, again.file)
    await earlier.up()
    await earlier.reset()
    expect((await refusalOf(queenOn(again.driver, three).up(), 'CONNECTION_FAILED')).rolledBack).toEqual(['2'])
    const redone = losing('before', {}, 'up')
    await queenWith(three, redone.file).up()
    const error = await refusalOf(queenOn(redone.driver, three).redo({ steps: 2 }), 'CONNECTION_FAILED')
    expect(error).toMatchObject({ direction: 'up', rolledBack: ['2'] })
    expect(names(error.applied)).toEqual(['3', '2'])
  })

  test('in a run of one transaction: all of it was committed, or nothing', async () => {
    const before = await refusalOf(queenOn(losingAll('before'), three).up({ atomic: true }), 'CONNECTION_FAILED')
    expect(before).toMatchObject({ applied: [], rolledBack: ['1', '2', '3'] })
    const after = await refusalOf(queenOn(losingAll('after'), three).up({ atomic: true }), 'CONNECTION_FAILED')
    expect(names(after.applied)).toEqual(['1', '2', '3'])
  })

  /** The same for a script as a whole. */
  function losingAll(when: 'before' | 'after') {
    let lost = false
    return faulty(databaseFile().file, (real) => ({
      execute: async (script, execution) => {
        if (lost) return await real.execute(script, execution)
        lost = true
        if (when === 'after') await real.execute(script, execution)
        throw new ExecutionError('gone', { failure: 'lost', operation: script.length - 1, outcome: 'unknown' })
      },
    }))
  }

  test('that nothing can be found out about leaves it to the next run, and is given up when cancelled', async () => {
    const cancel = new AbortController()
    const { driver } = losing('after', {
      tryLock: async () => {
        cancel.abort()
        return await Promise.resolve(null)
      },
      journal: async () => await Promise.resolve([]),
    })
    const queen = queenOn(driver, three)
    const error = await refusalOf(queen.up({ signal: cancel.signal }), 'CONNECTION_FAILED')
    expect(error).toMatchObject({ version: '2', rolledBack: [] })
    expect(names(error.applied)).toEqual(['1'])
    expect(error.message).toContain('could not be found out: the migration lock')
    expect(error.hint).toContain('the history tells whether it was committed')
  })

  test('behind a pooler the lock proves nothing: only what was committed is known', async () => {
    const pooled = { affinity: 'transaction' } as const
    const before = await refusalOf(queenOn(losing('before', pooled).driver, three).up(), 'CONNECTION_FAILED')
    expect(before).toMatchObject({ rolledBack: [] })
    expect(before.message).toContain('could not be found out: behind a pooler')
    const after = await refusalOf(queenOn(losing('after', pooled).driver, three).up(), 'CONNECTION_FAILED')
    expect(names(after.applied)).toEqual(['1', '2'])
  })

  test('to a server that starts again is opened as soon as it answers', async () => {
    const { driver } = losing('before')
    let refusals = 0
    const slow: typeof driver = {
      ...driver,
      connect: async (table) => {
        if (refusals++ < 2 && refusals > 1) throw new Error('the database system is starting up')
        return await driver.connect(table)
      },
    }
    const error = await refusalOf(queenOn(slow, three).up(), 'CONNECTION_FAILED')
    expect(error.message).toContain('2 was not committed')
    expect(refusals).toBeGreaterThan(2)
  })

  test('while statements are counted says how to see and go on', async () => {
    const { file } = databaseFile()
    let lost = false
    const driver = faulty(file, (real) => ({
      execute: async (script, execution) => {
        if (lost) return await real.execute(script, execution)
        lost = true
        await real.execute(script.slice(0, 5), execution)
        throw new ExecutionError('gone', { failure: 'lost', operation: 5, outcome: 'unknown' })
      },
    }))
    const queen = queenOn(driver, [oneWay('1', { transaction: false, upSQL: ['CREATE TABLE a (n)', 'VACUUM'] })])
    const error = await refusalOf(queen.up(), 'CONNECTION_FAILED')
    expect(error.hint).toMatch(/queen recover 1 --resume.*queen status shows how many/)
    expect(await queen.status()).toMatchObject([{ state: 'interrupted', statementsDone: 1, statementsTotal: 2 }])
    await queen.recover('1', 'resume')
    expect(await states(queen)).toEqual({ '1': 'applied' })
  })

  test('that cannot be opened is tried again by the next call', async () => {
    let tries = 0
    const real = faulty(':memory:', () => ({}))
    const driver: typeof real = {
      ...real,
      connect: async (table) =>
        ++tries === 1 ? await Promise.reject(new Error('not yet')) : await real.connect(table),
    }
    const queen = queenOn(driver, three)
    await expect(queen.up()).rejects.toThrow('not yet')
    expect((await queen.up()).applied).toHaveLength(3)
  })
})

describe('secrets', () => {
  const SECRET = 's3cr3t-Pw'
  const everything = (error: unknown): string =>
    [
      inspect(error, { depth: 10, showHidden: true }),
      JSON.stringify(error),
      String(error),
      (error as Error).stack,
    ].join('\n')

  test.each<[string, Partial<Draft>]>([
    ['an error', { upFn: async () => await Promise.reject(new Error(`no way to postgres://ann:${SECRET}@db/app`)) }],
    [
      'its cause',
      { upFn: async () => await Promise.reject(new Error('x', { cause: new Error(`password=${SECRET}`) })) },
    ],
    [
      'its properties',
      {
        upFn: async () =>
          await Promise.reject(Object.assign(new Error('x'), { config: { password: SECRET }, sql: SECRET })),
      },
    ],
    [
      'what is thrown',
      { upFn: async () => await Promise.reject({ message: `password: '${SECRET}'`, password: SECRET }) },
    ],
    [
      'several errors',
      { upFn: async () => await Promise.reject(new AggregateError([new Error(`pwd=${SECRET}`)], '')) },
    ],
    ['SQL that fails', { upSQL: `SELECT *\n FROM nowhere WHERE url = 'mysql://ann:${SECRET}@db'` }],
    ['SQL that cannot be read', { upSQL: `CREATE USER ann PASSWORD '${SECRET}'` }],
    ['a message of the database', { upSQL: `INSERT INTO "postgres://ann:${SECRET}@db" VALUES (1)` }],
  ])('in %s reach neither error, event nor record', async (_, half) => {
    const { file, ask } = databaseFile()
    const queen = queenWith([oneWay('1', half)], file)
    const seen = listen(queen, 'migrationFailed', 'log')
    const error = await refusalOf(queen.up(), 'MIGRATION_FAILED')
    const records = JSON.stringify([ask('SELECT * FROM queen_migrations'), ask('SELECT * FROM queen_migrations_log')])
    expect(everything(error) + everything(seen) + records + JSON.stringify(await queen.log())).not.toContain(SECRET)
  })

  test('in what a function says reach no listener', async () => {
    const queen = queenWith([
      oneWay('1', { upFn: async (_, ctx) => ctx.log(`copying from postgres://ann:${SECRET}@db`) }),
    ])
    const seen = listen(queen, 'log')
    await queen.up()
    expect(seen[0]!.event).toMatchObject({ message: 'copying from postgres://ann:***@db' })
  })
})

test('the facts of an error are plain properties, also in JSON', async () => {
  const error = await refusalOf(queenWith([draft('1', { upSQL: 'nonsense' })]).up(), 'MIGRATION_FAILED')
  expect(error).toBeInstanceOf(Error)
  expect(error.name).toBe('QueenError')
  expect(JSON.parse(JSON.stringify(error))).toMatchObject({
    ...{ code: 'MIGRATION_FAILED', version: '1', migrationName: 'make_1', direction: 'up', serverCode: 'SQLITE_ERROR' },
    ...{ applied: [], rolledBack: ['1'], statement: { number: 1, total: 1, line: 1, column: 1, text: 'nonsense' } },
  })
  expect(Object.keys(new QueenError('ABORTED', 'x'))).toEqual(expect.arrayContaining(['code', 'hint']))
  expect(new QueenError('ABORTED', 'x').cause).toBeUndefined()
})
