import type { Transaction } from '../../core/transaction.js'
import { Bench } from './bench.js'
import { cancellationCases } from './cancellation.js'
import type { Case, Need } from './case.js'
import { contentionCases } from './contention.js'
import { escapeCases } from './escape.js'
import { functionCases } from './function.js'
import { historyCases } from './history.js'
import { identifierCases } from './identifier.js'
import { inspectorCases } from './inspector.js'
import { sessionCases } from './session.js'
import { lockCases } from './lock.js'
import type { ConformanceOptions } from './options.js'
import { processCases } from './process.js'
import { queenCases } from './queen.js'
import { recordCases } from './records.js'
import { scriptCases } from './script.js'

/**
 * Every case of the suite, by the name a deviation is given under, with what it needs.
 *
 * @example
 * ```ts
 * import { conformanceCases } from 'queen-migrate/testing/conformance'
 * for (const { name, needs } of conformanceCases) console.log(name, needs.join())
 * ```
 */
export const conformanceCases: readonly Pick<Case, 'name' | 'needs'>[] = [
  ...[...historyCases, ...recordCases, ...scriptCases, ...functionCases, ...escapeCases, ...cancellationCases],
  ...[
    ...contentionCases,
    ...lockCases,
    ...processCases,
    ...identifierCases,
    ...sessionCases,
    ...inspectorCases,
    ...queenCases,
  ],
]

/**
 * Registers the suite that every driver passes: one test for each promise of the port.
 *
 * @throws TypeError for a deviation that is no case, or has no reason
 *
 * @example
 * ```ts
 * import { describe, test } from 'node:test'
 * import { sqlite } from 'queen-migrate/sqlite'
 * import { conformance, conformanceCases } from 'queen-migrate/testing/conformance'
 * const one = conformanceCases.filter(({ needs }) => needs.includes('connections'))
 * conformance({
 *   runner: { describe, test },
 *   name: 'SQLite in memory',
 *   open: async () => ({ driver: sqlite(':memory:'), drop: async () => {} }),
 *   ddl: 'transactional',
 *   deviations: Object.fromEntries(one.map(({ name }) => [name, 'a database in memory has one connection'])),
 * })
 * ```
 */
export function conformance<Tx extends Transaction = Transaction>(options: ConformanceOptions<Tx>): void {
  const deviations = checkedDeviations(options)
  const { runner, name, open } = options
  runner.describe(`conformance of ${name}`, () => {
    for (const one of conformanceCases as readonly Case[]) {
      const reason = deviations.get(one.name) ?? lacking(one.needs, options)
      // The cases use no more of a transaction than every driver's has.
      const body = async (): Promise<void> => await runCase(one, options as never, open as never)
      if (reason === undefined) runner.test(one.name, body)
      else runner.test.skip(`${one.name} (${reason})`, body)
    }
  })
}

async function runCase(one: Case, options: ConformanceOptions, open: ConformanceOptions['open']): Promise<void> {
  const bench = new Bench(options, await open())
  try {
    await one.run(bench)
  } finally {
    await bench.clean()
  }
}

/** Why a case cannot be run with what the suite was given. */
function lacking(needs: readonly Need[], options: ConformanceOptions<never>): string | undefined {
  if (needs.includes('child') && options.child === undefined) return 'no module for a child was given'
  if (needs.includes('settings') && options.settings === undefined) return 'no settings were given'
  if (needs.includes('slow') && options.sql?.slow === undefined) return 'no slow statement was given'
  if (needs.includes('table locks') && options.sql?.lockTable === undefined) return 'no way to lock a table was given'
  if (needs.includes('remarks') && options.sql?.remarkable === undefined) return 'no remarkable statement was given'
  if (needs.includes('transactional DDL') && options.ddl === 'commits') return 'CREATE TABLE commits by itself'
  return undefined
}

function checkedDeviations({ deviations = {}, name }: ConformanceOptions<never>): ReadonlyMap<string, string> {
  for (const [deviation, reason] of Object.entries(deviations)) {
    if (!conformanceCases.some((one) => one.name === deviation))
      throw new TypeError(
        `${name} deviates from ${JSON.stringify(deviation)}, which is no case: conformanceCases lists them`,
      )
    if (typeof reason !== 'string' || reason.trim() === '')
      throw new TypeError(`${name} deviates from ${JSON.stringify(deviation)} without a reason`)
  }
  return new Map(Object.entries(deviations))
}
