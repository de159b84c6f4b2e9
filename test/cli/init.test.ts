import { execFileSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { Project } from '../support/cli.js'
import { describePostgres, freshDatabase, type FreshDatabase } from '../support/postgres.js'

const PACKAGES = fileURLToPath(new URL('../../node_modules', import.meta.url))

/** What the files need to be compiled and tested. */
function equip(project: Project): void {
  for (const name of ['typescript', '@typescript', 'vitest', 'vite', '@types', 'better-sqlite3'])
    symlinkSync(join(PACKAGES, name), project.path(`node_modules/${name}`))
}

function tsc(project: Project, files: readonly string[]): string {
  const options = [
    '--noEmit',
    '--strict',
    '--target',
    'es2023',
    '--module',
    'nodenext',
    '--skipLibCheck',
    '--types',
    'node',
    '--ignoreConfig',
  ]
  try {
    execFileSync(process.execPath, [join(PACKAGES, 'typescript/bin/tsc'), ...options, ...files], {
      cwd: project.folder,
      encoding: 'utf8',
    })
    return ''
  } catch (error) {
    return String((error as { stdout: string }).stdout)
  }
}

function vitest(project: Project, env: Readonly<Record<string, string>> = {}): string {
  return execFileSync(process.execPath, [join(PACKAGES, 'vitest/vitest.mjs'), 'run', '--root', project.folder], {
    cwd: project.folder,
    encoding: 'utf8',
    env: { ...process.env, CI: '1', VITEST: '', ...env },
  })
}

const FILES = ['.gitignore', 'migrations.test.ts', 'migrations.ts', 'package.json', 'queen.config.ts']

test('a new folder: what is written works, and the second time changes nothing', async () => {
  const project = new Project()
  const first = await project.run(['init'])
  expect(first.code).toBe(0)
  const before = project.contents()
  expect(Object.keys(before)).toEqual(FILES)
  const second = await project.run(['init'])
  expect(second.code).toBe(0)
  expect(second.stdout).toContain('Everything is there: nothing was changed.')
  expect(project.contents()).toEqual(before)
  for (const [line, out] of [
    ['up', '1 migration applied'],
    ['status', 'applied'],
    ['validate', 'No problems found.'],
    ['down', 'taken back'],
  ] as const)
    expect((await project.run([line])).stdout).toContain(out)
})

test('its files pass the strict compiler, and its test passes', async () => {
  const project = new Project()
  await project.run(['init'])
  equip(project)
  expect(
    tsc(
      project,
      FILES.filter((name) => name.endsWith('.ts')),
    ),
  ).toBe('')
  expect(vitest(project)).toContain('1 passed')
})

test('a folder with files of its own: none is touched, what is missing is said', async () => {
  const mine = {
    'package.json': '{ "name": "mine", "scripts": { "migrate": "mine" } }',
    '.gitignore': 'dist\n*.db\n',
    'migrations.js': 'module.exports = 1',
    'queen.config.yaml': 'url: sqlite:mine.db\n',
  }
  const project = new Project(mine)
  const { document } = await project.json(['init'])
  expect(document).toMatchObject({
    ok: true,
    created: ['migrations.test.mts'],
    kept: ['package.json', 'migrations.js', 'queen.config.yaml', '.gitignore'],
  })
  expect(project.contents()).toMatchObject(mine)
  expect(document.next.join('\n')).toContain("npm pkg set 'scripts.migrate:status=queen status'")
  expect(document.next.join('\n')).not.toContain('scripts.migrate=')
  expect(document.next).toContain('add *.db-* to .gitignore')
  expect(document.next).not.toContain('add *.db to .gitignore')
})

test('a project of CommonJS gets modules that say what they are', async () => {
  const project = new Project({ 'package.json': '{ "type": "commonjs" }' })
  await project.run(['init'])
  equip(project)
  expect(Object.keys(project.contents())).toContain('migrations.mts')
  expect(tsc(project, ['migrations.mts', 'queen.config.mts', 'migrations.test.mts'])).toBe('')
  expect((await project.run(['up'])).stdout).toContain('1 migration applied')
})

describePostgres('for a URL of PostgreSQL', () => {
  test.each([
    ['DATABASE_URL', ({ url }: FreshDatabase) => ({ argv: ['init'], env: { DATABASE_URL: url } })],
    ['QUEEN_URL', ({ url }: FreshDatabase) => ({ argv: ['init'], env: { QUEEN_URL: url } })],
    ['--url', ({ url }: FreshDatabase) => ({ argv: ['init', '--url', url], env: {} })],
  ])('in %s: the files fit it, and do not repeat it', async (from, call) => {
    const database = await freshDatabase()
    const project = new Project()
    const { argv, env } = call(database)
    const { code, stdout } = await project.run(argv, { env })
    expect(code).toBe(0)
    expect(stdout.includes('set DATABASE_URL, for example in .env')).toBe(from === '--url')
    expect(JSON.stringify(project.contents())).not.toContain(database.name)
    expect(project.read('.gitignore')).toContain('.env')
    equip(project)
    expect(
      tsc(
        project,
        FILES.filter((name) => name.endsWith('.ts')),
      ),
    ).toBe('')
    const variables = { [from === '--url' ? 'DATABASE_URL' : from]: database.url }
    expect(vitest(project, variables)).toContain('1 passed')
    expect((await project.run(['up'], { env: variables })).stdout).toContain('1 migration applied')
    await database.query(`INSERT INTO users (email) VALUES ('ann@example.org')`)
    expect((await project.json(['status'], { env: variables })).document).toMatchObject({ ok: true, pending: 0 })
  })
})
