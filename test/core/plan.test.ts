import { describe, expect, test } from 'vitest'
import { diagnose } from '../../src/core/health.js'
import type { Migration } from '../../src/core/migration.js'
import { inOrder } from '../../src/core/order.js'
import { makePlan, type PlanRequest, type Policy } from '../../src/core/plan.js'
import { reconcile } from '../../src/core/reconcile.js'
import type { MigrationRecord } from '../../src/core/record.js'
import { bareRecord, draft, oneWay, queenWith, record, registered } from '../support/core.js'

interface World {
  readonly known: readonly Migration[]
  /** What is recorded, oldest application first: a version, or a record made from its place. */
  readonly recorded?: readonly (string | ((id: number) => MigrationRecord))[]
  readonly environment?: string
  readonly policy?: Partial<Policy>
  readonly held?: boolean
}

const STRICT: Policy = { outOfOrder: 'refuse', unknown: 'refuse' }

function rowsOf({ known, recorded = [], environment = '', held = false }: World) {
  const migrations = inOrder(known.map((one) => registered(one)))
  const records = recorded.map((one, index) => {
    if (typeof one !== 'string') return one(index + 1)
    const migration = migrations.find(({ version }) => version === one)
    return migration === undefined ? bareRecord(one, index + 1) : record(migration, index + 1)
  })
  const holder = held ? { who: 'ann@box#1' } : null
  return reconcile({ registered: migrations, records, holder, environment, dialect: 'sqlite' })
}

function planned(world: World, request: PlanRequest) {
  const plan = makePlan(rowsOf(world), request, { ...STRICT, ...world.policy })
  return {
    steps: plan.steps.map(({ direction, migration }) => `${direction} ${migration.version}`),
    problems: plan.problems.map(({ code }) => code),
    warnings: plan.warnings.map(({ code }) => code),
    text: [...plan.problems, ...plan.warnings].map(({ message, hint }) => `${message}\n${hint}`).join('\n'),
  }
}

const simple = ['1', '2', '3', '4'].map((version) => draft(version))
const stateful = (version: string, more: Partial<MigrationRecord>) => (id: number) => bareRecord(version, id, more)

