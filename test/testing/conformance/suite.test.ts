import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ExecutionError, type Execution, type Operation, type Session } from '../../../src/core/index.js'
import { sqlite, type SqliteDriver } from '../../../src/drivers/sqlite/index.js'
import {
  conformance,
  conformanceCases,
  type ConformanceOptions,
  type Runner,
} from '../../../src/testing/conformance/index.js'

/** A runner that keeps what is registered, for the tests here to run. */
function collector() {
  const bodies = new Map<string, () => Promise<void>>()
  const skipped: string[] = []
  const groups: string[] = []
  const runner: Runner = {
    describe: (name, body) => {
      groups.push(name)
      body()
    },
    test: Object.assign((name: string, body: () => Promise<void>) => void bodies.set(name, body), {
      skip: (name: string) => void skipped.push(name),
    }),
  }
  return { runner, bodies, skipped, groups }
}

const memory = {
  open: () => Promise.resolve({ driver: sqlite(':memory:'), drop: () => Promise.resolve() }),
  name: 'x',
  ddl: 'transactional',
} as const

describe('the suite', () => {
  test('registers every case once, by its name', () => {
    const { runner, bodies, skipped, groups } = collector()
    const sql = { slow: 'x', lockTable: (table: string) => table, remarkable: 'x' }
    conformance({ ...memory, runner, child: { module: 'x' }, settings: [], sql })
    expect(groups).toEqual(['conformance of x'])
    expect(skipped).toEqual([])
    expect([...bodies.keys()]).toEqual(conformanceCases.map(({ name }) => name))
    expect(new Set(bodies.keys()).size).toBe(conformanceCases.length)
  })

  test('reports what is not run as skipped, with the reason', () => {
    const { runner, bodies, skipped } = collector()
    const deviations = { 'history: empty after prepare': 'because' }
    conformance({ ...memory, runner, ddl: 'commits', deviations })
    expect(skipped).toContain('history: empty after prepare (because)')
    expect(skipped).toContain('script: a table that was created goes with the failure (CREATE TABLE commits by itself)')
    expect(skipped).toContain('cancelling: a statement at work is stopped by the server (no slow statement was given)')
    expect(skipped).toContain('session: settings that a migration leaves behind are put back (no settings were given)')
    expect(skipped.filter((name) => name.endsWith('(no way to lock a table was given)'))).toHaveLength(2)
    expect(skipped.filter((name) => name.endsWith('(no remarkable statement was given)'))).toHaveLength(1)
    expect(skipped.filter((name) => name.endsWith('(no module for a child was given)'))).toHaveLength(3)
    expect(bodies.size + skipped.length).toBe(conformanceCases.length)
  })

  test('refuses a deviation that is no case, or has no reason', () => {
    const { runner } = collector()
    const deviating = (deviations: Record<string, string>) => () => conformance({ ...memory, runner, deviations })
    expect(deviating({ 'history: nil': 'because' })).toThrow(
      'x deviates from "history: nil", which is no case: conformanceCases lists them',
    )
    expect(deviating({ 'history: empty after prepare': ' ' })).toThrow(
      'x deviates from "history: empty after prepare" without a reason',
    )
  })

  test('cleans up behind a case that fails', async () => {
    const { runner, bodies } = collector()
    const dropped: string[] = []
    const open = () =>
      Promise.resolve({
        driver: { ...sqlite(':memory:'), connect: () => Promise.reject(new Error('no')) },
        drop: () => Promise.resolve(void dropped.push('x')),
      })
    conformance({ ...memory, runner, open })
    await expect(bodies.get('history: empty after prepare')!()).rejects.toThrow('no')
    expect(dropped).toEqual(['x'])
  })
})

type Fault = (session: Session) => Partial<Session>

