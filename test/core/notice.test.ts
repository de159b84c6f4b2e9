import { expect, test } from 'vitest'
import type { QueenEvents } from '../../src/core/events.js'
import { draft, faulty, listen, queenOn } from '../support/core.js'

/** A driver whose database remarks on every statement, so many times. */
const remarking = (times: number, message = 'relation exists, skipping') =>
  faulty(':memory:', (real) => ({
    execute: async (script, execution) => {
      await real.execute(script, {
        ...execution,
        reached: (operation) => {
          execution.reached?.(operation)
          if (script[operation]!.kind !== 'statement') return
          for (let i = 0; i < times; i++) execution.notice?.({ severity: 'NOTICE', message })
        },
      })
    },
  }))
const texts = (seen: ReturnType<typeof listen>): string[] =>
  seen.map(({ name, event }) => {
    const { version, message } = event as QueenEvents['notice']
    return name === 'notice' ? `${version} ${message}` : `${version} end`
  })

test('what the database remarks is told with the migration it was remarked on', async () => {
  const queen = queenOn(remarking(1), [draft('1'), draft('2')])
  const seen = listen(queen, 'notice', 'migrationEnd')
  await queen.up()
  expect(texts(seen)).toEqual([...['1 relation exists, skipping', '1 end', '2 relation exists, skipping', '2 end']])
  expect(seen[0]!.event).toMatchObject({ name: 'make_1', direction: 'up', severity: 'NOTICE' })
  seen.length = 0
  await queen.reset()
  await queen.up({ atomic: true })
  expect(texts(seen).slice(4)).toEqual([
    ...['1 relation exists, skipping', '2 relation exists, skipping', '1 end', '2 end'],
  ])
})

test('but no more than 200 times for a migration, and then how many were left out', async () => {
  const queen = queenOn(remarking(250), [draft('1'), draft('2')])
  const seen = listen(queen, 'notice', 'migrationEnd')
  await queen.up({ atomic: true })
  const [first, second] = ['1', '2'].map((version) => texts(seen).filter((text) => text.startsWith(`${version} `)))
  for (const [version, list] of [
    ['1', first!],
    ['2', second!],
  ] as const) {
    expect(list).toHaveLength(202)
    expect(list.slice(-2)).toEqual([`${version} 50 more were left out`, `${version} end`])
  }
})

test('a failure does not swallow how many were left out', async () => {
  const queen = queenOn(remarking(201), [draft('1', { upSQL: 'nonsense' })])
  const seen = listen(queen, 'notice')
  await queen.up().catch(() => {})
  expect(texts(seen)).toHaveLength(201)
  expect(texts(seen).at(-1)).toBe('1 1 more were left out')
})

test('no password in it, and no end', async () => {
  const queen = queenOn(remarking(1, `password='s3cret' ${'x'.repeat(10_000)}`), [draft('1')])
  const seen = listen(queen, 'notice')
  await queen.up()
  expect(JSON.stringify(seen)).not.toContain('s3cret')
  expect((seen[0]!.event as QueenEvents['notice']).message).toHaveLength(2_000)
})