describe('up', () => {
  test.each<[string, Partial<World>, Omit<Extract<PlanRequest, { action: 'up' }>, 'action'>, string[]]>([
    ['everything', {}, {}, ['up 1', 'up 2', 'up 3', 'up 4']],
    ['the rest', { recorded: ['1', '2'] }, {}, ['up 3', 'up 4']],
    ['nothing', { recorded: ['1', '2', '3', '4'] }, {}, []],
    ['to a version, which is included', { recorded: ['1'] }, { to: '3' }, ['up 2', 'up 3']],
    ['to what is applied', { recorded: ['1', '2'] }, { to: '1' }, []],
    ['some steps', { recorded: ['1'] }, { steps: 2 }, ['up 2', 'up 3']],
    ['more steps than there are', { recorded: ['1', '2', '3'] }, { steps: 9 }, ['up 4']],
  ])('%s', (_, world, range, steps) => {
    expect(planned({ known: simple, ...world }, { action: 'up', ...range })).toMatchObject({ steps, problems: [] })
  })

  test('to a version nobody registered is refused, with the nearest', () => {
    const known = [draft('users_001'), draft('users_002')]
    const plan = planned({ known }, { action: 'up', to: 'user_002' })
    expect(plan).toMatchObject({ steps: [], problems: ['UNKNOWN_VERSION'] })
    expect(plan.text).toContain('did you mean users_002?')
    expect(planned({ known, recorded: ['zzz'] }, { action: 'up', to: 'zzz' }).problems).toEqual(['UNKNOWN_VERSION'])
  })

  test('what is late is refused by name, or allowed', () => {
    const world = { known: simple, recorded: ['1', '3'] }
    const plan = planned(world, { action: 'up' })
    expect(plan).toMatchObject({ steps: [], problems: ['OUT_OF_ORDER'] })
    expect(plan.text).toMatch(/2 make_2[^]*allowOutOfOrder/)
    expect(planned({ ...world, policy: { outOfOrder: 'allow' } }, { action: 'up' }).steps).toEqual(['up 2', 'up 4'])
    expect(planned({ ...world, recorded: ['3'] }, { action: 'up', to: '1' }).problems).toEqual(['OUT_OF_ORDER'])
  })

  test('a new migration of another series is not late', () => {
    const known = [draft('posts_002'), draft('users_003'), draft('users_007')]
    expect(planned({ known, recorded: ['users_003', 'users_007'] }, { action: 'up' })).toMatchObject({
      steps: ['up posts_002'],
      problems: [],
    })
    expect(planned({ known, recorded: ['users_007'] }, { action: 'up' }).problems).toEqual(['OUT_OF_ORDER'])
  })

  test('an older build may start against a newer database, but not change it', () => {
    const recorded = ['1', '2', '3', '4', '9']
    const start = planned({ known: simple, recorded }, { action: 'up' })
    expect(start).toMatchObject({ steps: [], problems: [], warnings: ['UNKNOWN_APPLIED'] })
    expect(start.text).toContain('9 make_9')
    const change = { known: [...simple, draft('5_')], recorded: ['1', '2', '3', '4', 'x9'] }
    expect(planned(change, { action: 'up' })).toMatchObject({ steps: [], problems: ['UNKNOWN_APPLIED'] })
    expect(planned({ ...change, policy: { unknown: 'allow' } }, { action: 'up' })).toMatchObject({
      steps: ['up 5_'],
      warnings: ['UNKNOWN_APPLIED'],
    })
  })

  test('other environments are skipped; what depends on a skipped one is refused, naming both', () => {
    const seed = draft('2', { environments: ['test'] })
    expect(planned({ known: [simple[0]!, seed, simple[2]!] }, { action: 'up' }).steps).toEqual(['up 1', 'up 3'])
    expect(planned({ known: [simple[0]!, seed], environment: 'test' }, { action: 'up' }).steps).toEqual([
      'up 1',
      'up 2',
    ])
    const dependent = draft('x_1', { dependsOn: ['2'] })
    const plan = planned({ known: [seed, dependent] }, { action: 'up' })
    expect(plan).toMatchObject({ steps: [], problems: ['INVALID_MIGRATION'] })
    expect(plan.text).toMatch(/x_1 make_x_1 at .+:\d+ depends on 2/)
    expect(planned({ known: [seed, dependent], recorded: ['2'] }, { action: 'up' }).steps).toEqual(['up x_1'])
  })
})

