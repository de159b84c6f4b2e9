import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** A run of the tests of a fresh database, in an environment without PostgreSQL. */
function run(env: NodeJS.ProcessEnv): { status: number | null; output: string } {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs')
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [vitest, 'run', 'test/support/postgres.test.ts', '-t', 'a fresh database', '--reporter=verbose'],
    { cwd: ROOT, env: { ...process.env, NO_COLOR: '1', QUEEN_TEST_POSTGRES_URL: 'none', ...env }, encoding: 'utf8' },
  )
  return { status, output: stdout + stderr }
}

const WHY =
  'no PostgreSQL: QUEEN_TEST_POSTGRES_URL is none; set QUEEN_TEST_POSTGRES_URL, install postgresql, or start Docker'

test('without a server tests are skipped, and the run says why at its end', { timeout: 60_000 }, () => {
  const { status, output } = run({ CI: '' })
  expect(status, output).toBe(0)
  expect(output).toContain(`a fresh database (skipped: ${WHY})`)
  expect(output).toContain(`Tests were left out: ${WHY}`)
  expect(output).not.toMatch(/\d passed/)
})

test('in CI they fail', { timeout: 60_000 }, () => {
  const { status, output } = run({ CI: 'true' })
  expect(status).toBe(1)
  expect(output).toContain(`Error: ${WHY}`)
})
