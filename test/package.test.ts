import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { RELEASE } from '../src/core/index.js'
import { temporaryFolder } from './support/folder.js'
import { folderWithPackage } from './support/packed.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PACKAGE = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  version: string
  scripts: object
  exports: Record<string, unknown>
}

test('the release the program knows is the one the package has', () => {
  expect(RELEASE).toBe(PACKAGE.version)
})

test('the package runs nothing when it is installed', () => {
  expect(Object.keys(PACKAGE.scripts).filter((name) => /^(pre|post)?install$|^prepare$/.test(name))).toEqual([])
})

describe('doors', () => {
  const doors: Record<string, readonly string[]> = {
    'queen-migrate': ['ExecutionError', 'Queen', 'QueenError', 'RELEASE', 'compareVersions', 'redact'],
    'queen-migrate/sqlite': ['sqlite'],
    'queen-migrate/postgres': ['postgres'],
    'queen-migrate/mysql': ['mysql'],
    'queen-migrate/testing': ['newTest', 'schemaDiff'],
    'queen-migrate/testing/conformance': ['conformance', 'conformanceCases'],
    'queen-migrate/cli': ['runCLI'],
  }

  test('are all there are', () => {
    const expected = Object.keys(PACKAGE.exports).filter((path) => path !== './package.json')
    expect(expected.map((path) => path.replace(/^\./, 'queen-migrate'))).toEqual(Object.keys(doors))
  })

  test.each(Object.entries(doors))('%s exports %s', async (door, names) => {
    expect(Object.keys((await import(door)) as object).sort()).toEqual([...names].sort())
  })

  test('importing the library loads no driver, no command line and no client', () => {
    const seen = loadedFiles('queen-migrate')
    expect(seen.filter((file) => /\/(cli|drivers|testing)\//.test(file))).toEqual([])
    expect(
      seen.filter((file) => /node_modules/.test(file)).map((file) => file.replace(/.*node_modules\//, '')),
    ).toEqual(['natural-compare-lite/index.js'])
  })
})

/** Every file an import loads, as a loader hook in a process of its own sees it. */
function loadedFiles(specifier: string): string[] {
  const folder = temporaryFolder()
  writeFileSync(
    join(folder, 'hook.mjs'),
    `import { writeSync } from 'node:fs'
     export async function load(url, context, next) { if (url.startsWith('file:')) writeSync(1, url + '\\n'); return next(url, context) }`,
  )
  const main = `import { register } from 'node:module'; register(${JSON.stringify(join(folder, 'hook.mjs'))}, 'file:///'); await import(${JSON.stringify(specifier)})`
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', main], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  return stdout
    .trim()
    .split('\n')
    .filter((url) => !url.endsWith('hook.mjs'))
}

test('a driver loads its client when it connects, and not before', () => {
  const program = `
    import { createRequire } from 'node:module'
    import { Queen } from 'queen-migrate'
    import { postgres } from 'queen-migrate/postgres'
    import { sqlite } from 'queen-migrate/sqlite'
    const { cache } = createRequire(import.meta.url)
    const loaded = () => ['pg', 'better-sqlite3'].filter((name) => Object.keys(cache).some((file) => file.includes('/node_modules/' + name + '/')))
    const queens = [new Queen(postgres('postgres://ann@127.0.0.1:1/app')), new Queen(sqlite(':memory:'))]
    console.log(loaded().join())
    for (const queen of queens) await queen.status().catch(() => {})
    console.log(loaded().join())`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  expect({ stdout, stderr }).toEqual({ stdout: '\npg,better-sqlite3\n', stderr: '' })
})

describe('without its client', { timeout: 60_000 }, () => {
  test.each([
    ['better-sqlite3', 'sqlite', 'sqlite:app.db'],
    ['pg', 'postgres', 'postgres://ann@127.0.0.1:1/app'],
    ['mysql2', 'mysql', 'mysql://ann@127.0.0.1:1/app'],
  ])('%s: a clear error with the command that installs it', (client, door, url) => {
    const folder = folderWithPackage()
    rmSync(join(folder, 'node_modules', client))
    const module = `import { Queen } from 'queen-migrate'\nexport default new Queen()\n`
    writeFileSync(join(folder, 'migrations.mjs'), module)
    const program = `
      import { ${door} } from 'queen-migrate/${door}'
      import queen from './migrations.mjs'
      await queen.with(${door}('${url}')).status().catch((error) => console.log(error.code + '|' + error.hint))`
    const run = (...words: readonly string[]) => {
      const { stdout, stderr, status } = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' })
      return { stdout, stderr, status }
    }
    const hint = `npm install ${client}`
    const library = run('--input-type=module', '-e', program)
    expect(library).toEqual({ stdout: `DRIVER_MISSING|${hint}\n`, stderr: '', status: 0 })
    const line = run('node_modules/queen-migrate/dist/cli/bin.js', 'status', '--json', '--url', url)
    expect(line.status).toBe(2)
    expect(JSON.parse(line.stdout).error).toMatchObject({ code: 'DRIVER_MISSING', hint })
  })
})

describe('the linter draws the rooms', () => {
  test.each<[string, string, string]>([
    ['core imports a driver', 'src/core/planted.ts', `export { sqlite } from '../drivers/sqlite/index.js'`],
    ['core reads files', 'src/core/planted.ts', `export { readFileSync } from 'node:fs'`],
    ['core imports a package', 'src/core/planted.ts', `export { parse } from 'yaml'`],
    [
      'core draws an arrow to the command line',
      'src/core/planted.ts',
      `export type { CLIOptions } from '../cli/io.js'`,
    ],
    [
      'a driver loads its client',
      'src/drivers/sqlite/planted.ts',
      `import Database from 'better-sqlite3'\nexport const db = new Database('x')`,
    ],
    [
      'a driver imports the command line',
      'src/drivers/sqlite/planted.ts',
      `export { runCLI } from '../../cli/index.js'`,
    ],
    ['testing imports a test runner', 'src/testing/planted.ts', `export { test } from 'vitest'`],
    ['the command line imports a driver', 'src/cli/planted.ts', `export { sqlite } from '../drivers/sqlite/index.js'`],
    [
      'two files import types of each other',
      'src/core/planted.ts',
      `import type { Other } from './planted-too.js'\nexport type One = Other | 1`,
    ],
  ])('%s: refused', (_, path, code) => {
    const folder = temporaryFolder()
    cpSync(join(ROOT, '.oxlintrc.json'), join(folder, '.oxlintrc.json'))
    cpSync(join(ROOT, 'src'), join(folder, 'src'), { recursive: true })
    writeFileSync(
      join(folder, 'src/core/planted-too.ts'),
      `import type { One } from './planted.js'\nexport type Other = One | 2\n`,
    )
    if (path !== 'src/core/planted.ts') writeFileSync(join(folder, 'src/core/planted.ts'), 'export type One = 1\n')
    writeFileSync(join(folder, path), `${code}\n`)
    const { status, stdout } = spawnSync(join(ROOT, 'node_modules/.bin/oxlint'), ['-f', 'unix'], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect(stdout).toContain(path)
    expect(status).toBe(1)
  })
})