describe('what stops every run', () => {
  const requests: PlanRequest[] = [
    { action: 'up' },
    { action: 'down' },
    { action: 'down', to: '1' },
    { action: 'goto', version: '3' },
    { action: 'goto', version: '1' },
    { action: 'redo', steps: 1 },
    { action: 'reset' },
  ]
  test.each([
    ['FAILED_MIGRATION', { status: 'failed', error: 'no such table' }, /2 make_2 \(1 of 1 .*failed: no such table/],
    ['INTERRUPTED', { status: 'running', statementsStarted: 2 }, /statement 2 was begun\) was interrupted \(ann@box#1/],
    ['CHECKSUM_MISMATCH', { checksum: 'v1:0' }, /2 make_2 at .+:\d+ is not what was applied/],
  ] as const)('%s', (code, more, message) => {
    const world: World = { known: simple, recorded: ['1', stateful('2', more)] }
    for (const request of requests) {
      const plan = planned(world, request)
      expect(plan.steps).toEqual([])
      expect(plan.problems).toContain(code)
      expect(plan.text).toMatch(message)
      expect(plan.text).toMatch(
        code === 'CHECKSUM_MISMATCH' ? /queen repair 2/ : /recover 2 --resume[^]*--applied[^]*--pending/,
      )
    }
  })

  test('the down that broke off is told from the up', () => {
    const world: World = { known: simple, recorded: [stateful('1', { status: 'failed', direction: 'down' })] }
    expect(planned(world, { action: 'up' }).text).toMatch(/^The down of 1 make_1 .*failed/)
  })

  test('a migration at work elsewhere stops nothing: whoever holds the lock is waited for', () => {
    const world: World = { known: simple, recorded: ['1', stateful('2', { status: 'running' })], held: true }
    expect(planned(world, { action: 'up' })).toMatchObject({ steps: ['up 3', 'up 4'], problems: [] })
  })

  test('a changed down alone is a warning', () => {
    const world: World = {
      known: simple,
      recorded: ['1', (id) => record(registered(simple[1]!), id, { downChecksum: 'v1:0' })],
    }
    expect(planned(world, { action: 'up' })).toMatchObject({
      steps: ['up 3', 'up 4'],
      problems: [],
      warnings: ['CHECKSUM_MISMATCH'],
    })
  })
})

describe('back', () => {
  const shuffled = ['3', '1', '4', '2']
  test.each<[string, PlanRequest, string[]]>([
    ['down', { action: 'down' }, ['down 2']],
    ['down by steps', { action: 'down', steps: 3 }, ['down 2', 'down 4', 'down 1']],
    ['down by too many steps', { action: 'down', steps: 9 }, ['down 2', 'down 4', 'down 1', 'down 3']],
    ['down to a version, which stays', { action: 'down', to: '1' }, ['down 2', 'down 4']],
    ['down to the newest', { action: 'down', to: '2' }, []],
    ['reset', { action: 'reset' }, ['down 2', 'down 4', 'down 1', 'down 3']],
    ['redo', { action: 'redo', steps: 1 }, ['down 2', 'up 2']],
    ['redo of several', { action: 'redo', steps: 2 }, ['down 2', 'down 4', 'up 2', 'up 4']],
    ['goto', { action: 'goto', version: '2' }, ['down 4', 'down 3']],
  ])('%s follows the order of application', (_, request, steps) => {
    expect(planned({ known: simple, recorded: shuffled }, request)).toMatchObject({ steps, problems: [] })
  })

  test('goes on until nothing is left, and then does nothing', () => {
    for (const request of [{ action: 'down' }, { action: 'reset' }, { action: 'redo', steps: 1 }] as const)
      expect(planned({ known: simple }, request)).toMatchObject({ steps: [], problems: [] })
  })

  test('down to what is unknown or not applied is refused', () => {
    const unknown = planned({ known: simple, recorded: ['1'] }, { action: 'down', to: '44' })
    expect(unknown).toMatchObject({ steps: [], problems: ['UNKNOWN_VERSION'] })
    const pending = planned({ known: simple, recorded: ['1'] }, { action: 'down', to: '2' })
    expect(pending).toMatchObject({ steps: [], problems: ['UNKNOWN_VERSION'] })
    expect(pending.text).toContain('2 make_2 is not applied')
  })

  test('one irreversible migration anywhere in the set refuses all of it', () => {
    const known = [draft('1'), oneWay('2', { irreversible: 'the old column is gone' }), draft('3'), oneWay('4')]
    const recorded = ['1', '2', '3', '4']
    const plan = planned({ known, recorded }, { action: 'reset' })
    expect(plan).toMatchObject({ steps: [], problems: ['IRREVERSIBLE', 'IRREVERSIBLE'] })
    expect(plan.text).toMatch(
      /4 make_4 at .+:\d+ has no down[^]*2 make_2 at .+:\d+ is irreversible: the old column is gone/,
    )
    for (const request of [
      { action: 'down', steps: 3 },
      { action: 'redo', steps: 1 },
      { action: 'goto', version: '1' },
    ] as const)
      expect(planned({ known, recorded }, request)).toMatchObject({ steps: [] })
    expect(planned({ known, recorded: ['1', '2', '3'] }, { action: 'down', steps: 1 }).steps).toEqual(['down 3'])
  })

  test('an unknown version in the set refuses all of it', () => {
    const plan = planned({ known: simple, recorded: ['1', 'x', '2'] }, { action: 'down', steps: 2 })
    expect(plan).toMatchObject({ steps: [], problems: ['UNKNOWN_APPLIED'] })
    expect(plan.text).toContain('x make_x')
    expect(planned({ known: simple, recorded: ['1', 'x', '2'] }, { action: 'down' }).steps).toEqual(['down 2'])
    expect(
      planned({ known: simple, recorded: ['1', 'x'], policy: { unknown: 'allow' } }, { action: 'down' }).problems,
    ).toEqual(['UNKNOWN_APPLIED'])
  })

  test('nothing is taken from under what depends on it', () => {
    const known = [draft('a_1'), draft('b_1', { dependsOn: ['a_1'] }), draft('a_2')]
    const world = { known, recorded: ['b_1', 'a_1', 'a_2'] }
    const plan = planned(world, { action: 'down', steps: 2 })
    expect(plan).toMatchObject({ steps: [], problems: ['OUT_OF_ORDER'] })
    expect(plan.text).toMatch(/b_1 make_b_1 is applied and depends on a_1[^]*take b_1 back first/)
    expect(planned(world, { action: 'down', steps: 3 }).steps).toEqual(['down a_2', 'down a_1', 'down b_1'])
    expect(planned(world, { action: 'redo', steps: 2 }).problems).toEqual(['OUT_OF_ORDER'])
  })
})

describe('goto', () => {
  test.each([
    [['1', '2'], '4', ['up 3', 'up 4']],
    [['1', '2', '3', '4'], '2', ['down 4', 'down 3']],
    [['1', '2'], '2', []],
    [[], '2', ['up 1', 'up 2']],
  ])('from %j to %s', (recorded, version, steps) => {
    expect(planned({ known: simple, recorded }, { action: 'goto', version })).toMatchObject({ steps, problems: [] })
  })

  test('an unregistered version is refused', () => {
    expect(planned({ known: simple }, { action: 'goto', version: 'x' }).problems).toEqual(['UNKNOWN_VERSION'])
  })
})

describe('diagnosis', () => {
  test('finds everything at once', () => {
    const unhashed = draft('7', { upFn: async () => {} })
    const rows = rowsOf({
      known: [...simple, unhashed],
      recorded: [
        stateful('2', { checksum: 'v1:0' }),
        stateful('4', { status: 'failed' }),
        'x',
        (id) => record(registered(simple[2]!), id, { downChecksum: 'v1:0' }),
      ],
    })
    expect(
      diagnose(rows, 'sqlite').map(({ severity, code, versions }) => `${severity} ${code} ${versions.join(' ')}`),
    ).toEqual([
      'error CHECKSUM_MISMATCH 2',
      'error FAILED_MIGRATION 4',
      'error OUT_OF_ORDER 1',
      'error UNKNOWN_APPLIED x',
      'warning CHECKSUM_MISMATCH 3',
      'warning CHECKSUM_MISMATCH 7',
    ])
  })

  test('is silent about what is sound, pending and skipped ones included', () => {
    const known = [...simple, draft('5', { environments: ['test'] })]
    expect(diagnose(rowsOf({ known, recorded: ['1', '2'] }), 'sqlite')).toEqual([])
  })

  test('names the place for a machine as well as for people', () => {
    const [problem] = diagnose(rowsOf({ known: simple, recorded: [stateful('1', { checksum: 'v1:0' })] }), 'sqlite')
    expect(problem!.at).toBe(`${problem!.place!.file.split('/').at(-1)}:${problem!.place!.line}`)
  })
})

test('a hundred thousand migrations are planned', () => {
  const [base, done] = [registered(draft('1')), bareRecord('1', 1)]
  const many = Array.from({ length: 100_000 }, (_, i) => ({ ...base, version: `s${i % 7}_${i}` }))
  const rows = reconcile({ registered: inOrder(many), records: [], holder: null, environment: '', dialect: 'sqlite' })
  expect(makePlan(rows, { action: 'up' }, STRICT).steps).toHaveLength(100_000)
  const applied = rows.map((row, id) => ({
    ...row,
    state: 'applied' as const,
    record: { ...done, version: row.version, id },
  }))
  const back = (request: PlanRequest): number => makePlan(applied, request, STRICT).steps.length
  expect(back({ action: 'reset' })).toBe(100_000)
  expect(back({ action: 'redo', steps: 100_000 })).toBe(200_000)
  expect(back({ action: 'goto', version: rows[0]!.version })).toBe(99_999)
})

test('up to a version of another environment is refused by name, instead of stopping before it without a word', async () => {
  const queen = queenWith([
    { version: '001', name: 'one', upSQL: 'CREATE TABLE one (id INTEGER)' },
    { version: '002', name: 'seed', environments: ['dev'], upSQL: 'CREATE TABLE seed (id INTEGER)' },
  ])
  for (const run of [queen.up({ to: '002' }), queen.goto('002')])
    await expect(run).rejects.toMatchObject({
      code: 'UNKNOWN_VERSION',
      message: expect.stringContaining('002 seed at'),
      hint: expect.stringContaining('--env'),
    })
  expect(await queen.version()).toBeNull()
  await expect(queen.up({ to: '002', environment: 'dev' })).resolves.toMatchObject({ to: '002' })
})
