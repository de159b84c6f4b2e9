import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { QueenError } from '../../src/core/errors.js'
import { ExecutionError } from '../../src/core/execution.js'
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

describe('a connection that is lost', () => {
  test('is told as such, also with onFailure: rollback, and the next call opens another', async () => {
    const { file } = databaseFile()
    let lost = false
    let scripts = 0
    const gone = async (): Promise<never> => await Promise.reject(new QueenError('CONNECTION_FAILED', 'gone'))
    const driver = faulty(file, (real) => ({
      history: async () => (lost ? await gone() : await real.history()),
      execute: async (script, execution) => {
        if (++scripts !== 2) return lost ? await gone() : await real.execute(script, execution)
        lost = true
        throw new ExecutionError('gone', { failure: 'lost', operation: 1, outcome: 'unknown' })
      },
      close: async () => {
        lost = false
        await real.close()
      },
    }))
    const queen = queenOn(driver, three)
    const error = await refusalOf(queen.up({ onFailure: 'rollback' }), 'CONNECTION_FAILED')
    expect(error).toMatchObject({ version: '2', rolledBack: [] })
    expect(error.message).toContain('The connection was lost while 2 make_2 was at work')
    expect(error.message).toContain('taking back stopped')
    expect(error.hint).toContain('the history tells')
    expect(names(error.applied)).toEqual(['1'])
    expect(names((await queen.up()).applied)).toEqual(['2', '3'])
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
