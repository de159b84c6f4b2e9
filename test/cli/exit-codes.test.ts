import { expect, test } from 'vitest'
import { holdLock } from '../support/cli-built.js'
import { moduleOf, Project, SOUND } from '../support/cli.js'

const BROKEN = moduleOf(
  `q.add({ version: '001', name: 'broken', upSQL: 'CREATE TABEL users (id INT)', downSQL: 'DROP TABLE users' })`,
)
const HALF = moduleOf(`
q.add({ version: '001', name: 'half', transaction: false, upSQL: ['CREATE TABLE a (id INT)', 'CREATE TABEL b (id INT)'], downSQL: 'DROP TABLE a' })`)
const ONE_WAY = moduleOf(
  `q.add({ version: '001', name: 'one_way', upSQL: 'CREATE TABLE a (id INT)', irreversible: 'data is gone' })`,
)
const TWINS = moduleOf(`
q.add({ version: '001', name: 'mine', upSQL: 'SELECT 1' })
q.add({ version: '001', name: 'yours', upSQL: 'SELECT 2' })`)

const TABLE: readonly (readonly [
  what: string,
  migrations: string,
  before: readonly string[],
  line: string,
  code: number,
])[] = [
  ['done', SOUND, [], 'up', 0],
  ['nothing to do', SOUND, ['up'], 'up', 0],
  ['pending, not asked', SOUND, [], 'status', 0],
  ['pending, asked', SOUND, [], 'status --check', 3],
  ['none pending', SOUND, ['up'], 'status --check', 0],
  ['pending is no problem', SOUND, [], 'validate', 0],
  ['pending is a problem', SOUND, [], 'validate --no-pending', 3],
  ['a migration fails', BROKEN, [], 'up', 1],
  ['it failed half-way', HALF, ['up'], 'up', 5],
  ['half-done, checked', HALF, ['up'], 'status --check', 5],
  ['half-done, validated', HALF, ['up'], 'validate', 5],
  ['no way back', ONE_WAY, ['up'], 'down', 1],
  ['duplicates while running', TWINS, [], 'up', 1],
  ['duplicates while validating', TWINS, [], 'validate', 1],
  ['unknown version', SOUND, [], 'goto 999', 2],
  ['unknown command', SOUND, [], 'upp', 2],
  ['no command', SOUND, [], '', 2],
  ['help', SOUND, [], 'help', 0],
  ['help of a command', SOUND, [], 'up --help', 0],
  ['version of the program', SOUND, [], '--version', 0],
  ['version of the database, none', SOUND, [], 'version', 0],
  ['reset unattended', SOUND, ['up'], 'reset', 2],
  ['reset with consent', SOUND, ['up'], 'reset --yes', 0],
  ['nothing to recover', SOUND, ['up'], 'recover 001 --applied', 2],
  ['recovered', HALF, ['up'], 'recover 001 --pending', 0],
]

test.each(TABLE)('%s', async (_, migrations, before, line, code) => {
  const project = new Project({ 'migrations.mjs': migrations })
  for (const one of before) await project.run(one.split(' '))
  const done = await project.json(line.split(' ').filter((word) => word !== ''))
  expect(done, done.stderr).toMatchObject({ code, document: { ok: code === 0 } })
  expect(done.document.error === undefined).toBe(code === 0)
})

test('somebody else has the lock', async () => {
  const project = new Project({ 'migrations.mjs': SOUND })
  const free = await holdLock(project.path('queen.db'), 'deploy@ci-7#42')
  const { code, document, stderr } = await project.json(['up', '--lock-timeout', '100ms'])
  await free()
  expect(code).toBe(4)
  expect(document.error).toMatchObject({ code: 'LOCK_TIMEOUT', holder: expect.stringContaining('deploy@ci-7#42') })
  expect(stderr).toContain('waiting for the lock, held by deploy@ci-7#42')
  expect((await project.run(['up'])).code).toBe(0)
})

test('the program itself ends with them', async () => {
  const project = new Project({ 'migrations.mjs': SOUND })
  const codes = []
  for (const line of ['status --check', 'up', 'nonsense']) codes.push((await project.start(line.split(' ')).done).code)
  expect(codes).toEqual([3, 0, 2])
})