const execute = (
  change: (session: Session, script: readonly Operation[], execution: Execution) => Promise<void>,
): Fault => {
  return (session) => ({ execute: async (script, execution) => await change(session, script, execution) })
}
const failingWith = (change: (error: ExecutionError) => unknown): Fault =>
  execute(async (session, script, execution) => {
    await session.execute(script, execution).catch((error: unknown) => {
      const changed = change(error as ExecutionError)
      if (changed !== undefined) throw changed
    })
  })
const swallowing = (failure: string): Fault => failingWith((error) => (error.failure === failure ? undefined : error))
const onWrites = (change: (operation: Operation) => Operation[]): Fault =>
  execute(
    async (session, script, execution) =>
      await session.execute(
        script.flatMap((one) => (one.kind === 'write' ? change(one) : [one])),
        execution,
      ),
  )

/** Drivers with one fault each, and the cases that must find it. */
const FAULTS: Record<string, readonly [Fault, readonly string[]]> = {
  'a lock that locks nothing': [
    () => ({
      tryLock: () => Promise.resolve({ release: () => Promise.resolve() }),
      holder: () => Promise.resolve({ who: 'me' }),
    }),
    [
      'lock: one session cannot take it twice',
      'lock: it keeps everybody else out, until it is released',
      'lock: of many that try at once, one gets it',
      'lock: it lasts through scripts, also those that fail',
    ],
  ],
  'a lock without a holder': [
    () => ({ holder: () => Promise.resolve(null) }),
    ['lock: everybody can see who has it, and what for'],
  ],
  'a history in the order of versions': [
    (session) => ({
      history: async () =>
        (await session.history())?.toSorted((one, other) => (one.version < other.version ? -1 : 1)) ?? null,
    }),
    [
      'history: records come in the order they were written, whatever their versions',
      'history: a version that is applied again comes last',
    ],
  ],
  'a history that is never null': [
    (session) => ({ history: async () => (await session.history()) ?? [] }),
    [
      'history: null before prepare, with an empty journal and nothing created',
      'lock: it can be taken before there is anything else',
    ],
  ],
  'a prepare that is not there': [() => ({ prepare: () => Promise.resolve() }), ['history: empty after prepare']],
  'a journal that is never written': [
    onWrites((one) => (one.kind === 'write' && one.write.write === 'journal' ? [] : [one])),
    [
      'history: the journal comes newest first, and no more of it than asked for',
      'script: what is between begin and commit is there afterwards, all of it',
    ],
  ],
  'versions without upper case': [
    onWrites((one) =>
      one.kind === 'write' && one.write.write === 'insert'
        ? [
            {
              kind: 'write',
              write: {
                write: 'insert',
                values: { ...one.write.values, version: String(one.write.values.version).toLowerCase() },
              },
            },
          ]
        : [one],
    ),
    ['records: versions are told apart byte by byte, and may have 255 characters'],
  ],
  'an hour of difference': [
    (session) => ({
      history: async () =>
        (await session.history())?.map((one) => ({
          ...one,
          startedAt: new Date(Date.parse(one.startedAt) - 3_600_000).toISOString(),
        })) ?? null,
    }),
    [
      'records: late values are the database’s clock, in UTC, and the time a migration took',
      'records: every field is read back as it was written',
    ],
  ],
  'transactions that are none': [
    execute(async (session, script, execution) => {
      const operations = script.filter(({ kind }) => kind !== 'begin' && kind !== 'commit')
      await session.execute(operations, execution)
    }),
    [
      'script: whichever statement fails, nothing is left, and it is the one that is named',
      'script: a table that was created goes with the failure',
      'function: what it throws is the cause, and everything is rolled back',
      'cancelling: while a function is at work, everything is rolled back',
      'script: nobody else sees a transaction before it commits, nor a record',
    ],
  ],
  'errors of another class': [
    failingWith((error) => new Error(error.message)),
    ['script: a syntax error names its statement, and a place in it if any'],
  ],
  'errors at the wrong operation': [
    failingWith((error) => new ExecutionError(error.message, { ...error, operation: error.operation + 1 })),
    [
      'script: whichever statement fails, nothing is left, and it is the one that is named',
      'function: a query that fails in it is a failure with the database’s code',
    ],
  ],
  'errors without the code of the server': [
    failingWith((error) => new ExecutionError(error.message, { ...error, serverCode: undefined })),
    ['script: whichever statement fails, nothing is left, and it is the one that is named'],
  ],
  'deleting what is not there': [
    swallowing('taken'),
    ['records: a version that is not recorded any more is taken, when it is to be deleted'],
  ],
  'escapes that nobody notices': [
    swallowing('escaped'),
    conformanceCases.map(({ name }) => name).filter((name) => name.startsWith('escaping: ')),
  ],
  'a signal that nobody hears': [
    execute(
      async (session, script, execution) =>
        await session.execute(script, { ...execution, signal: new AbortController().signal }),
    ),
    [
      'cancelling: before the script, nothing of it is done',
      'cancelling: while a function is at work, everything is rolled back',
      'cancelling: a function that gives up because of it is no failure of its own',
    ],
  ],
  'a fingerprint that never changes': [
    () => ({ fingerprint: () => Promise.resolve('same') }),
    ['fingerprint: it changes with the schema, and back with it'],
  ],
  'a fingerprint of everything': [
    (session) => ({
      fingerprint: async () => (await session.fingerprint()) + ((await session.history())?.length ?? 0),
    }),
    ['fingerprint: it does not change with rows, nor with Queen’s own records'],
  ],
  'a second close that fails': [
    (session) => {
      let closed = 0
      return { close: async () => (closed++ === 0 ? await session.close() : await Promise.reject(new Error('closed'))) }
    },
    ['session: it can be closed twice, and unused'],
  ],
  'a session that is dead after a failure': [
    (session) => {
      let dead = false
      return {
        execute: async (script, execution) => {
          if (dead) throw new ExecutionError('dead', { failure: 'lost', operation: 0, outcome: 'none' })
          await session.execute(script, execution).catch((error: unknown) => {
            dead = true
            throw error
          })
        },
      }
    },
    ['session: it works after a script that failed'],
  ],
  'commits that are lost': [
    execute(async (session, script, execution) => {
      await session
        .execute(
          script.map((one) => (one.kind === 'commit' ? { kind: 'statement', text: 'ROLLBACK' } : one)),
          execution,
        )
        .catch(() => {})
    }),
    [
      'script: what is between begin and commit is there afterwards, all of it',
      'queen: up, down, redo, goto and reset leave what they should',
    ],
  ],
}

