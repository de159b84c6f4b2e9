import { callSite } from './call-site.js'
import { Connection } from './connection.js'
import type { Driver, Session } from './driver.js'
import { milliseconds } from './duration.js'
import { QueenError } from './errors.js'
import { Emitter, type QueenEventName, type QueenListener } from './events.js'
import type { Recovery } from './maintenance.js'
import type { Migration, RegisteredMigration } from './migration.js'
import {
  checkDeskOptions,
  checkLast,
  checkRunOptions,
  checkVersion,
  settingsFrom,
  type DownOptions,
  type QueenOptions,
  type RunOptions,
  type Settings,
  type UpOptions,
} from './options.js'
import type { PlanRequest } from './plan.js'
import type { PlannedStep } from './planned.js'
import type { Problem } from './problem.js'
import { inOrderOfApplication, type JournalEntry } from './record.js'
import { Registry } from './registry.js'
import type { Job, RunResult } from './job.js'
import { currentRows, statusOf, type MigrationStatus } from './status.js'
import type { Transaction } from './transaction.js'

/** A run, or with `dryRun` what it would do. */
export interface RunReport extends RunResult {
  /** Present with `dryRun`: the steps, of which none was taken. */
  readonly planned?: readonly PlannedStep[]
}

/**
 * What plans, runs and repairs is loaded by the first call that needs it: looking at a status takes a third of the code,
 * and is what programs and people do most.
 */
const tasks = async () => await import('./tasks.js')

/** What `plan` is asked for. */
export interface PlanOptions {
  /** Default `up`. */
  readonly direction?: 'up' | 'down'
  readonly to?: string
  readonly steps?: number
  readonly allowOutOfOrder?: boolean
  readonly allowUnknown?: boolean
  readonly environment?: string
}

/**
 * Migrations, and the database they are for. Register with `add`, bind with `with` (or in the constructor), then run.
 * Nothing connects before the first call that needs the database.
 *
 * @example
 * ```ts
 * import { Queen } from 'queen-migrate'
 * import { sqlite } from 'queen-migrate/sqlite'
 * const q = new Queen()
 * q.add({ version: '001', name: 'create_users', upSQL: 'CREATE TABLE users (id INTEGER PRIMARY KEY)', downSQL: 'DROP TABLE users' })
 * const db = q.with(sqlite('app.db'))
 * await db.up()
 * await db.close()
 * ```
 */
export class Queen<Tx extends Transaction = Transaction> {
  readonly #settings: Settings
  readonly #options: QueenOptions
  readonly #connection: Connection<Tx> | undefined
  readonly #events = new Emitter()
  #registry = new Registry<Tx>()

  /** @throws QueenError `CONFIG_INVALID` naming the option. */
  constructor(driver?: Driver<Tx>, options: QueenOptions = {}) {
    this.#options = options
    this.#settings = settingsFrom(options)
    const { table: name, schema } = this.#settings
    if (driver !== undefined) this.#connection = new Connection(driver, { name, schema })
  }

  /**
   * Registers a migration. Everything that can be checked without a database is checked here.
   *
   * @throws QueenError `INVALID_MIGRATION`, `DUPLICATE_VERSION`
   */
  add(migration: Migration<Tx>): this {
    this.#registry.add(migration, callSite(this.add))
    return this
  }

