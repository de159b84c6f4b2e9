import { join } from 'node:path'
import Database from 'better-sqlite3'
import { onTestFinished } from 'vitest'
import type { Blocker } from '../../src/core/blocker.js'
import { callSite } from '../../src/core/call-site.js'
import { checksumsOf } from '../../src/core/checksum.js'
import type { Driver, HistoryTable, Session } from '../../src/core/driver.js'
import { QueenError, type QueenErrorCode } from '../../src/core/errors.js'
import { ExecutionError, type Operation } from '../../src/core/execution.js'
import type { QueenEventName, QueenEvents } from '../../src/core/events.js'
import { acceptMigration, type Migration, type RegisteredMigration } from '../../src/core/migration.js'
import type { QueenOptions } from '../../src/core/options.js'
import { Queen } from '../../src/core/queen.js'
import type { MigrationRecord } from '../../src/core/record.js'
import type { Transaction } from '../../src/core/transaction.js'
import { sqlite, type SqliteTransaction } from '../../src/drivers/sqlite/index.js'
import { temporaryFolder } from './folder.js'

export type Draft = Migration<SqliteTransaction>
export type TestQueen = Queen<SqliteTransaction>

/** A migration that creates and drops a table of its own, with whatever else a test says. */
export function draft<Tx extends Transaction = Transaction>(
  version: string,
  more: Partial<Migration<Tx>> = {},
): Migration<Tx> {
  const table = `"t_${version}"`
  const sql = { upSQL: `CREATE TABLE ${table} (id INTEGER)`, downSQL: `DROP TABLE ${table}` }
  return { version, name: `make_${version}`, ...sql, ...more }
}

/** A draft with only its up half. */
export function oneWay<Tx extends Transaction = Transaction>(
  version: string,
  more: Partial<Migration<Tx>> = {},
): Migration<Tx> {
  return { version, name: `make_${version}`, upSQL: `CREATE TABLE "t_${version}" (id INTEGER)`, ...more }
}

export function registered(input: Migration<never>): RegisteredMigration<never> {
  return acceptMigration(input, callSite(registered))
}

/** A record of a migration as it is written once it is applied. */
export function record(migration: RegisteredMigration<never>, id: number, more: Partial<MigrationRecord> = {}) {
  const { up, down } = checksumsOf(migration, 'sqlite')
  const { version, name } = migration
  return { ...bareRecord(version, id), name, checksum: up, downChecksum: down, ...more }
}

/** A record of a version nobody has to know. */
export function bareRecord(version: string, id: number, more: Partial<MigrationRecord> = {}): MigrationRecord {
  const counts = { statementsStarted: 1, statementsDone: 1, statementsTotal: 1 }
  const times = { startedAt: '2026-01-01T00:00:00.000Z', appliedAt: '2026-01-01T00:00:01.000Z', durationMs: 1_000 }
  return {
    ...{ id, version, name: `make_${version}`, checksum: null, downChecksum: null, status: 'applied', direction: 'up' },
    ...{ ...counts, ...times, executedHash: null, fingerprint: null },
    ...{ appliedBy: 'ann@box#1', queenVersion: '0.1.0', error: null },
    ...more,
  }
}

/** A queen with migrations on a target (a database in memory unless said otherwise), closed when the test ends. */
export function queenWith(
  drafts: readonly Draft[],
  target: Parameters<typeof sqlite>[0] = ':memory:',
  options: QueenOptions = {},
): TestQueen {
  const queen = new Queen<SqliteTransaction>(sqlite(target), options)
  for (const one of drafts) queen.add(one)
  onTestFinished(async () => await queen.close())
  return queen
}

/** A file for a database that does not exist yet, and a way to ask it. */
export function databaseFile() {
  const file = join(temporaryFolder(), 'app.db')
  const ask = (sql: string): unknown[] => {
    const db = new Database(file)
    try {
      return db.prepare(sql).raw().all()
    } finally {
      db.close()
    }
  }
  const write = (sql: string): void => {
    const db = new Database(file)
    try {
      db.exec(sql)
    } finally {
      db.close()
    }
  }
  return { file, ask, write }
}

/** The names of all tables but Queen's own, in a queen's database. */
export async function tables(queen: TestQueen): Promise<string[]> {
  const names = await ask(queen, `SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`)
  return names.map(([name]) => String(name)).filter((name) => !name.startsWith('queen_'))
}

