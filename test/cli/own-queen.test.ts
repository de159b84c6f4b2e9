import { expect, test } from 'vitest'
import { library } from '../support/cli-built.js'
import { Project } from '../support/cli.js'

const { Queen, sqlite } = library

test('a program is its own command line: nothing is loaded', async () => {
  const project = new Project({ 'migrations.mjs': 'throw new Error("must not be loaded")' })
  const queen = new Queen().add({
    version: '001',
    name: 'a',
    upSQL: 'CREATE TABLE a (id INT)',
    downSQL: 'DROP TABLE a',
  })
  expect((await project.run(['up', '--url', 'sqlite:a.db'], { queen })).code).toBe(0)
  expect((await project.run(['version', '--url', 'sqlite:a.db'], { queen })).stdout).toBe('001\n')
})

test('a queen that comes with its database keeps it, unless another is named', async () => {
  const project = new Project()
  const queen = new Queen(sqlite(project.path('own.db'))).add({
    version: '001',
    name: 'a',
    upSQL: 'CREATE TABLE a (id INT)',
  })
  const status = async (argv: readonly string[]) =>
    JSON.parse((await project.run(['status', '--json', ...argv], { queen })).stdout)
  expect((await status([])).target).toBe(`sqlite:${project.path('own.db')}`)
  expect((await status(['--url', 'sqlite:other.db'])).target).toBe(`sqlite:${project.path('other.db')}`)
  expect((await status(['--table', 'other'])).error).toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('table'),
  })
})

test('it sets the exit code, and returns it', async () => {
  const before = process.exitCode
  const project = new Project({
    'cli.mjs': `import { Queen } from 'queen-migrate'\nimport { runCLI } from 'queen-migrate/cli'\nconst code = await runCLI(new Queen())\nprocess.stdout.write('code ' + code)\n`,
  })
  const { execFile } = await import('node:child_process')
  const { code, stdout } = await new Promise<{ code: unknown; stdout: string }>((resolve) =>
    execFile(process.execPath, ['cli.mjs', 'down', '-x'], { cwd: project.folder }, (error, out) =>
      resolve({ code: error?.code, stdout: out }),
    ),
  )
  expect([code, stdout]).toEqual([2, 'code 2'])
  expect(process.exitCode).toBe(before)
})
