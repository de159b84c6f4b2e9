import { readdirSync, rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Project, SOUND, withOwnCopy } from '../support/cli.js'

async function places(project: Project, line = 'status'): Promise<string[]> {
  const { document } = await project.json(line.split(' '))
  expect(document.error).toBeUndefined()
  return document.migrations.map((row: { at: string }) => row.at)
}

test.each([
  ['export default', 'export default mine'],
  ['export q', 'export { mine as q }'],
  ['export queen', 'export { mine as queen }'],
  ['export migrations', 'export const migrations = mine'],
])('%s', async (_, end) => {
  const text = `import { Queen } from 'queen-migrate'\nconst mine = new Queen().add({ version: '1', name: 'a', upSQL: 'SELECT 1' })\n${end}\n`
  for (const name of ['migrations.mjs', 'migrations.ts'])
    expect(await places(new Project({ [name]: text }))).toEqual([`${name}:2`])
})

test('a CommonJS module that a compiler made', async () => {
  const text = `Object.defineProperty(exports, '__esModule', { value: true })\nconst { Queen } = require('queen-migrate')\nexports.default = new Queen().add({ version: '1', name: 'a', upSQL: 'SELECT 1' })\n`
  expect(await places(new Project({ 'package.json': '{"type":"commonjs"}', 'migrations.js': text }))).toEqual([
    'migrations.js:3',
  ])
})

test('TypeScript with all that compilers accept: lines stay right, and the library is the one that is running', async () => {
  const project = new Project({
    'migrations.ts': `import { Queen, QueenError } from 'queen-migrate'
import { sqlite } from 'queen-migrate/sqlite'
import type { Migration } from 'queen-migrate'
import { users } from './parts/users.js'

enum Kind {
  First = '001',
}

/**
 * A comment
 * of some lines.
 */
const template = \`
  SELECT
  1
\`
const q: Queen = new Queen(sqlite(':memory:'))
for (const migration of users) q.add(migration)
q.add({
  version: Kind.First,
  name: QueenError.name,
  upSQL: template,
} as Migration)

export default q
`,
    'parts/users.ts': `import type { Migration } from 'queen-migrate'\n\nexport const users: Migration[] = [{ version: 'users_1', name: 'a', upSQL: 'SELECT 1' }]\n`,
  })
  // Twice: as it is transpiled, and as it comes from the cache.
  for (const _ of [1, 2]) {
    const { stdout, stderr } = await project.start(['status', '--json', '--url', 'sqlite:a.db']).done
    expect(stderr).toBe(`${project.path('a.db')} does not exist yet; the first migration creates it\n`)
    expect(JSON.parse(stdout).migrations.map((row: { at: string }) => row.at)).toEqual([
      'migrations.ts:20',
      'migrations.ts:19',
    ])
  }
  expect(readdirSync(project.path('node_modules/.cache/queen-migrate')).length).toBe(2)
})

test('several modules: ts goes before mjs, and --migrations before both', async () => {
  const project = new Project({ 'migrations.ts': SOUND, 'migrations.mjs': '', 'other.mjs': SOUND })
  expect(await places(project)).toEqual(['migrations.ts:5', 'migrations.ts:6'])
  expect(await places(project, 'status --migrations other.mjs')).toEqual(['other.mjs:5', 'other.mjs:6'])
})

test.each(['migrations.mjs', 'migrations.ts'])(
  'another copy of the library in the project: %s runs, and its failures are understood',
  async (name) => {
    const project = withOwnCopy({ [name]: SOUND.replace('ALTER TABLE users', 'ALTER TABLE nobody') })
    const { code, document, stderr } = await project.json(['up'])
    expect(code, stderr).toBe(1)
    expect(document.error).toMatchObject({
      code: 'MIGRATION_FAILED',
      version: '002',
      at: `${name}:6`,
      statement: { number: 1, line: 1, column: 13 },
    })
    expect((await project.run(['version'])).stdout).toBe('001\n')
  },
)

test('no copy at all in reach: TypeScript gets the one that is running', async () => {
  const project = new Project({ 'migrations.ts': SOUND })
  rmSync(project.path('node_modules'), { recursive: true })
  const home = project.path('home')
  const { code, stderr } = await project.start(['up'], { HOME: home }).done
  expect(code, stderr).toBe(0)
})