  /** The same migrations, bound to a database. Options given here go before the queen's own. */
  with<Bound extends Tx>(driver: Driver<Bound>, options: QueenOptions = {}): Queen<Bound> {
    const bound = new Queen<Bound>(driver, { ...this.#options, ...options })
    // A function that takes any Tx takes a Bound one; the class only cannot say so, because add() takes them in.
    bound.#registry = this.#registry as unknown as Registry<Bound>
    return bound
  }

  /** The registered migrations in the order they are applied. @throws QueenError `UNKNOWN_VERSION`, `DEPENDENCY_CYCLE` */
  migrations(): readonly RegisteredMigration<Tx>[] {
    return this.#registry.ordered()
  }

  /**
   * Applies what is pending: all of it, `steps` of it, or up to and with `to`.
   *
   * @throws QueenError `CHECKSUM_MISMATCH`, `OUT_OF_ORDER`, `UNKNOWN_APPLIED`, `UNKNOWN_VERSION`, `FAILED_MIGRATION`,
   * `INTERRUPTED`, `LOCK_TIMEOUT`, `MIGRATION_FAILED`, `TIMEOUT`, `ABORTED`, `CONNECTION_FAILED`
   */
  async up(options: UpOptions = {}): Promise<RunReport> {
    checkRunOptions(options, ['to', 'steps'])
    return await this.#run({ action: 'up', to: options.to, steps: options.steps }, options)
  }

  /** Takes applied migrations back, the newest application first. Default one step. @throws as `up`, and `IRREVERSIBLE` */
  async down(options: DownOptions = {}): Promise<RunReport> {
    checkRunOptions(options, ['to', 'steps'])
    return await this.#run({ action: 'down', to: options.to, steps: options.steps }, options)
  }

  /** Goes to a version, up or down: it is the last one applied then. @throws as `up` and `down` */
  async goto(version: string, options: RunOptions = {}): Promise<RunReport> {
    checkVersion(version)
    checkRunOptions(options)
    return await this.#run({ action: 'goto', version }, options)
  }

  /** Takes the last migrations back and applies them again, under one lock. @throws as `up` and `down` */
  async redo(options: RunOptions & { readonly steps?: number } = {}): Promise<RunReport> {
    checkRunOptions(options, ['steps'])
    return await this.#run({ action: 'redo', steps: options.steps ?? 1 }, options)
  }

  /** Takes everything back. @throws as `down` */
  async reset(options: RunOptions = {}): Promise<RunReport> {
    checkRunOptions(options)
    return await this.#run({ action: 'reset' }, options)
  }

  /** What `up` or `down` would do, with its SQL, in order. Writes nothing. @throws what would refuse the run */
  async plan(options: PlanOptions = {}): Promise<readonly PlannedStep[]> {
    const { direction = 'up', ...rest } = options
    checkRunOptions(rest as UpOptions, ['to', 'steps'])
    if (direction !== 'up' && direction !== 'down')
      throw new QueenError('CONFIG_INVALID', `there is no direction ${JSON.stringify(direction)}`, {
        hint: `write 'up' or 'down'`,
      })
    return await this.#planned({ action: direction, to: options.to, steps: options.steps }, rest)
  }

  /** One row for each version that is registered or recorded, in order. */
  async status(options: Pick<RunOptions, 'environment'> = {}): Promise<readonly MigrationStatus[]> {
    checkRunOptions(options)
    return await this.#read(options, async (session, job) => (await currentRows(session, job)).map(statusOf))
  }

  /** The version applied last, null when none is. */
  async version(): Promise<string | null> {
    return await this.#read({}, async (session) => inOrderOfApplication((await session.history()) ?? []).at(-1) ?? null)
  }

  /**
   * Everything that is wrong or doubtful: changed and unknown versions, half-done ones, wrong order, SQL that cannot
   * run, functions without a checksum. [] when all is sound. Pending migrations are no problem.
   */
  async validate(options: Pick<RunOptions, 'environment'> = {}): Promise<readonly Problem[]> {
    checkRunOptions(options)
    return await this.#task(options, async ({ validate }, session, job) => await validate(session, job))
  }

  /** What is still to be applied here, in order. */
  async pending(options: Pick<RunOptions, 'environment'> = {}): Promise<readonly MigrationStatus[]> {
    return (await this.status(options)).filter((row) => row.state === 'pending' || row.state === 'outOfOrder')
  }

  /**
   * For the start of an application: resolves when everything is applied. One read, no lock, no write.
   *
   * @throws QueenError `PENDING_MIGRATIONS` naming them, or what would refuse a run
   */
  async assertCurrent(options: Pick<RunOptions, 'environment'> = {}): Promise<void> {
    checkRunOptions(options)
    await this.#task(options, async ({ assertCurrent }, session, job) => await assertCurrent(session, job))
  }

  /** Records everything up to a version as applied without running it. Returns what was recorded. @throws QueenError `UNKNOWN_VERSION` */
  async baseline(version: string, options: RunOptions = {}): Promise<readonly string[]> {
    checkVersion(version)
    checkDeskOptions(options)
    return await this.#task(options, async ({ baseline }, session, job) => await baseline({ session, job }, version))
  }

  /**
   * Settles a migration that stopped half-way: `resume` goes on behind what is committed, `applied` and `pending` record
   * that it was finished or undone by hand.
   *
   * @throws QueenError `INTERRUPTED` when it cannot go on, `MIGRATION_FAILED` when it fails again
   */
  async recover(version: string, how: Recovery, options: RunOptions = {}): Promise<void> {
    if (how !== 'applied' && how !== 'pending' && how !== 'resume')
      throw new QueenError('CONFIG_INVALID', `there is no way to recover called ${JSON.stringify(how)}`, {
        hint: `write 'resume', 'applied' or 'pending'`,
      })
    checkVersion(version)
    checkDeskOptions(options)
    await this.#task(options, async ({ recover }, session, job) => await recover({ session, job }, version, how))
  }

  /** Accepts the registered text of applied migrations as what was applied. Default: of all that differ. Returns the repaired. */
  async repair(versions: string | readonly string[] = [], options: RunOptions = {}): Promise<readonly string[]> {
    const list = Array.isArray(versions) ? (versions as readonly string[]) : [versions as string]
    for (const version of list) checkVersion(version)
    checkDeskOptions(options)
    return await this.#task(options, async ({ repair }, session, job) => await repair({ session, job }, list))
  }

  /** The journal of everything that was ever done, newest first. */
  async log(options: { readonly last?: number } = {}): Promise<readonly JournalEntry[]> {
    checkLast(options)
    return await this.#read({}, async (session) => await session.journal(options.last))
  }

  /** Does work with the open session, after everything asked for before. For tools that look into the database. */
  async inspect<T>(work: (session: Session<Tx>) => Promise<T>): Promise<T> {
    return await this.#read({}, work)
  }

  /** Listens to what runs tell. Returns the function that ends listening. */
  on<Name extends QueenEventName>(name: Name, listener: QueenListener<Name>): () => void {
    return this.#events.on(name, listener)
  }

  /** The database this queen is bound to, for people: no password in it. '' while it is bound to none. */
  get target(): string {
    return this.#connection?.driver.target ?? ''
  }

  /** Closes the connection, if one is open. A client that was handed in stays open. */
  async close(): Promise<void> {
    await this.#connection?.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #run(request: PlanRequest, options: RunOptions): Promise<RunReport> {
    if (options.dryRun !== true)
      return await this.#task(options, async ({ run }, session, job) => await run(session, job, request))
    const planned = await this.#planned(request, options)
    const version = await this.version()
    return { direction: planned[0]?.direction ?? 'up', applied: [], from: version, to: version, planned }
  }

  async #planned(request: PlanRequest, options: RunOptions): Promise<readonly PlannedStep[]> {
    return await this.#task(options, async ({ planned }, session, job) => await planned(session, job, request))
  }

  /** Loads inside of its turn, so that calls are served in the order they were made. */
  async #task<T>(
    options: RunOptions,
    work: (task: Awaited<ReturnType<typeof tasks>>, session: Session<Tx>, job: Job<Tx>) => Promise<T>,
  ): Promise<T> {
    return await this.#read(options, async (session, job) => await work(await tasks(), session, job))
  }

