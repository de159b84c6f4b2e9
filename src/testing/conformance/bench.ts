import assert from 'node:assert/strict'
import type { Driver, Inspector, Lock, Session } from '../../core/driver.js'
import { ExecutionError, type Execution, type Operation } from '../../core/execution.js'
import { NOW, type RecordWrite } from '../../core/record.js'
import type { Dialect } from '../../core/sql/dialect.js'
import type { Parameter, Transaction } from '../../core/transaction.js'
import type { ConformanceDatabase, ConformanceOptions } from './options.js'

/** The table Queen keeps its history in by default. */
export const TABLE = 'queen_migrations'

interface Words {
  readonly parameter: (n: number) => string
  readonly binary: string
  readonly dropIndex: (index: string, table: string) => string
}

const WORDS: Readonly<Record<Dialect, Words>> = {
  postgres: { parameter: (n) => `$${n}`, binary: 'BYTEA', dropIndex: (index) => `DROP INDEX ${index}` },
  mysql: { parameter: () => '?', binary: 'BLOB', dropIndex: (index, table) => `DROP INDEX ${index} ON ${table}` },
  sqlite: { parameter: () => '?', binary: 'BLOB', dropIndex: (index) => `DROP INDEX ${index}` },
}

/** A session that holds the lock, with Queen's tables in place: the state core is in when it begins to work. */
export interface Ready {
  readonly session: Session
  readonly lock: Lock
}

/** What a case works with: a database of its own, and everything it opens there, which is closed behind it. */
export class Bench {
  readonly options: ConformanceOptions
  readonly database: ConformanceDatabase
  readonly #sessions: Session[] = []
  readonly #others: ConformanceDatabase[] = []

  constructor(options: ConformanceOptions, database: ConformanceDatabase) {
    this.options = options
    this.database = database
  }

  get driver(): Driver & Partial<Inspector> {
    return this.database.driver
  }

  /** What of the SQL differs between databases. */
  get words(): Words {
    return { ...WORDS[this.driver.dialect], ...this.options.sql }
  }

  async connect(name = TABLE): Promise<Session> {
    const session = await this.driver.connect({ name })
    this.#sessions.push(session)
    return session
  }

  async ready(name = TABLE): Promise<Ready> {
    const session = await this.connect(name)
    const lock = await session.tryLock('conformance')
    assert(lock !== null, 'the lock of a new database is free')
    await session.prepare()
    return { session, lock }
  }

  /** Another database, for cases that need several one after the other. */
  async another(): Promise<ConformanceDatabase> {
    const database = await this.options.open()
    this.#others.push(database)
    return database
  }

  async clean(): Promise<void> {
    for (const session of this.#sessions) await session.close()
    for (const database of [...this.#others, this.database]) await database.drop()
  }
}

/** Plays a script as core would. */
export async function play(
  session: Session,
  script: readonly Operation[],
  circumstances: Partial<Execution> = {},
): Promise<void> {
  const activity = { direction: 'up', version: '001', name: 'conformance' } as const
  await session.execute(script, {
    activity,
    busyTimeout: 10_000,
    signal: new AbortController().signal,
    ...circumstances,
  })
}

/** Plays a script that must fail, and returns how. */
export async function failing(
  session: Session,
  script: readonly Operation[],
  circumstances: Partial<Execution> = {},
): Promise<ExecutionError> {
  const error = await play(session, script, circumstances).then(
    () => assert.fail('the script must not succeed'),
    (reason: unknown) => reason,
  )
  assert(error instanceof ExecutionError, `execute() must throw an ExecutionError, not ${String(error)}`)
  assert(error.message !== '', 'an ExecutionError says what went wrong')
  return error
}

export const BEGIN: Operation = { kind: 'begin' }
export const COMMIT: Operation = { kind: 'commit' }

export function statement(text: string): Operation {
  return { kind: 'statement', text }
}

export function call(work: (tx: Transaction) => Promise<void>): Operation {
  return { kind: 'call', call: work }
}

type Values = Extract<RecordWrite, { write: 'insert' }>['values']
type JournalValues = Extract<RecordWrite, { write: 'journal' }>['values']

/** Records a version as applied just now. */
export function insert(version: string, values: Values = {}): Operation {
  const counts = { statementsStarted: 1, statementsDone: 1, statementsTotal: 1 }
  const about = { version, name: 'conformance', status: 'applied', direction: 'up', ...counts } as const
  return {
    kind: 'write',
    write: {
      write: 'insert',
      values: { ...about, startedAt: NOW, appliedAt: NOW, appliedBy: 'somebody', queenVersion: '0.0.0', ...values },
    },
  }
}

export function update(version: string, values: Values): Operation {
  return { kind: 'write', write: { write: 'update', version, values } }
}

export function remove(version: string): Operation {
  return { kind: 'write', write: { write: 'delete', version } }
}

export function journal(version: string, values: JournalValues = {}): Operation {
  const entry = {
    runId: 'run',
    version,
    name: 'conformance',
    action: 'up',
    outcome: 'done',
    startedAt: NOW,
    finishedAt: NOW,
    durationMs: 1,
    doneBy: 'somebody',
  } as const
  return { kind: 'write', write: { write: 'journal', values: { ...entry, ...values } } }
}

/** The rows of a query. */
export async function select(
  session: Session,
  sql: string,
  parameters?: readonly Parameter[],
): Promise<Record<string, unknown>[]> {
  let rows: Record<string, unknown>[] = []
  await play(session, [BEGIN, call(async (tx) => void (rows = await tx.query(sql, parameters))), COMMIT])
  return rows
}

/** How many rows a table has; null when there is no such table. */
export async function count(session: Session, table: string): Promise<number | null> {
  try {
    return Number((await select(session, `SELECT COUNT(*) AS n FROM ${table}`))[0]?.['n'])
  } catch (error) {
    if (error instanceof ExecutionError && error.failure === 'failed') return null
    throw error
  }
}

/** The recorded versions, in order of application; null when there is no history. */
export async function versions(session: Session): Promise<readonly string[] | null> {
  return (await session.history())?.map(({ version }) => version) ?? null
}
