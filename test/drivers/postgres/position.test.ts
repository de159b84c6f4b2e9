import { expect, test } from 'vitest'
import { positionAt } from '../../../src/core/sql/position.js'
import { refusalOf } from '../../support/core.js'
import { called, plain, queenOn } from '../../support/postgres-queen.js'
import { describePostgres, freshDatabase } from '../../support/postgres.js'

/** Where a migration of this SQL fails; `¦` marks the place that is expected, and is not part of the SQL. */
async function placeOf(marked: string) {
  const { url } = await freshDatabase()
  const at = marked.indexOf('¦')
  const upSQL = marked.replace('¦', '')
  const error = await refusalOf(queenOn(url, [plain('001', upSQL)]).up(), 'MIGRATION_FAILED')
  const { line, column, number, source } = error.statement!
  expect(source).toBe(upSQL)
  return { place: { line, column }, number, code: error.serverCode, expected: positionAt(upSQL, at) }
}

const TABLE = 'CREATE TABLE t (v INT);'

describePostgres('the place of an error', () => {
  test.each([
    ['a syntax error in the first statement', '¦SELEC 1', 1, '42601'],
    ['in the middle of many', `${TABLE}\nSELECT 1;\n  SELECT 1 FORM ¦t;\nSELECT 2`, 3, '42601'],
    ['in the last', `${TABLE}\nSELECT 1;\nINSERT INTO t VALUES (1,¦)`, 3, '42601'],
    ['an unknown column', `${TABLE} SELECT 1;\nSELECT v,\n  ¦w FROM t`, 3, '42703'],
    ['an unknown table', `SELECT 1; SELECT * FROM ¦nowhere`, 2, '42P01'],
    ['behind emoji', `SELECT '👩‍🚀🎉'; /* 🎉 */ SELECT '🎉', ¦w`, 2, '42703'],
    ['behind CRLF', `${TABLE}\r\nSELECT '\r\n';\r\n  SELECT ¦w;\r\n`, 3, '42703'],
    [
      'behind comments at the end of statements',
      `SELECT 1 -- one;\n; -- two\nSELECT 2 -- three\n;SELECT ¦w -- x`,
      3,
      '42703',
    ],
    ['behind dollar quotes', `DO $a$ BEGIN PERFORM 1; END $a$; SELECT $b$;\n$b$; SELECT ¦w`, 3, '42703'],
    ['behind a block comment that nests', `/* a /* b; */ ; */ SELECT 1;\n/* c */ SELECT /* d */ ¦w`, 2, '42703'],
    ['after a BOM', `\uFEFFSELECT 1;\nSELECT ¦w`, 2, '42703'],
  ])('%s', async (_, marked, number, code) => {
    const found = await placeOf(marked)
    expect(found).toMatchObject({ number, code, place: found.expected })
  })

  test.each([
    [
      'a unique violation',
      `CREATE TABLE t (v INT UNIQUE);\nINSERT INTO t VALUES (1);\n\n  ¦INSERT INTO t VALUES (1);\nSELECT 1`,
      3,
      '23505',
    ],
    ['a division by zero', `SELECT 1; -- a\n¦SELECT 1/0; SELECT 2`, 2, '22012'],
    ['an exception of a function', `SELECT 1;\n¦DO $$ BEGIN\n RAISE EXCEPTION 'no'; END $$`, 2, 'P0001'],
    // The position that comes with it is one in the function's text.
    ['an error inside of dollar quotes', `SELECT 1;\n¦DO $$ BEGIN EXECUTE 'SELECT w'; END $$; SELECT 1`, 2, '42703'],
    ['a table that exists', `${TABLE} SELECT '🎉';\n¦${TABLE}`, 3, '42P07'],
  ])('%s has none of its own, and the statement is pointed at', async (_, marked, number, code) => {
    const found = await placeOf(marked)
    expect(found).toMatchObject({ number, code, place: found.expected })
  })

  test('outside of a transaction too', async () => {
    const { url } = await freshDatabase()
    const upSQL = `SELECT 1;\r\nSELECT '🎉', w`
    const error = await refusalOf(queenOn(url, [plain('001', upSQL, { transaction: false })]).up(), 'MIGRATION_FAILED')
    expect(error.statement).toMatchObject({ number: 2, line: 2, column: 13, total: 2 })
  })

  test('in the statements of several migrations that are one transaction', async () => {
    const { url } = await freshDatabase()
    const queen = queenOn(url, [plain('001', `SELECT '🎉'`), plain('002', 'SELECT 1;\nSELECT w')])
    const error = await refusalOf(queen.up({ atomic: true }), 'MIGRATION_FAILED')
    expect(error).toMatchObject({ version: '002', statement: { number: 2, line: 2, column: 8 } })
  })

  test('a function has no statement to point at, but the server is quoted', async () => {
    const { url } = await freshDatabase()
    const queen = queenOn(url, [called('001', async (tx) => await tx.exec('SELECT w'))])
    const error = await refusalOf(queen.up(), 'MIGRATION_FAILED')
    expect(error).toMatchObject({ version: '001', serverCode: '42703', rolledBack: ['001'] })
    expect(error).not.toHaveProperty('statement')
    expect(error.message).toContain('column "w" does not exist')
  })
})
