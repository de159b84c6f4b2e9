import { describe, expect, test } from 'vitest'
import {
  databaseFile,
  draft,
  faulty,
  listen,
  oneWay,
  queenOn,
  refusalOf,
  states,
  tables,
  type Draft,
} from '../support/core.js'

/** As behind a pooler that hands out a connection for each transaction: everybody gets the lock, and it keeps nobody out. */
const pooled = (file: string) =>
  faulty(file, () => ({
    affinity: 'transaction',
    tryLock: async () => await Promise.resolve({ release: async () => await Promise.resolve() }),
  }))
const many = Array.from({ length: 5 }, (_, index) => draft(String(index + 1)))
const versions = many.map(({ version }) => version)
const names = (list: readonly { readonly version: string }[]): string[] => list.map(({ version }) => version)
const inOrder = (list: readonly string[]): string[] => [...list].sort((a, b) => Number(a) - Number(b))

describe('a connection that lasts one transaction', () => {
  test('is warned of, once in a run that takes the lock', async () => {
    const queen = queenOn(pooled(databaseFile().file), [draft('1'), draft('2')])
    const seen = listen(queen, 'warning')
    await queen.up()
    await queen.up()
    expect(seen.map(({ event }) => event)).toMatchObject([{ code: 'POOLED_CONNECTION', severity: 'warning' }])
    expect((seen[0]!.event as { hint: string }).hint).toContain('session mode')
  })

  test.each<[string, Partial<Draft>]>([
    ['transaction: false', { transaction: false }],
    ['a down', { downSQL: 'VACUUM', transaction: false }],
  ])('is refused for what commits statement by statement (%s), before anything is done', async (_, more) => {
    const { file } = databaseFile()
    const queen = queenOn(pooled(file), [draft('1'), draft('2', more)])
    const error = await refusalOf(queen.up(), 'POOLED_CONNECTION')
    expect(error).toMatchObject({ version: '2', migrationName: 'make_2' })
    expect(error.message).toMatch(/^2 make_2 commits statement by statement/)
    expect(error.hint).toMatch(/URL of the server itself, or of a pooler in session mode/)
    expect(await tables(queen)).toEqual([])
    expect(await states(queen)).toEqual({ '1': 'pending', '2': 'pending' })
  })

  test('is refused on the way down as well, and for recover --resume', async () => {
    const { file } = databaseFile()
    const half = oneWay('2', { transaction: false, upSQL: ['CREATE TABLE a (n)', 'nonsense'], downSQL: 'DROP TABLE a' })
    await refusalOf(
      queenOn(
        faulty(file, () => ({})),
        [draft('1'), half],
      ).up(),
      'MIGRATION_FAILED',
    )
    const queen = queenOn(pooled(file), [draft('1'), half])
    expect((await refusalOf(queen.recover('2', 'resume'), 'POOLED_CONNECTION')).version).toBe('2')
    await queen.recover('2', 'applied')
    expect((await refusalOf(queen.down(), 'POOLED_CONNECTION')).message).toMatch(/^The down of 2 make_2/)
    expect(await states(queen)).toEqual({ '1': 'applied', '2': 'applied' })
  })

  test.each([false, true])('applies each migration once, whoever else is at work (atomic: %s)', async (atomic) => {
    const { file } = databaseFile()
    const queens = Array.from({ length: 3 }, () => queenOn(pooled(file), many))
    const results = await Promise.all(queens.map(async (queen) => await queen.up({ atomic })))
    expect(inOrder(results.flatMap(({ applied }) => names(applied)))).toEqual(versions)
    const [one] = queens
    expect(names(await one!.log()).toReversed()).toEqual(versions)
    expect(await tables(one!)).toHaveLength(many.length)
  })

  test('takes each back once, whoever else is at work', async () => {
    const { file } = databaseFile()
    const queens = Array.from({ length: 3 }, () => queenOn(pooled(file), many))
    await queens[0]!.up()
    const results = await Promise.all(queens.map(async (queen) => await queen.reset()))
    expect(inOrder(results.flatMap(({ applied }) => names(applied)))).toEqual(versions)
    expect((await queens[0]!.log()).filter(({ action }) => action === 'down')).toHaveLength(many.length)
    expect(await tables(queens[0]!)).toEqual([])
    expect(await queens[0]!.version()).toBeNull()
  })

  test('keeps apart who applies and who takes back', async () => {
    const { file } = databaseFile()
    const queens = Array.from({ length: 3 }, () => queenOn(pooled(file), many))
    await queens[0]!.up({ to: '3' })
    const work = queens.map(async (queen, index) => (index % 2 === 0 ? await queen.up() : await queen.down()))
    // Whoever finds what he planned for done, undone and done again may fail; nothing may be half done.
    await Promise.allSettled(work)
    const applied = Object.entries(await states(queens[0]!)).filter(([, state]) => state === 'applied')
    expect(await tables(queens[0]!)).toEqual(applied.map(([version]) => `t_${version}`).sort())
  })
})
