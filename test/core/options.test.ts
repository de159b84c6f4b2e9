import { describe, expect, test } from 'vitest'
import type { DownOptions, QueenOptions, UpOptions } from '../../src/core/options.js'
import type { PlanOptions } from '../../src/core/queen.js'
import { Queen } from '../../src/core/queen.js'
import { draft, faulty, oneWay, queenOn, queenWith, refusalOf, states, tables, type Draft } from '../support/core.js'

describe('a queen', () => {
  test.each<[object, RegExp, RegExp]>([
    [{ tabel: 'x' }, /no option "tabel"/, /did you mean table\?/],
    [{ lock_timeout: 1 }, /no option "lock_timeout"/, /did you mean lockTimeout\?/],
    [{ table: 5 }, /table is of type number/, /table: '/],
    [{ table: '' }, /table name "" is empty/, /choose another/],
    [{ table: ' x' }, /blanks around it/, /choose another/],
    [{ table: 'a\0b' }, /characters no database takes/, /choose another/],
    [{ table: 'a\uD800' }, /characters no database takes/, /choose another/],
    [{ table: 'x'.repeat(60) }, /60 bytes long, at most 59/, /choose another/],
    [{ table: 'ä'.repeat(30) }, /60 bytes long/, /choose another/],
    [{ schema: 'x'.repeat(64) }, /64 bytes long, at most 63/, /choose another/],
    [{ table: 'a.' }, /table name "" is empty/, /choose another/],
    [{ table: '.a' }, /schema name "" is empty/, /choose another/],
    [{ table: 'a.b.c' }, /"a\.b\.c" has 3 parts/, /schema\.table/],
    [{ table: '"a' }, /has a quote that does not end its part/, /double quotes/],
    [{ table: '"a"b' }, /has a quote that does not end its part/, /double quotes/],
    [{ table: 'ops.a', schema: 'app' }, /table is ops\.a, and schema is app/, /leave one/],
    [{ schema: null }, /schema is of type object/, /schema: '/],
    [{ environment: 5 }, /environment is of type number/, /environment: '/],
    [{ lockTimeout: 'soon' }, /lockTimeout is 'soon'/, /'30s'/],
    [{ statementTimeout: 5n }, /statementTimeout is 5n/, /'30s'/],
    [{ ddlLockTimeout: -1 }, /ddlLockTimeout is -1/, /'30s'/],
  ])('refuses %s', async (options, message, hint) => {
    const error = await refusalOf(() => new Queen(undefined, options as QueenOptions), 'CONFIG_INVALID')
    expect(error.message).toMatch(message)
    expect(error.hint).toMatch(hint)
  })

  test('refuses options that are no object', async () => {
    await refusalOf(() => new Queen(undefined, 'x' as QueenOptions), 'CONFIG_INVALID')
    await refusalOf(() => new Queen(undefined, null as unknown as QueenOptions), 'CONFIG_INVALID')
  })

  test('says how to bind one that has no database', async () => {
    const error = await refusalOf(new Queen().add(draft('1')).up(), 'CONFIG_INVALID')
    expect(error.hint).toContain('q.with(')
  })
})

const SIGNAL = 'stop' as unknown as AbortSignal

describe('a run', () => {
  test.each<[object, RegExp, RegExp]>([
    [{ dryrun: true }, /no option "dryrun"/, /did you mean dryRun\?/],
    [{ step: 1 }, /no option "step"/, /did you mean/],
    [{ steps: 0 }, /steps is 0/, /from 1/],
    [{ steps: -1 }, /steps is -1/, /from 1/],
    [{ steps: 1.5 }, /steps is 1\.5/, /from 1/],
    [{ steps: '1' }, /steps is '1'/, /from 1/],
    [{ steps: 1n }, /steps is 1n/, /from 1/],
    [{ steps: Infinity }, /steps is Infinity/, /from 1/],
    [{ steps: 1, to: '1' }, /both steps and to/, /one of them/],
    [{ to: 1 }, /to is of type number/, /to: '/],
    [{ to: null }, /to is of type object/, /to: '/],
    [{ onFailure: 'undo' }, /onFailure is 'undo'/, /'stop' or 'rollback'/],
    [{ dryRun: 'yes' }, /dryRun is 'yes'/, /true or false/],
    [{ atomic: 1 }, /atomic is 1/, /true or false/],
    [{ allowOutOfOrder: 'false' }, /allowOutOfOrder is 'false'/, /true or false/],
    [{ allowUnknown: 0n }, /allowUnknown is 0n/, /true or false/],
    [{ timeout: 'soon' }, /timeout is 'soon'/, /'30s'/],
    [{ lockTimeout: {} }, /lockTimeout is /, /'30s'/],
    [{ ddlLockTimeout: -1 }, /ddlLockTimeout is -1/, /'30s'/],
    [{ statementTimeout: 'soon' }, /statementTimeout is 'soon'/, /'30s'/],
    [{ isolation: 'serialisable' }, /isolation is 'serialisable'/, /did you mean serializable\?/],
    [{ isolation: 5n }, /isolation is 5n/, /read committed/],
    [{ environment: 5 }, /environment is of type number/, /environment: '/],
    [{ signal: SIGNAL }, /signal is /, /AbortSignal/],
    [{ stop: {} }, /stop is /, /AbortSignal/],
  ])('refuses %s before anything happens', async (options, message, hint) => {
    const queen = queenWith([draft('1')])
    for (const start of [() => queen.up(options as UpOptions), () => queen.down(options as DownOptions)]) {
      const error = await refusalOf(start(), 'CONFIG_INVALID')
      expect(error.message).toMatch(message)
      expect(error.hint).toMatch(hint)
    }
    expect(await states(queen)).toEqual({ '1': 'pending' })
  })

  test.each<[string, (queen: Queen, options: object) => Promise<unknown>]>([
    ['goto', async (queen, options) => await queen.goto('1', options)],
    ['redo', async (queen, options) => await queen.redo(options)],
    ['reset', async (queen, options) => await queen.reset(options)],
    ['plan', async (queen, options) => await queen.plan(options)],
    ['status', async (queen, options) => await queen.status(options)],
    ['validate', async (queen, options) => await queen.validate(options)],
    ['pending', async (queen, options) => await queen.pending(options)],
    ['assertCurrent', async (queen, options) => await queen.assertCurrent(options)],
    ['baseline', async (queen, options) => void (await queen.baseline('1', options))],
    ['repair', async (queen, options) => await queen.repair([], options)],
    ['recover', async (queen, options) => await queen.recover('1', 'pending', options)],
    ['log', async (queen, options) => await queen.log(options)],
  ])('%s refuses options it does not know', async (_, start) => {
    const queen = queenWith([draft('1')]) as unknown as Queen
    const error = await refusalOf(start(queen, { enviroment: 'test' }), 'CONFIG_INVALID')
    expect(error.message).toBe('there is no option "enviroment"')
  })

  test('goto, reset and redo refuse options that would say something else', async () => {
    const queen = queenWith([draft('1'), draft('2')])
    await queen.up()
    await refusalOf(queen.reset({ steps: 1 } as object), 'CONFIG_INVALID')
    await refusalOf(queen.reset({ to: '1' } as object), 'CONFIG_INVALID')
    await refusalOf(queen.goto('1', { to: '2' } as object), 'CONFIG_INVALID')
    await refusalOf(queen.redo({ to: '1' } as object), 'CONFIG_INVALID')
    expect(await tables(queen)).toEqual(['t_1', 't_2'])
  })

  test('a missing version never means all of them', async () => {
    const queen = queenWith([draft('1'), draft('2')])
    for (const version of [undefined, null, 1, ''] as unknown as string[]) {
      await refusalOf(queen.goto(version))
      await refusalOf(queen.baseline(version))
      await refusalOf(queen.recover(version, 'applied'))
    }
    for (const versions of [null, 5, [5], [undefined]] as unknown as string[][]) await refusalOf(queen.repair(versions))
    expect(await states(queen)).toEqual({ '1': 'pending', '2': 'pending' })
  })

  test('a dry run of what only writes records is refused, not carried out', async () => {
    const queen = queenWith([draft('1')])
    await refusalOf(queen.baseline('1', { dryRun: true } as object), 'CONFIG_INVALID')
    await refusalOf(queen.repair([], { dryRun: true } as object), 'CONFIG_INVALID')
    await refusalOf(queen.recover('1', 'pending', { dryRun: true } as object), 'CONFIG_INVALID')
    expect(await states(queen)).toEqual({ '1': 'pending' })
  })

  test('a direction or a way of recovery that does not exist is refused', async () => {
    const queen = queenWith([draft('1')])
    const error = await refusalOf(queen.plan({ direction: 'sideways' } as unknown as PlanOptions), 'CONFIG_INVALID')
    expect(error.hint).toContain("'up' or 'down'")
    expect((await refusalOf(queen.recover('1', 'skip' as 'resume'), 'CONFIG_INVALID')).hint).toContain("'resume'")
  })

  test.each([-1, 0.5, Number.NaN, '1; DROP TABLE x', 5n])('log refuses to show the last %s', async (last) => {
    const queen = queenWith([draft('1')])
    await queen.up()
    await refusalOf(queen.log({ last } as { last: number }), 'CONFIG_INVALID')
  })
})

describe('what a migration, its run and its queen say of the same', () => {
  /** Every script's times, and the isolation of its transactions. */
  function watching(drafts: readonly Draft[], options: QueenOptions = {}) {
    const seen: unknown[] = []
    const driver = faulty(':memory:', (real) => ({
      execute: async (script, execution) => {
        const { statementTimeout, ddlLockTimeout } = execution
        const isolation = script.flatMap((one) => (one.kind === 'begin' ? [one.isolation] : []))
        seen.push([statementTimeout, ddlLockTimeout, ...isolation])
        await real.execute(script, execution)
      },
    }))
    return { queen: queenOn(driver, drafts, options), seen }
  }

  test('the nearest counts: migration, run, queen, default', async () => {
    const own = { statementTimeout: 1, ddlLockTimeout: 2, isolation: 'serializable' } as const
    const drafts = [draft('1', own), draft('2')]
    const bare = watching(drafts)
    await bare.queen.up()
    expect(bare.seen).toEqual([
      [1, 2, 'serializable'],
      [undefined, 1_000, undefined],
    ])
    const { queen, seen } = watching(drafts, { statementTimeout: '1m', ddlLockTimeout: '2m' })
    await queen.up()
    await queen.reset({ statementTimeout: 3, ddlLockTimeout: '4s', isolation: 'repeatable read' })
    expect(seen).toEqual([
      [1, 2, 'serializable'],
      [60_000, 120_000, undefined],
      [3, 4_000, 'repeatable read'],
      [1, 2, 'serializable'],
    ])
  })

  test('isolation holds for functions, for runs of one transaction, and around counted statements', async () => {
    const run = { isolation: 'read committed' } as const
    const one = watching([oneWay('1', { upFn: async () => {} })])
    await one.queen.up(run)
    expect(one.seen).toEqual([[undefined, 1_000, 'read committed']])
    const all = watching([draft('1'), draft('2')])
    await all.queen.up({ ...run, atomic: true })
    expect(all.seen).toEqual([[undefined, 1_000, 'read committed']])
    const counted = watching([oneWay('1', { transaction: false, upSQL: ['SELECT 1', 'VACUUM', 'SELECT 2'] })])
    await counted.queen.up(run)
    expect(counted.seen).toEqual([[undefined, 1_000, 'read committed', 'read committed']])
  })
})