  async #read<T>(options: RunOptions, work: (session: Session<Tx>, job: Job<Tx>) => Promise<T>): Promise<T> {
    const connection = this.#bound()
    const job = this.#job(options, connection.driver)
    return await connection.use(async (session) => await work(session, job), job)
  }

  #bound(): Connection<Tx> {
    if (this.#connection !== undefined) return this.#connection
    throw new QueenError('CONFIG_INVALID', 'This queen is not bound to a database', {
      hint: `bind it: q.with(sqlite('app.db')).up()`,
    })
  }

  #job(options: RunOptions, driver: Driver<Tx>): Job<Tx> {
    const settings = this.#settings
    const time = (what: 'timeout' | 'lockTimeout' | 'ddlLockTimeout' | 'statementTimeout'): number | undefined =>
      options[what] === undefined ? undefined : milliseconds(options[what], what)
    return {
      registered: this.migrations(),
      dialect: driver.dialect,
      target: driver.target,
      events: this.#events,
      policy: {
        outOfOrder: options.allowOutOfOrder === true ? 'allow' : 'refuse',
        unknown: options.allowUnknown === true ? 'allow' : 'refuse',
      },
      environment: options.environment ?? settings.environment,
      atomic: options.atomic === true,
      onFailure: options.onFailure ?? 'stop',
      signal: options.signal,
      stop: options.stop,
      timeout: time('timeout'),
      lockTimeout: time('lockTimeout') ?? settings.lockTimeout,
      ddlLockTimeout: time('ddlLockTimeout') ?? settings.ddlLockTimeout,
      statementTimeout: time('statementTimeout') ?? settings.statementTimeout,
      isolation: options.isolation,
      context: options.context,
      reconnect: async () => await driver.connect({ name: settings.table, schema: settings.schema }),
    }
  }
}
