import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const door = fileURLToPath(new URL('../../dist/testing/index.js', import.meta.url))

/** Runs a file of tests with `node --test`, in a folder for temporary files of its own. */
async function nodeTest(file: string) {
  expect(existsSync(door), 'this test needs the built package: npm run build').toBe(true)
  const folder = mkdtempSync(join(tmpdir(), 'queen-'))
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env
  const path = fileURLToPath(new URL(`fixtures/${file}`, import.meta.url))
  try {
    const command = promisify(execFile)(process.execPath, ['--test', '--test-reporter=tap', path], {
      env: { ...env, TMPDIR: folder },
    })
    const { stdout } = await command.catch((error: { stdout: string }) => error)
    return { stdout, left: readdirSync(folder) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('newTest works with node:test, from the built package, without a driver', async () => {
  const { stdout, left } = await nodeTest('node-test.mjs')
  expect(stdout).toMatch(/^ *ok 1 - round trip and concurrent runs, on SQLite without a driver$/m)
  expect(stdout).toMatch(/^ *ok 2 - a note in the report$/m)
  expect(stdout).toMatch(/# 001 one_way \(node-test\.mjs:\d+\) is irreversible \(no way back\): only its up was run/)
  expect(stdout).toMatch(/^ *not ok 3 - a forgotten index$/m)
  expect(stdout).toMatch(
    /002 add_name \(node-test\.mjs:\d+\): down left table a\n\s+002 add_name \(node-test\.mjs:\d+\): down left index users_name_idx/,
  )
  expect(left, 'every scratch database is gone').toEqual([])
})

test('the conformance suite works with node:test, and names what it leaves out', async () => {
  const { stdout } = await nodeTest('conformance.mjs')
  expect(stdout).toMatch(/# Subtest: conformance of SQLite in memory/)
  expect(stdout).toMatch(/^ *ok \d+ - history: null before prepare/m)
  expect(stdout).toMatch(/^ *ok \d+ - lock: another history table has another lock \(one connection\) # SKIP/m)
})
