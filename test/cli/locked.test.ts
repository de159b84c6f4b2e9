import { stripVTControlCharacters } from 'node:util'
import { beforeEach, expect, test, vi } from 'vitest'
import { Queen } from '../../src/core/queen.js'
import { draft, faulty, missing } from '../support/core.js'
import { masked, moduleOf, Project } from '../support/cli.js'

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

const BLOCKED =
  'blocked by 4711 ann from 10.0.0.3, psql, idle in transaction since <time>: UPDATE users SET password = ***'

test('each statement that gets no lock on a table is a line, with whom it waits for', async () => {
  const project = new Project()
  const queen = new Queen(missing(project.path('app.db'), { at: 't_2', times: 2 })).add(draft('1')).add(draft('2'))
  const { code, stderr } = await project.run(['up'], { queen })
  expect(code).toBe(0)
  expect(masked(stderr, project).split('\n')).toEqual([
    'sqlite:<folder>/app.db',
    'done   1 make_1 (<took>)',
    `waiting for a lock on a table: 2 make_2, try 1 of 30, ${BLOCKED}`,
    `waiting for a lock on a table: 2 make_2, try 2 of 30, ${BLOCKED}`,
    'done   2 make_2 (<took>)',
    '',
  ])
})

test('the last of them says so, and so does the error, in text and in JSON', async () => {
  const project = new Project()
  const queen = new Queen(missing(project.path('app.db'), { at: 't_1' })).add(draft('1'))
  const { code, stderr } = await project.run(['up'], { queen })
  expect(code).toBe(4)
  const shown = masked(stderr, project)
  expect(shown).toContain(`got no lock on a table: 1 make_1, try 30 of 30, ${BLOCKED}\n`)
  expect(shown).toMatch(/✖ 1 make_1: statement 1 \(CREATE TABLE .*\) got no lock in 30 tries within .*\n {2}blocked by/)
  const json = await project.run(['up', '--json'], { queen })
  expect(json.code).toBe(4)
  const { error } = JSON.parse(json.stdout) as { error: object }
  expect(error).toMatchObject({ code: 'LOCK_TIMEOUT', blockers: [{ id: '4711', state: 'idle in transaction' }] })
})

test('what the database remarks is shown with --verbose alone', async () => {
  const project = new Project()
  const driver = faulty(project.path('app.db'), (real) => ({
    execute: async (script, execution) => {
      execution.notice?.({ severity: 'NOTICE', message: 'relation "t"\nexists\u001B[31m, skipping' })
      await real.execute(script, execution)
    },
  }))
  const queen = new Queen(driver).add(draft('1'))
  expect((await project.run(['up'], { queen })).stderr).not.toContain('NOTICE')
  const { stderr } = await project.run(['down', '--yes', '--verbose'], { queen })
  expect(stderr).toContain('down 1 make_1: NOTICE relation "t" exists, skipping\n')
})

test('a terminal shows both above what is at work', async () => {
  const project = new Project({
    'migrations.mjs': `import { ExecutionError } from 'queen-migrate'
import { sqlite } from 'queen-migrate/sqlite'
${moduleOf(`q.add({ version: '001', name: 'busy', upSQL: 'CREATE TABLE busy (id INT)' })`).replace('export default q', '')}
const driver = sqlite('app.db')
let left = 1
export default q.with({ ...driver, connect: async (table) => {
  const session = await driver.connect(table)
  const execute = session.execute.bind(session)
  session.execute = async (script, execution) => {
    execution.reached?.(0)
    execution.notice?.({ severity: 'WARNING', message: 'take care' })
    const blockers = [{ id: '12', who: 'ann' }]
    if (left-- > 0) throw new ExecutionError('lock timeout', { failure: 'locked', operation: 1, outcome: 'rolledBack', blockers })
    await execute(script, execution)
  }
  return session
} })`,
  })
  const { code, stdout } = await project.startInTerminal(['up', '--verbose']).done
  const shown = stripVTControlCharacters(stdout).split(/\r?\n/)
  expect(code, stdout).toBe(0)
  expect(shown.filter((line) => line.endsWith('001 busy: WARNING take care'))).toHaveLength(2)
  const waiting = 'waiting for a lock on a table: 001 busy, try 1 of 30, blocked by 12 ann'
  expect(shown.filter((line) => line.endsWith(waiting))).toHaveLength(1)
})
