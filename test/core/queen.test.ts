import { chmodSync, existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { Queen } from '../../src/core/queen.js'
import { sqlite } from '../../src/drivers/sqlite/index.js'
import {
  ask,
  databaseFile,
  draft,
  listen,
  oneWay,
  queenWith,
  refusalOf,
  states,
  tables,
  type TestQueen,
} from '../support/core.js'

const three = [draft('1'), draft('2'), draft('3')]
const versions = (applied: readonly { version: string; direction: string }[]): string[] =>
  applied.map(({ version, direction }) => `${direction} ${version}`)

describe('a whole life', () => {
  test('up, status, version, down, goto, redo, reset, log', async () => {
    const queen = queenWith(three)
    expect(await queen.version()).toBeNull()
    expect(await queen.up({ steps: 1 })).toMatchObject({
      direction: 'up',
      from: null,
      to: '1',
      applied: [{ version: '1' }],
    })
    expect(await queen.up({ to: '2' })).toMatchObject({ from: '1', to: '2' })
    expect(await queen.up()).toMatchObject({ from: '2', to: '3', applied: [{ version: '3', name: 'make_3' }] })
    expect(await tables(queen)).toEqual(['t_1', 't_2', 't_3'])
    const [first] = await queen.status()
    expect(first).toMatchObject({
      version: '1',
      state: 'applied',
      statementsDone: 1,
      statementsTotal: 1,
      error: null,
      holder: null,
    })
    expect(first!.appliedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect(first!.appliedBy).toMatch(/^.+@.+#\d+$/)
    expect(first!.at).toMatch(/^queen\.test\.ts:|^core\.ts:/)
    expect(await queen.version()).toBe('3')
    expect(await queen.down()).toMatchObject({ direction: 'down', from: '3', to: '2', applied: [{ version: '3' }] })
    expect(await queen.goto('1')).toMatchObject({ direction: 'down', from: '2', to: '1' })
    expect(versions((await queen.goto('3')).applied)).toEqual(['up 2', 'up 3'])
    const redone = await queen.redo({ steps: 2 })
    expect(versions(redone.applied)).toEqual(['down 3', 'down 2', 'up 2', 'up 3'])
    expect(redone).toMatchObject({ from: '3', to: '3' })
    expect(versions((await queen.reset()).applied)).toEqual(['down 3', 'down 2', 'down 1'])
    expect(await tables(queen)).toEqual([])
    expect(await queen.version()).toBeNull()
    const log = await queen.log()
    expect(log).toHaveLength(14)
    expect(log[0]).toMatchObject({ version: '1', action: 'down', outcome: 'done', error: null })
    expect(log.map(({ id }) => id)).toEqual(log.map(({ id }) => id).sort((a, b) => b - a))
    expect(await queen.log({ last: 2 })).toEqual(log.slice(0, 2))
    expect(new Set(log.slice(0, 3).map(({ runId }) => runId)).size).toBe(1)
  })

  test('a list of statements, a text of several, and SQL with a function run in order, and back in reverse', async () => {
    const queen = queenWith([
      draft('1', { upSQL: ['CREATE TABLE a (n)', "INSERT INTO a VALUES ('list;')"], downSQL: 'DROP TABLE a' }),
      draft('2', {
        upSQL: "INSERT INTO a VALUES ('sql'); INSERT INTO a VALUES ('sql 2')",
        upFn: async (tx) => {
          const rows = await tx.query<{ n: string }>('SELECT count(*) AS n FROM a WHERE n LIKE ?', ['sql%'])
          await tx.query('INSERT INTO a VALUES (?)', [`function saw ${rows[0]!.n}`])
        },
        downFn: async (tx) => await tx.exec("DELETE FROM a WHERE n LIKE 'function%'"),
        downSQL: "UPDATE a SET n = n || ' back'",
      }),
    ])
    await queen.up()
    expect((await ask(queen, 'SELECT n FROM a')).flat()).toEqual(['list;', 'sql', 'sql 2', 'function saw 2'])
    await queen.down()
    expect((await ask(queen, 'SELECT n FROM a')).flat()).toEqual(['list; back', 'sql back', 'sql 2 back'])
  })

  test('plan tells what would be done, in order, and dry runs change nothing', async () => {
    const { file, ask: look } = databaseFile()
    const queen = queenWith(
      [...three, draft('4', { upFn: async () => {}, downSQL: 'DELETE FROM t_4', transaction: false })],
      file,
    )
    await queen.up({ steps: 2 })
    const before = readFileSync(file)
    const plan = await queen.plan()
    expect(plan.map(({ direction, version }) => `${direction} ${version}`)).toEqual(['up 3', 'up 4'])
    expect(plan[0]).toMatchObject({
      mode: 'transaction',
      destructive: false,
      items: [{ text: 'CREATE TABLE "t_3" (id INTEGER)' }],
    })
    expect(plan[1]).toMatchObject({ mode: 'counted', items: [{ kind: 'statement' }, { kind: 'function' }] })
    expect(
      (await queen.plan({ direction: 'down', steps: 2 })).map(({ version, destructive }) => [version, destructive]),
    ).toEqual([
      ['2', true],
      ['1', true],
    ])
    expect(await queen.up({ dryRun: true })).toMatchObject({ applied: [], from: '2', to: '2', planned: plan })
    expect((await queen.down({ dryRun: true })).planned).toHaveLength(1)
    expect((await queen.goto('1', { dryRun: true })).planned).toHaveLength(1)
    expect((await queen.redo({ dryRun: true })).planned).toHaveLength(2)
    expect((await queen.reset({ dryRun: true })).planned).toHaveLength(2)
    await refusalOf(queen.plan({ to: '9' }), 'UNKNOWN_VERSION')
    expect(readFileSync(file)).toEqual(before)
    expect(look('SELECT count(*) FROM queen_migrations_log')).toEqual([[2]])
  })

  test('validate, pending and assertCurrent', async () => {
    const queen = queenWith([...three, draft('4', { upFn: async () => {} })])
    expect((await queen.pending()).map(({ version }) => version)).toEqual(['1', '2', '3', '4'])
    expect((await refusalOf(queen.assertCurrent(), 'PENDING_MIGRATIONS')).versions).toEqual(['1', '2', '3', '4'])
    expect((await queen.validate()).map(({ severity, versions }) => [severity, ...versions])).toEqual([
      ['warning', '4'],
    ])
    await queen.up()
    await queen.assertCurrent()
    expect(await queen.pending()).toEqual([])
  })

  test('validate finds SQL that cannot run, before it is run', async () => {
    const queen = queenWith([draft('1', { upSQL: "SELECT 'open" }), draft('2', { downSQL: 'COMMIT' })])
    expect((await queen.validate()).map(({ code, versions }) => [code, ...versions])).toEqual([
      ['INVALID_MIGRATION', '1'],
      ['INVALID_MIGRATION', '2'],
    ])
    await refusalOf(queen.up(), 'INVALID_MIGRATION')
    expect(await tables(queen)).toEqual([])
  })

  test('dependencies are applied first, and refused to be left behind', async () => {
    const queen = queenWith([draft('a_1', { dependsOn: ['z_1'] }), draft('z_1')])
    expect(versions((await queen.up()).applied)).toEqual(['up z_1', 'up a_1'])
    await queen.down()
    expect(await tables(queen)).toEqual(['t_z_1'])
  })

  test('environments', async () => {
    const queen = queenWith([draft('1'), draft('2', { environments: ['test'] }), draft('3')], ':memory:', {
      environment: 'prod',
    })
    expect(await states(queen)).toEqual({ '1': 'pending', '2': 'skipped', '3': 'pending' })
    await queen.up()
    expect(await tables(queen)).toEqual(['t_1', 't_3'])
    await queen.assertCurrent()
    await refusalOf(queen.up({ environment: 'test' }), 'OUT_OF_ORDER')
    await queen.up({ environment: 'test', allowOutOfOrder: true })
    expect(await queen.version()).toBe('2')
    expect(versions((await queen.down({ steps: 2 })).applied)).toEqual(['down 2', 'down 3'])
  })
})

describe('records', () => {
  test('baseline records without running, up to and with the version', async () => {
    const queen = queenWith(three)
    expect(await queen.baseline('2')).toEqual(['1', '2'])
    expect(await tables(queen)).toEqual([])
    expect(await states(queen)).toEqual({ '1': 'applied', '2': 'applied', '3': 'pending' })
    expect(await queen.baseline('2')).toEqual([])
    await refusalOf(queen.baseline('9'), 'UNKNOWN_VERSION')
    expect((await queen.log()).map(({ action, version }) => `${action} ${version}`)).toEqual([
      'baseline 2',
      'baseline 1',
    ])
    expect(versions((await queen.up()).applied)).toEqual(['up 3'])
  })

  test('a changed up is refused by every run until it is repaired', async () => {
    const { file } = databaseFile()
    await queenWith(three, file).up()
    const changed = queenWith(
      [draft('1', { upSQL: 'CREATE TABLE "t_1" (id INTEGER, more TEXT)', name: 'renamed' }), ...three.slice(1)],
      file,
    )
    for (const start of [
      async () => await changed.up(),
      async () => await changed.down(),
      async () => await changed.goto('1'),
      async () => await changed.redo(),
      async () => await changed.reset(),
      async () => await changed.plan(),
      async () => await changed.assertCurrent(),
    ]) {
      const error = await refusalOf(start(), 'CHECKSUM_MISMATCH')
      expect(error).toMatchObject({ version: '1', versions: ['1'] })
      expect(error.hint).toContain('queen repair 1')
    }
    expect(await changed.repair('1')).toEqual(['1'])
    expect(await changed.repair()).toEqual([])
    await refusalOf(changed.repair('9'), 'UNKNOWN_VERSION')
    await changed.up()
    expect(await changed.validate()).toEqual([])
    expect((await changed.log({ last: 1 }))[0]).toMatchObject({ action: 'repair', version: '1', name: 'renamed' })
  })

  test('a reformatted text is the same text', async () => {
    const { file } = databaseFile()
    await queenWith(three, file).up()
    expect(
      await queenWith(
        three.map((one) => draft(one.version, { upSQL: `\uFEFF  ${String(one.upSQL).replaceAll(' (', '(\r\n')} ` })),
        file,
      ).validate(),
    ).toEqual([])
  })

  test('a changed down is a warning, told as an event', async () => {
    const { file } = databaseFile()
    await queenWith(three.slice(0, 1), file).up()
    const queen = queenWith([draft('1', { downSQL: 'DROP TABLE IF EXISTS t_1' }), draft('2')], file)
    const seen = listen(queen, 'warning')
    await queen.up()
    expect(seen.map(({ event }) => event)).toMatchObject([{ code: 'CHECKSUM_MISMATCH', versions: ['1'] }])
  })

  test('an older build starts against a newer database with a warning, changes nothing and takes nothing back', async () => {
    const { file } = databaseFile()
    await queenWith(three, file).up()
    const older = queenWith(three.slice(0, 2), file)
    const seen = listen(older, 'warning', 'lockAcquired')
    expect((await older.up()).applied).toEqual([])
    expect(seen.map(({ name, event }) => [name, (event as { code?: string }).code])).toEqual([
      ['warning', 'UNKNOWN_APPLIED'],
    ])
    await older.assertCurrent()
    await refusalOf(older.down(), 'UNKNOWN_APPLIED')
    expect((await older.validate()).map(({ code, severity }) => [severity, code])).toEqual([
      ['error', 'UNKNOWN_APPLIED'],
    ])
    const branch = queenWith([...three.slice(0, 2), draft('other_1')], file)
    await refusalOf(branch.up(), 'UNKNOWN_APPLIED')
    expect(versions((await branch.up({ allowUnknown: true })).applied)).toEqual(['up other_1'])
  })

  test('an irreversible migration anywhere refuses before anything is taken back', async () => {
    const queen = queenWith([draft('1'), oneWay('2', { irreversible: 'gone' }), draft('3')])
    await queen.up()
    await refusalOf(queen.reset(), 'IRREVERSIBLE')
    await refusalOf(queen.down({ to: '1' }), 'IRREVERSIBLE')
    expect(await tables(queen)).toEqual(['t_1', 't_2', 't_3'])
    await queen.down()
  })

  test('names of tables are quoted', async () => {
    const queen = queenWith(three, ':memory:', { table: `my "history"; --'` })
    await queen.up()
    await queen.redo()
    expect((await ask(queen, `SELECT count(*) FROM "my ""history""; --'"`))[0]).toEqual([3])
  })
})

describe('nothing to do', () => {
  test('takes no lock, writes nothing and leaves the file as it was', async () => {
    const { file } = databaseFile()
    const first = queenWith(three, file)
    await first.up()
    await first.close()
    const [bytes, { mtimeMs }, files] = [readFileSync(file), statSync(file), readdirSync(dirname(file))]
    const queen = queenWith(three, file)
    const seen = listen(queen, 'lockAcquired', 'lockWait', 'runStart', 'migrationStart')
    expect(await queen.up()).toEqual({ direction: 'up', applied: [], from: '3', to: '3' })
    expect((await queen.goto('3')).applied).toEqual([])
    await queen.down({ to: '3' })
    await queen.status()
    await queen.validate()
    await queen.assertCurrent()
    await queen.log()
    await queen.close()
    expect(seen).toEqual([])
    expect(readFileSync(file)).toEqual(bytes)
    expect(statSync(file).mtimeMs).toBe(mtimeMs)
    expect(readdirSync(dirname(file))).toEqual(files)
  })

  test('works on a file and in a folder that are read-only', async () => {
    const { file } = databaseFile()
    const first = queenWith(three, file)
    await first.up()
    await first.close()
    chmodSync(file, 0o444)
    for (const target of [file, `sqlite:${file}?mode=ro`]) {
      const queen = queenWith(three, target)
      expect((await queen.up()).applied).toEqual([])
      await queen.assertCurrent()
      expect(await queen.version()).toBe('3')
    }
  })

  test('reading, and what has nothing to take back, never creates a database', async () => {
    const { file } = databaseFile()
    const queen = queenWith(three, file)
    expect(await states(queen)).toEqual({ '1': 'pending', '2': 'pending', '3': 'pending' })
    expect([await queen.version(), await queen.log(), (await queen.plan()).length]).toEqual([null, [], 3])
    await queen.validate()
    await queen.up({ dryRun: true })
    await refusalOf(queen.assertCurrent(), 'PENDING_MIGRATIONS')
    await queen.down()
    await queen.reset()
    await queen.redo()
    expect(existsSync(file)).toBe(false)
  })

  test('neither does a misspelt version', async () => {
    const { file } = databaseFile()
    const queen = queenWith(three, file)
    await refusalOf(queen.up({ to: '33' }), 'UNKNOWN_VERSION')
    await refusalOf(queen.goto('33'), 'UNKNOWN_VERSION')
    await refusalOf(queen.down({ to: '33' }), 'UNKNOWN_VERSION')
    expect(readdirSync(dirname(file))).toEqual([])
  })
})

describe('close', () => {
  test('may be called again and again, and before anything; the next use opens again', async () => {
    const { file } = databaseFile()
    const queen = queenWith(three, file)
    await queen.close()
    await queen.up()
    await queen.close()
    await queen.close()
    expect(await queen.version()).toBe('3')
  })

  test('await using', async () => {
    const { file } = databaseFile()
    {
      await using queen = new Queen(sqlite(file)).add(draft('1'))
      await queen.up()
    }
    expect(await queenWith([draft('1')], file).version()).toBe('1')
  })

  test('waits for the run that is under way, and work asked for behind it has its turn', async () => {
    const { file } = databaseFile()
    const queen = queenWith(three, file)
    const results = await Promise.all([queen.up(), queen.close(), queen.version(), queen.close(), queen.version()])
    expect([results[2], results[4]]).toEqual(['3', '3'])
  })

  test('a client that was handed in stays open', async () => {
    const client = new Database(':memory:')
    const queen = queenWith(three, client)
    await queen.up()
    await queen.close()
    expect(client.prepare('SELECT count(*) FROM t_3').pluck().get()).toBe(0)
    client.close()
  })
})

describe('with', () => {
  test('binds the same migrations, also those that come later, with options of its own', async () => {
    const q = new Queen(undefined, { table: 'a', environment: 'test' })
    const bound = q.with(sqlite(':memory:'), { table: 'b' })
    q.add(draft('1', { environments: ['test'] }))
    await bound.up()
    expect(await states(bound as TestQueen)).toEqual({ '1': 'applied' })
    expect(await ask(bound as TestQueen, 'SELECT version FROM b')).toEqual([['1']])
    await bound.close()
    expect([q.target, bound.target]).toEqual(['', 'sqlite::memory:'])
  })
})