/** Rows of a query on the queen's own connection. */
export async function ask(queen: TestQueen, sql: string): Promise<unknown[][]> {
  return await queen.inspect(
    async (session) =>
      await Promise.resolve(
        ((session as unknown as { database: Database.Database | null }).database?.prepare(sql).raw().all() ??
          []) as unknown[][],
      ),
  )
}

/** The QueenError a piece of work ends with; anything else is a failure of the test. */
export async function refusalOf(work: Promise<unknown> | (() => unknown), code?: QueenErrorCode): Promise<QueenError> {
  let outcome: unknown
  try {
    outcome = await (typeof work === 'function' ? work() : work)
  } catch (error) {
    if (!(error instanceof QueenError)) throw error
    if (code !== undefined && error.code !== code)
      throw new Error(`expected ${code}, got ${error.code}: ${error.message}`, { cause: error })
    return error
  }
  throw new Error(`expected ${code ?? 'a refusal'}, got ${JSON.stringify(outcome)}`)
}

/** Collects events as they come, by name. */
export function listen(queen: TestQueen, ...names: readonly QueenEventName[]) {
  const seen: { readonly name: QueenEventName; readonly event: QueenEvents[QueenEventName] }[] = []
  for (const name of names) queen.on(name, (event) => void seen.push({ name, event }))
  return seen
}

/** Every version with its state. */
export async function states(queen: TestQueen): Promise<Record<string, string>> {
  return Object.fromEntries((await queen.status()).map(({ version, state }) => [version, state]))
}

/** Resolves at a `release`, which a test calls when it is ready. */
export function gate(): { readonly passed: Promise<void>; readonly release: () => void } {
  let release = (): void => {}
  const passed = new Promise<void>((resolve) => (release = resolve))
  return { passed, release }
}

type TestSession = Session<SqliteTransaction>

/** A real driver with some of its sessions' methods replaced: for what a working database never does. */
export function faulty(
  target: Parameters<typeof sqlite>[0],
  faults: (real: TestSession) => Partial<TestSession>,
): Driver<SqliteTransaction> {
  const driver = sqlite(target)
  const connect = async (table: HistoryTable): Promise<TestSession> => {
    const real = await driver.connect(table)
    const replaced = faults(real) as Record<PropertyKey, unknown>
    return new Proxy(real, {
      get: (session, key) => {
        const value: unknown = replaced[key] ?? Reflect.get(session, key, session)
        return typeof value === 'function' ? (value as () => unknown).bind(session) : value
      },
    })
  }
  return { ...driver, connect }
}

const BLOCKER: Blocker = {
  id: '4711',
  who: 'ann from 10.0.0.3, psql',
  since: '2026-05-01T12:03:11.000Z',
  state: 'idle in transaction',
  query: "UPDATE users SET password =\n  's3cret'",
}

/** Where a driver's script gets no lock: at a statement with this text in it, or at this kind of operation. */
interface Miss {
  readonly at: string | Operation['kind']
  /** How often. Default always. */
  readonly times?: number
  readonly blockers?: readonly Blocker[]
}

/** A real driver on which something gets no lock on a table: it fails, and takes back what the database takes back. */
export function missing(
  target: Parameters<typeof sqlite>[0],
  { at, times = Infinity, blockers = [BLOCKER] }: Miss,
  faults: (real: TestSession) => Partial<TestSession> = () => ({}),
): Driver<SqliteTransaction> {
  let left = times
  return faulty(target, (real) => ({
    execute: async (script, execution) => {
      const place = script.findIndex((one) => one.kind === at || (one.kind === 'statement' && one.text.includes(at)))
      if (place === -1 || left-- <= 0) return await real.execute(script, execution)
      const refused: Operation<SqliteTransaction> = { kind: 'statement', text: 'SELECT * FROM "locked away"' }
      try {
        return await real.execute(script.with(place, refused), execution)
      } catch (error) {
        if (!(error instanceof ExecutionError) || error.operation !== place) throw error
        const { operation, outcome, cause } = error
        throw new ExecutionError('lock timeout', { failure: 'locked', operation, outcome, blockers, cause })
      }
    },
    ...faults(real),
  }))
}

/** A queen on a driver. */
export function queenOn(
  driver: Driver<SqliteTransaction>,
  drafts: readonly Draft[],
  options: QueenOptions = {},
): TestQueen {
  const queen = new Queen<SqliteTransaction>(driver, options)
  for (const one of drafts) queen.add(one)
  onTestFinished(async () => await queen.close())
  return queen
}
