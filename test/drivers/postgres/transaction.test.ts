import { expect, test } from 'vitest'
import { refusalOf, states } from '../../support/core.js'
import { called, plain, queenOn, type Draft } from '../../support/postgres-queen.js'
import { describePostgres, freshDatabase } from '../../support/postgres.js'

const TABLE = plain('001', 'CREATE TABLE t (v INT)')

/** A run of these behind the migration that makes the table. */
async function running(...migrations: readonly Draft[]) {
  const { url, query } = await freshDatabase()
  const rows = async (): Promise<unknown[]> =>
    (await query<{ v: number }>('SELECT v FROM t ORDER BY v')).map(({ v }) => v)
  return { url, query, rows, queen: queenOn(url, [TABLE, ...migrations]) }
}

describePostgres('transactions', () => {
  test('an error that a function swallows is found out: COMMIT would roll back and say nothing', async () => {
    const { queen, rows } = await running(
      called('002', async (tx) => {
        await tx.exec('INSERT INTO t VALUES (1)')
        await tx.exec('SELECT nothing').catch(() => {})
      }),
    )
    const error = await refusalOf(queen.up(), 'MIGRATION_FAILED')
    expect(error).toMatchObject({ version: '002', serverCode: '25P02', rolledBack: ['002'] })
    expect(error.hint).toContain('its error was swallowed')
    expect(await rows()).toEqual([])
    expect(await states(queen as never)).toEqual({ '001': 'applied', '002': 'pending' })
  })

  test('behind a savepoint a function may swallow what it likes', async () => {
    const { queen, rows } = await running(
      called('002', async (tx) => {
        await tx.exec('INSERT INTO t VALUES (1); SAVEPOINT a')
        await tx.exec('SELECT nothing').catch(async () => await tx.exec('ROLLBACK TO a'))
      }),
    )
    await queen.up()
    expect(await rows()).toEqual([1])
  })

  test.each([
    'BEGIN',
    'COMMIT',
    'END',
    'ROLLBACK',
    'ABORT',
    'START TRANSACTION',
    `PREPARE TRANSACTION 'a'`,
    '/* a */ commit and chain',
  ])('%s in SQL is refused before anything is run', async (control) => {
    const { queen, query } = await running(plain('002', `INSERT INTO t VALUES (1);\n${control};\nSELECT 1`))
    const error = await refusalOf(queen.up(), 'INVALID_MIGRATION')
    expect(error.message).toMatch(/statement 2 \(line 2, [A-Z ]+\) would end the transaction/)
    expect(await query(`SELECT FROM pg_class WHERE relname = 't'`)).toEqual([])
  })

  test('transaction words in comments, strings, names and bodies are none, and savepoints are allowed', async () => {
    const { queen, rows } = await running(
      plain(
        '002',
        `-- COMMIT;
        /* ROLLBACK; */ CREATE TABLE "commit" ("begin" TEXT DEFAULT 'COMMIT; BEGIN');
        DO $$ BEGIN INSERT INTO t VALUES (1); END; $$;
        CREATE FUNCTION f() RETURNS INT LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END;
        SAVEPOINT a; INSERT INTO t VALUES (2); ROLLBACK TO a; RELEASE SAVEPOINT a`,
      ),
    )
    await queen.up()
    expect(await rows()).toEqual([1])
  })

  test.each([
    ['DO with COMMIT', `DO $$ BEGIN COMMIT; END $$`],
    ['a procedure with COMMIT', `CREATE PROCEDURE p() LANGUAGE plpgsql AS 'BEGIN COMMIT; END'; CALL p()`],
    ['DO with ROLLBACK', `DO $$ BEGIN ROLLBACK; END $$`],
  ])('%s fails in a transaction, and leaves nothing', async (_, sql) => {
    const { queen, rows } = await running(plain('002', `INSERT INTO t VALUES (1); ${sql}`))
    const error = await refusalOf(queen.up(), 'MIGRATION_FAILED')
    expect(error).toMatchObject({ serverCode: '2D000', rolledBack: ['002'] })
    expect(error.hint).toContain('transaction: false')
    expect(await rows()).toEqual([])
  })

  test('DO and procedures may commit where there is no transaction', async () => {
    const { queen, rows } = await running(
      plain('002', `CREATE PROCEDURE p() LANGUAGE plpgsql AS 'BEGIN INSERT INTO t VALUES (3); COMMIT; END'`),
      plain('003', `DO $$ BEGIN INSERT INTO t VALUES (1); COMMIT; INSERT INTO t VALUES (2); END $$; CALL p()`, {
        transaction: false,
      }),
    )
    await queen.up()
    expect(await rows()).toEqual([1, 2, 3])
    expect((await queen.status())[2]).toMatchObject({ state: 'applied', statementsDone: 2, statementsTotal: 2 })
  })

  test.each([
    ['COMMIT', 'COMMIT', [1]],
    ['COMMIT; BEGIN', 'COMMIT; BEGIN; INSERT INTO t VALUES (2)', [1]],
    ['COMMIT AND CHAIN', 'COMMIT AND CHAIN; INSERT INTO t VALUES (2)', [1]],
    ['ROLLBACK', 'ROLLBACK', []],
    ['ROLLBACK; BEGIN', 'ROLLBACK; BEGIN; INSERT INTO t VALUES (2)', []],
  ])('%s in a function is found out; nothing goes on behind it', async (_, sql, left) => {
    const { queen, rows } = await running(
      called('002', async (tx) => {
        await tx.exec('INSERT INTO t VALUES (1)')
        await tx.exec(sql)
      }),
      plain('003', 'INSERT INTO t VALUES (3)'),
    )
    const error = await refusalOf(queen.up(), 'MIGRATION_FAILED')
    expect(error.message).toContain('it ended the transaction it ran in')
    expect(error).toMatchObject({ version: '002', rolledBack: [] })
    expect(await rows()).toEqual(left)
    // What it committed has its record with it, which does not say that it is applied.
    const state = left.length > 0 ? 'failed' : 'pending'
    expect(await states(queen as never)).toEqual({ '001': 'applied', '002': state, '003': 'pending' })
  })

  test('a constraint that is checked at COMMIT fails the migration, and its record goes with it', async () => {
    const { queen, query } = await running(
      plain(
        '002',
        `CREATE TABLE p (id INT PRIMARY KEY);
         CREATE TABLE c (p INT REFERENCES p DEFERRABLE INITIALLY DEFERRED);
         INSERT INTO c VALUES (7)`,
      ),
    )
    const error = await refusalOf(queen.up(), 'MIGRATION_FAILED')
    expect(error).toMatchObject({ version: '002', serverCode: '23503', rolledBack: ['002'] })
    expect(error.message).toContain('violates foreign key constraint')
    expect(await query(`SELECT version, status FROM queen_migrations`)).toEqual([{ version: '001', status: 'applied' }])
    expect(await query(`SELECT version, outcome FROM queen_migrations_log ORDER BY id`)).toEqual([
      { version: '001', outcome: 'done' },
      { version: '002', outcome: 'failed' },
    ])
  })

  test('a statement that may not run in a transaction is told so before it is run, or by the server', async () => {
    const { queen } = await running(plain('002', 'CREATE INDEX CONCURRENTLY i ON t (v)'))
    const seen = await refusalOf(queen.up())
    expect(`${seen.message}\n${seen.hint}`).toContain('transaction: false')

    const function_ = called('002', async (tx) => await tx.exec('CREATE INDEX CONCURRENTLY i ON t (v)'))
    const inside = await running(function_)
    const error = await refusalOf(inside.queen.up(), 'MIGRATION_FAILED')
    expect(error).toMatchObject({ serverCode: '25001', rolledBack: ['002'] })
    expect(error.hint).toContain('transaction: false')
    expect(await states(inside.queen as never)).toEqual({ '001': 'applied', '002': 'pending' })
  })

  test('the isolation of a run, and of a migration before it, is that of the transaction', async () => {
    const level = `INSERT INTO levels SELECT current_setting('transaction_isolation')`
    const { url, query } = await freshDatabase()
    const queen = queenOn(url, [
      plain('001', `CREATE TABLE levels (level TEXT); ${level}`),
      plain('002', level),
      plain('003', level, { isolation: 'serializable' }),
      called('004', async (tx) => await tx.exec(level), { isolation: 'read committed' }),
      plain('005', level, { transaction: false, isolation: 'serializable' }),
    ])
    await queen.up({ steps: 1 })
    await queen.up({ isolation: 'repeatable read' })
    expect((await query<{ level: string }>('SELECT level FROM levels')).map(({ level: one }) => one)).toEqual([
      'read committed',
      'repeatable read',
      'serializable',
      'read committed',
      'serializable',
    ])
  })

  test('remarks are events, told with the migration they belong to, and 20,000 of them are capped', async () => {
    const { queen } = await running(
      plain('002', `DO $$ BEGIN RAISE NOTICE 'hello'; RAISE WARNING 'beware password=secret'; END $$`),
      plain('003', `DO $$ BEGIN FOR i IN 1..20000 LOOP RAISE NOTICE 'n %', i; END LOOP; END $$`),
    )
    const events: { version: string; severity: string; message: string }[] = []
    queen.on('notice', (event) => void events.push(event))
    await queen.up()
    expect(events.filter(({ version }) => version === '002')).toMatchObject([
      { severity: 'NOTICE', message: 'hello', name: 'm002', direction: 'up' },
      { severity: 'WARNING', message: 'beware password=***' },
    ])
    const many = events.filter(({ version }) => version === '003')
    expect(many).toHaveLength(201)
    expect(many.at(-1)!.message).toBe('19800 more were left out')
  })

  test('COPY FROM STDIN, and what only psql understands, are refused by name before anything is run', async () => {
    for (const sql of ['COPY t (v) FROM stdin;\n1\n\\.\nSELECT 1', 'SELECT 1;\n\\d t', '\\copy t FROM x.csv']) {
      const { queen, query } = await running(plain('002', sql))
      const error = await refusalOf(queen.up(), 'INVALID_MIGRATION')
      expect(error.message).toMatch(/COPY|psql|\\/)
      expect(await query(`SELECT FROM pg_class WHERE relname = 't'`)).toEqual([])
    }
  })

  test('COPY FROM STDIN in a function ends with an error that says what to do, and does not hang', async () => {
    for (const migration of [
      called('002', async (tx) => await tx.exec('COPY t FROM STDIN')),
      called('002', async (tx) => void (await tx.query('COPY t FROM STDIN'))),
    ]) {
      const { queen, rows } = await running(migration)
      const error = await refusalOf(queen.up(), 'MIGRATION_FAILED')
      expect(error).toMatchObject({ version: '002', rolledBack: ['002'] })
      expect(error.hint).toContain('INSERT instead of COPY')
      expect(await rows()).toEqual([])
      expect(await states(queen as never)).toEqual({ '001': 'applied', '002': 'pending' })
    }
  })

  test('COPY TO STDOUT is harmless', async () => {
    const { queen } = await running(plain('002', 'INSERT INTO t VALUES (1); COPY t TO STDOUT'))
    await queen.up()
    expect(await states(queen as never)).toEqual({ '001': 'applied', '002': 'applied' })
  })
})
