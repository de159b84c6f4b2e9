import { expect, test, vi } from 'vitest'
import { fileDatabase } from '../../support/database.js'

test('a migration of many megabytes is applied whole', { timeout: 60_000 }, async () => {
  const text = 'x'.repeat(30 * 1024 * 1024)
  const many = Array.from({ length: 20_000 }, (_, i) => `INSERT INTO t VALUES ('row ${i}; -- not a comment')`).join(
    ';\n',
  )
  const { queen, values } = fileDatabase({
    version: '001',
    name: 'large',
    upSQL: `CREATE TABLE t (v TEXT);\nINSERT INTO t VALUES ('${text}');\n${many}`,
  })
  await queen.up()
  expect(values('SELECT count(*) FROM t')).toEqual([20_001])
  expect(values('SELECT max(length(v)) FROM t')).toEqual([text.length])
})

test.each([-1, 1])(
  "times come from the database's clock: a process whose clock is %i day off changes nothing",
  async (days) => {
    const { queen, values } = fileDatabase({ version: '001', name: 'table', upSQL: 'CREATE TABLE t (v TEXT)' })
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days * 86_400_000 })
    try {
      await queen.up()
    } finally {
      vi.useRealTimers()
    }
    expect(values(`SELECT abs(julianday('now') - julianday(applied_at)) < 0.01 FROM queen_migrations`)).toEqual([1])
    expect(values(`SELECT abs(julianday('now') - julianday(started_at)) < 0.01 FROM queen_migrations_log`)).toEqual([1])
  },
)