/** A session with some of its methods replaced. Methods of a class with private fields need their own `this`. */
function faulty(session: Session, fault: Fault): Session {
  return {
    rules: session.rules,
    history: async () => await session.history(),
    journal: async (limit) => await session.journal(limit),
    tryLock: async (who) => await session.tryLock(who),
    holder: async () => await session.holder(),
    prepare: async () => await session.prepare(),
    execute: async (script, execution) => await session.execute(script, execution),
    fingerprint: async () => await session.fingerprint(),
    close: async () => await session.close(),
    ...fault(session),
  }
}

async function openFaulty(fault: Fault) {
  const folder = await mkdtemp(join(tmpdir(), 'queen-faulty-'))
  const { connect, dialect, target }: SqliteDriver = sqlite(join(folder, 'a.db'))
  const driver = {
    dialect,
    target,
    connect: async (table: { name: string }) => faulty((await connect(table)) as never, fault),
  }
  return { driver, drop: async () => await rm(folder, { recursive: true }) }
}

describe('every fault is found', () => {
  for (const [what, [fault, cases]] of Object.entries(FAULTS))
    test(what, async () => {
      const { runner, bodies } = collector()
      conformance({
        runner,
        name: what,
        ddl: 'transactional',
        open: async () => await openFaulty(fault),
      } as ConformanceOptions)
      for (const name of cases) {
        const body = bodies.get(name)
        expect(body, name).toBeDefined()
        await expect(body!(), name).rejects.toThrow()
      }
    })
})
