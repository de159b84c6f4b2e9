import { QueenError } from './errors.js'
import type { RegisteredMigration } from './migration.js'
import { didYouMean } from './suggest.js'
import { seriesOf, sortByVersion } from './version.js'

type Node = RegisteredMigration<never>

/**
 * The one order of migrations: dependencies first, each series in its own order, and natural order wherever these two
 * leave a choice.
 *
 * @throws QueenError `UNKNOWN_VERSION` for a dependency that is not registered, `DEPENDENCY_CYCLE` printing the cycle.
 */
export function inOrder<M extends Node>(migrations: readonly M[]): M[] {
  const sorted = sortByVersion(migrations, (migration) => migration.version)
  if (sorted.every((migration) => migration.dependsOn === undefined)) return sorted

  const rank = new Map(sorted.map((migration, index) => [migration.version, index]))
  const needs = sorted.map((migration) => dependenciesOf(migration, rank))
  const lastOfSeries = new Map<string, number>()
  sorted.forEach((migration, index) => {
    const before = lastOfSeries.get(seriesOf(migration.version))
    if (before !== undefined) needs[index]!.add(before)
    lastOfSeries.set(seriesOf(migration.version), index)
  })
  return topological(needs, sorted).map((index) => sorted[index]!)
}

function dependenciesOf(migration: Node, rank: ReadonlyMap<string, number>): Set<number> {
  const found = new Set<number>()
  for (const version of migration.dependsOn ?? []) {
    const index = rank.get(version)
    if (index === undefined)
      throw new QueenError(
        'UNKNOWN_VERSION',
        `Migration ${migration.version} ${migration.name} at ${migration.at} depends on ${version}, which is not registered`,
        {
          hint: didYouMean(version, [...rank.keys()].slice(-20)),
          version: migration.version,
          at: String(migration.at),
        },
      )
    found.add(index)
  }
  return found
}

/** Kahn's algorithm. `ready` stays sorted; it holds at most one node of each series, so it stays short. */
function topological(needs: readonly ReadonlySet<number>[], sorted: readonly Node[]): number[] {
  const waiting = needs.map((set) => set.size)
  const followers: number[][] = needs.map(() => [])
  needs.forEach((set, index) => set.forEach((before) => followers[before]!.push(index)))
  const ready = waiting.flatMap((count, index) => (count === 0 ? [index] : []))
  const out: number[] = []
  while (ready.length > 0) {
    const index = ready.shift()!
    out.push(index)
    for (const follower of followers[index]!) {
      if (--waiting[follower]! > 0) continue
      const place = ready.findIndex((other) => other > follower)
      ready.splice(place === -1 ? ready.length : place, 0, follower)
    }
  }
  if (out.length < needs.length) throw cycleError(needs, waiting, sorted)
  return out
}

/** Every node left over waits for another one left over, so walking back from any of them must close a circle. */
function cycleError(needs: readonly ReadonlySet<number>[], waiting: readonly number[], sorted: readonly Node[]) {
  const path: number[] = []
  let index = waiting.findIndex((count) => count > 0)
  while (!path.includes(index)) {
    path.push(index)
    index = [...needs[index]!].find((before) => waiting[before]! > 0)!
  }
  const circle = [...path.slice(path.indexOf(index)), index].map((i) => sorted[i]!.version)
  return new QueenError('DEPENDENCY_CYCLE', `The dependencies form a cycle: ${circle.join(' -> ')}`, {
    hint: 'each arrow reads "comes after"; within a series the order of versions counts too. Remove one dependsOn',
    versions: circle,
  })
}
