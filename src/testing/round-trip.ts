import type { Inspector, SchemaObject } from '../core/driver.js'
import type { RegisteredMigration } from '../core/migration.js'
import type { Queen } from '../core/queen.js'
import type { Transaction } from '../core/transaction.js'
import { errorText } from './error-text.js'
import { rowsDiff } from './rows-diff.js'
import { schemaDiff } from './schema-diff.js'
import { checkSeed, plant, type Seed } from './seed.js'

/** Options of `testUpDown`. */
export interface UpDownOptions<Tx extends Transaction = Transaction> {
  /**
   * Rows to put in once a version has been walked and stays applied. From then on every migration is walked with rows in
   * the tables, and the rows of all tables must be the same after its up and down as before.
   */
  readonly seed?: Seed<Tx>
}

/** What `testUpDown` did. */
export interface RoundTrip {
  readonly migrations: readonly {
    readonly version: string
    readonly name: string
    readonly walked: 'both ways' | 'up only'
  }[]
  /** What was not tested, and why. */
  readonly notes: readonly string[]
}

type Snapshot = readonly SchemaObject[]

/**
 * Walks every migration: up, down, up. The schema must be the same after the down as before, and after the second up as
 * after the first; with a seed the rows must survive, too. Then everything down, and everything up again.
 *
 * @throws Error with one line for everything that differs
 */
export async function roundTrip<Tx extends Transaction>(
  queen: Queen<Tx>,
  inspector: Inspector<Tx>,
  options: UpDownOptions<Tx>,
): Promise<RoundTrip> {
  return await new Walk(queen, inspector, options.seed ?? {}).go()
}

class Walk<Tx extends Transaction> {
  readonly #queen: Queen<Tx>
  readonly #inspector: Inspector<Tx>
  readonly #seed: Seed<Tx>
  readonly #notes: string[] = []
  /** Where the way down ends: what is irreversible stays. */
  #floor: { readonly version: string | undefined; readonly schema: Snapshot } = { version: undefined, schema: [] }
  #rows: 'none' | 'seeded' = 'none'

  constructor(queen: Queen<Tx>, inspector: Inspector<Tx>, seed: Seed<Tx>) {
    this.#queen = queen
    this.#inspector = inspector
    this.#seed = seed
  }

  async go(): Promise<RoundTrip> {
    const migrations = await this.#chosen()
    this.#floor = { version: undefined, schema: await this.#schema() }
    for (const migration of migrations) {
      await this.#walk(migration)
      await plant(this.#queen, this.#seed, migration.version)
      if (this.#seed[migration.version] !== undefined) this.#rows = 'seeded'
    }
    await this.#allApplied()
    await this.#allTheWay()
    const walked = ({ irreversible }: RegisteredMigration<Tx>) =>
      irreversible === undefined ? ('both ways' as const) : ('up only' as const)
    return {
      migrations: migrations.map((one) => ({ version: one.version, name: one.name, walked: walked(one) })),
      notes: this.#notes,
    }
  }

  /** The migrations to walk, checked before the first is run. */
  async #chosen(): Promise<readonly RegisteredMigration<Tx>[]> {
    const status = await this.#queen.status()
    const touched = status.filter(({ state }) => state !== 'pending' && state !== 'skipped')
    if (touched.length > 0)
      throw new Error(
        `testUpDown begins with nothing applied, but ${touched[0]!.version} ${touched[0]!.name} is ${touched[0]!.state}`,
      )
    const skipped = status.filter(({ state }) => state === 'skipped').map(({ version }) => version)
    for (const version of skipped) this.#notes.push(`${version} was not walked: it belongs to other environments`)
    const migrations = this.#queen.migrations().filter(({ version }) => !skipped.includes(version))
    if (migrations.length === 0)
      throw new Error('testUpDown has no migrations to walk: register some with add(), or pass { migrations }')
    checkSeed(
      this.#seed,
      migrations.map(({ version }) => version),
    )
    const oneWay = migrations.filter(
      ({ downSQL, downFn, irreversible }) =>
        downSQL === undefined && downFn === undefined && irreversible === undefined,
    )
    fail(oneWay.map((one) => `${label(one)}: has no down: write downSQL or downFn, or mark it as irreversible: 'why'`))
    return migrations
  }

  async #walk(migration: RegisteredMigration<Tx>): Promise<void> {
    const before = await this.#schema()
    const rows = await this.#survivors()
    await this.#step('up', migration)
    const first = await this.#schema()
    if (migration.irreversible !== undefined) {
      this.#floor = { version: migration.version, schema: first }
      this.#notes.push(
        `${label(migration)} is irreversible (${migration.irreversible}): only its up was run, and nothing before it is taken back from here on`,
      )
      return
    }
    await this.#step('down', migration)
    const problems = schemaDiff('down', before, await this.#schema())
    if (rows !== undefined) problems.push(...rowsDiff('down', rows, (await this.#survivors())!))
    // On top of what a wrong down left, the next up would only fail for the same reason.
    if (problems.length === 0) {
      await this.#step('up', migration)
      problems.push(...schemaDiff('the second up', first, await this.#schema()))
    }
    fail(problems.map((line) => `${label(migration)}: ${line}`))
  }

  /** Everything down, as far as that is possible, and up again. */
  async #allTheWay(): Promise<void> {
    const { version, schema } = this.#floor
    const full = await this.#schema()
    const problems: string[] = []
    const attempt = async (what: string, run: () => Promise<unknown>): Promise<void> => {
      try {
        await run()
      } catch (error) {
        throw new Error(`all migrations: ${what} failed: ${errorText(error)}`, { cause: error })
      }
    }
    await attempt(
      'taking everything back',
      async () => await (version === undefined ? this.#queen.reset() : this.#queen.down({ to: version })),
    )
    problems.push(...schemaDiff('all downs together', schema, await this.#schema()))
    if (problems.length === 0) {
      await attempt('applying everything again', async () => await this.#queen.up())
      problems.push(...schemaDiff('all ups together', full, await this.#schema()))
      await this.#allApplied()
    }
    fail(problems.map((line) => `all migrations: ${line}`))
  }

  async #step(direction: 'up' | 'down', migration: RegisteredMigration<Tx>): Promise<void> {
    let moved: readonly string[]
    try {
      const report = await (direction === 'up' ? this.#queen.up({ steps: 1 }) : this.#queen.down({ steps: 1 }))
      moved = report.applied.map(({ version }) => version)
    } catch (error) {
      throw new Error(`${label(migration)}: ${direction} failed: ${errorText(error)}`, { cause: error })
    }
    if (moved.length !== 1 || moved[0] !== migration.version)
      throw new Error(
        `${label(migration)}: ${direction} took ${moved.length === 0 ? 'nothing' : moved.join(', ')} instead`,
      )
  }

  async #allApplied(): Promise<void> {
    const wrong = (await this.#queen.status()).filter(({ state }) => state !== 'applied' && state !== 'skipped')
    fail(wrong.map(({ version, name, state }) => `${version} ${name}: is ${state} at the end, not applied`))
  }

  async #schema(): Promise<Snapshot> {
    return await this.#queen.inspect(async (session) => await this.#inspector.snapshot(session))
  }

  async #survivors(): Promise<ReadonlyMap<string, readonly string[]> | undefined> {
    if (this.#rows === 'none') return undefined
    return await this.#queen.inspect(async (session) => await this.#inspector.rows(session))
  }
}

function label({ version, name, at }: RegisteredMigration<never>): string {
  return `${version} ${name} (${at})`
}

function fail(lines: readonly string[]): void {
  if (lines.length > 0) throw new Error(lines.join('\n'))
}
