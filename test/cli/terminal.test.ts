import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { masked, moduleOf, Project, SOUND } from '../support/cli.js'

const YES = [['(y/N) ', 'y\r']] as const

/** What is left on the screen, roughly: without what the spinner wrote over. */
function screen(text: string, project: Project): string {
  const lines = masked(stripVTControlCharacters(text), project).split(/\r?\n/)
  return lines
    .map((line) => line.replace(/^.*[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏][^✔✖]*/, '').trimEnd())
    .filter((line) => line !== '')
    .join('\n')
}

const RED = '\u001B[31m'
const GREEN = '\u001B[32m'

test('a session in a terminal', async () => {
  const project = new Project({ 'migrations.mjs': SOUND })
  const up = await project.startInTerminal(['up']).done
  expect(up.code).toBe(0)
  expect(up.stdout).toContain('⠋')
  expect(up.stdout).toContain(GREEN)
  expect(screen(up.stdout, project)).toMatchInlineSnapshot(`
    "No database is named: using sqlite:<folder>/queen.db
    <folder>/queen.db does not exist yet; the first migration creates it
    sqlite:<folder>/queen.db
    ✔ 001 create_users <took>
    ✔ 002 add_email <took>
    2 migrations applied in <took>: at 002."
  `)
  const status = await project.startInTerminal(['status']).done
  expect(screen(status.stdout, project)).toMatchInlineSnapshot(`
    "No database is named: using sqlite:<folder>/queen.db
    version  state    name          applied                   took  at
    001      applied  create_users  <time>  <took>  migrations.mjs:5
    002      applied  add_email     <time>  <took>  migrations.mjs:6"
  `)
  const down = await project.startInTerminal(['reset'], YES).done
  expect(down.code).toBe(0)
  expect(screen(down.stdout, project)).toMatchInlineSnapshot(`
    "No database is named: using sqlite:<folder>/queen.db
    This takes back, on sqlite:<folder>/queen.db:
      002 add_email  (drops or deletes)
      001 create_users  (drops or deletes)
    Go ahead? (y/N) y
    sqlite:<folder>/queen.db
    ✔ down 002 add_email <took>
    ✔ down 001 create_users <took>
    2 migrations taken back in <took>: nothing is applied."
  `)
})

test.each([
  ['n', 'n\r', 1],
  ['an empty line', '\r', 1],
  ['the end of the input', '\u0004', 1],
  ['Ctrl-C', '\u0003', 130],
])('asked, %s changes nothing', async (_, typed, exit) => {
  const project = new Project({ 'migrations.mjs': SOUND })
  await project.run(['up'])
  const { code, stdout } = await project.startInTerminal(['down'], [['(y/N) ', typed]]).done
  expect(stdout).toContain('002 add_email  (drops or deletes)')
  expect(stdout).toContain('Not confirmed: nothing was changed')
  expect(code).toBe(exit)
  expect((await project.run(['version'])).stdout).toBe('002\n')
})

test('with --yes, with --dry-run and with nothing to take back nobody is asked', async () => {
  const project = new Project({ 'migrations.mjs': SOUND })
  await project.run(['up'])
  for (const line of ['down --dry-run', 'reset --yes', 'down']) {
    const { code, stdout } = await project.startInTerminal(line.split(' ')).done
    expect(stdout).not.toContain('Go ahead?')
    expect(code, stdout).toBe(0)
  }
})

test('in a protected environment a terminal is no consent', async () => {
  const project = new Project({ 'migrations.mjs': SOUND, 'queen.config.json': '{"protected":true}' })
  await project.run(['up'])
  const { code, stdout } = await project.startInTerminal(['down'], YES).done
  expect(code).toBe(2)
  expect(stdout).not.toContain('Go ahead?')
})

test('a bar follows what a function reports', async () => {
  const project = new Project({
    'migrations.mjs': moduleOf(`q.add({ version: '001', name: 'fill', manualChecksum: 'v1', upFn: async (tx, ctx) => {
      for (let done = 0; done <= 4; done++) { ctx.progress(done, 4); await new Promise((next) => setTimeout(next, 1)) }
    } })`),
  })
  const { stdout } = await project.startInTerminal(['up']).done
  expect(stripVTControlCharacters(stdout)).toContain('001 fill ██████████░░░░░░░░░░ 2 of 4 (50 %)')
  // In a log it is lines, and not one for every call.
  await project.run(['down', '--url', 'sqlite:other.db'])
  const { stderr } = await project.run(['up', '--url', 'sqlite:other.db'])
  expect(stderr).toContain('001 fill: 2 of 4 (50 %)\n')
})

test.each([
  ['--no-color', ['--no-color'], { FORCE_COLOR: '1' }],
  ['NO_COLOR', [], { NO_COLOR: '1' }],
  ['TERM=dumb', [], { TERM: 'dumb' }],
  ['FORCE_COLOR=0', [], { FORCE_COLOR: '0' }],
] as const)('%s: no colour', async (_, flags, env) => {
  const project = new Project({ 'migrations.mjs': SOUND.replace('CREATE TABLE users', 'CREATE TABEL users') })
  const { stdout } = await project.startInTerminal(['up', ...flags], [], env).done
  expect(stdout).toContain('CREATE TABEL')
  // oxlint-disable-next-line no-control-regex -- colours are control characters
  expect(stdout).not.toMatch(/\u001B\[[1-9][0-9;]*m/)
})

test('FORCE_COLOR colours a pipe, which otherwise stays plain, and CI is not animated', async () => {
  const project = new Project({ 'migrations.mjs': SOUND })
  expect((await project.start(['statsu']).done).stderr).not.toContain(RED)
  expect((await project.start(['statsu'], { FORCE_COLOR: '1' }).done).stderr).toContain(RED)
  const { stdout } = await project.startInTerminal(['up'], [], { CI: 'true' }).done
  expect(stdout).not.toContain('⠋')
  expect(stripVTControlCharacters(stdout)).toContain('done   001 create_users')
})
