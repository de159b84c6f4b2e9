import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import type { Queen } from '../../src/core/index.js'
import { Project, SOUND } from '../support/cli.js'

const HEAD = "import { Queen } from 'queen-migrate'\n\n"

interface Shape {
  readonly what: string
  readonly file?: string
  readonly before: string
  readonly flags?: string
  /** What is between the text before and the text behind. */
  readonly after: string
}

const SHAPES: readonly Shape[] = [
  {
    what: 'behind the last add, in its own style',
    before: `${HEAD}const q = new Queen()\n\nq.add({\n  version: '001',\n  name: 'a',\n  upSQL: 'SELECT 1',\n})\n\nexport default q\n`,
    after: `${HEAD}const q = new Queen()\n\nq.add({\n  version: '001',\n  name: 'a',\n  upSQL: 'SELECT 1',\n})\n\nq.add({\n  version: '002',\n  name: 'new',\n  upSQL: \`\n    ... -- the change\n  \`,\n  downSQL: \`\n    ... -- how to take it back\n  \`,\n})\n\nexport default q\n`,
  },
  {
    what: 'with semicolons, double quotes, tabs and no trailing comma',
    before: `import { Queen } from "queen-migrate";\nconst queen = new Queen();\nqueen.add({\n\tversion: "009",\n\tname: "a",\n\tupSQL: "SELECT 1"\n});\nexport default queen;\n`,
    after: `import { Queen } from "queen-migrate";\nconst queen = new Queen();\nqueen.add({\n\tversion: "009",\n\tname: "a",\n\tupSQL: "SELECT 1"\n});\n\nqueen.add({\n\tversion: "010",\n\tname: "new",\n\tupSQL: \`\n\t\t... -- the change\n\t\`,\n\tdownSQL: \`\n\t\t... -- how to take it back\n\t\`\n});\nexport default queen;\n`,
  },
  {
    what: 'a chain grows by a call',
    before: `${HEAD}const q = new Queen()\nq.add({ version: '1', name: 'a', upSQL: 'SELECT 1' })\n  .add({ version: '2', name: 'b', upSQL: 'SELECT 1' })\nexport { q }\n`,
    after: `${HEAD}const q = new Queen()\nq.add({ version: '1', name: 'a', upSQL: 'SELECT 1' })\n  .add({ version: '2', name: 'b', upSQL: 'SELECT 1' })\n  .add({\n    version: '3',\n    name: 'new',\n    upSQL: \`\n      ... -- the change\n    \`,\n    downSQL: \`\n      ... -- how to take it back\n    \`,\n  })\nexport { q }\n`,
  },
  {
    what: 'an exported chain',
    before: `${HEAD}export default new Queen()\n  .add({\n    version: 'users_7',\n    name: 'a',\n    upSQL: 'SELECT 1',\n  })\n`,
    flags: '--type ts',
    after: `${HEAD}export default new Queen()\n  .add({\n    version: 'users_7',\n    name: 'a',\n    upSQL: 'SELECT 1',\n  })\n  .add({\n    version: 'users_8',\n    name: 'new',\n    manualChecksum: 'v1',\n    upFn: async (tx) => {\n      await tx.query('... -- the change new makes')\n    },\n    downFn: async (tx) => {\n      await tx.query('... -- how to take new back')\n    },\n  })\n`,
  },
  {
    what: 'no migration yet, before the export',
    before: `${HEAD}const q = new Queen()\n\nexport default q\n`,
    after: `${HEAD}const q = new Queen()\n\nq.add({\n  version: '001',\n  name: 'new',\n  upSQL: \`\n    ... -- the change\n  \`,\n  downSQL: \`\n    ... -- how to take it back\n  \`,\n})\n\nexport default q\n`,
  },
  {
    what: 'no migration yet, exported where it is made',
    before: `${HEAD}export const migrations = new Queen()\n`,
    after: `${HEAD}export const migrations = new Queen()\n\nmigrations.add({\n  version: '001',\n  name: 'new',\n  upSQL: \`\n    ... -- the change\n  \`,\n  downSQL: \`\n    ... -- how to take it back\n  \`,\n})\n`,
  },
  {
    what: 'no migration yet, an exported expression',
    before: `${HEAD}export default new Queen()\n`,
    after: `${HEAD}export default new Queen()\n  .add({\n    version: '001',\n    name: 'new',\n    upSQL: \`\n      ... -- the change\n    \`,\n    downSQL: \`\n      ... -- how to take it back\n    \`,\n  })\n`,
  },
  {
    what: 'of two queens the exported one, and adds in loops are no place',
    before: `${HEAD}const other = new Queen()\nconst mine = new Queen()\nmine.add({ version: '001', name: 'a', upSQL: 'SELECT 1' })\nother.add({ version: '005', name: 'b', upSQL: 'SELECT 1' })\nfor (const version of ['002', '003']) mine.add({ version, name: 'c', upSQL: 'SELECT 1' })\nexport default mine\n`,
    after: `${HEAD}const other = new Queen()\nconst mine = new Queen()\nmine.add({ version: '001', name: 'a', upSQL: 'SELECT 1' })\n\nmine.add({\n  version: '004',\n  name: 'new',\n  upSQL: \`\n    ... -- the change\n  \`,\n  downSQL: \`\n    ... -- how to take it back\n  \`,\n})\nother.add({ version: '005', name: 'b', upSQL: 'SELECT 1' })\nfor (const version of ['002', '003']) mine.add({ version, name: 'c', upSQL: 'SELECT 1' })\nexport default mine\n`,
  },
]

test.each(SHAPES)('$what', async ({ before, after, flags }) => {
  for (const newline of ['\n', '\r\n']) {
    const project = new Project({ 'migrations.mjs': before.replaceAll('\n', newline) })
    const { code, stdout, stderr } = await project.run(['create', 'new', ...(flags?.split(' ') ?? [])])
    expect(code, stderr).toBe(0)
    const text = project.read('migrations.mjs')
    expect(text).toBe(after.replaceAll('\n', newline))
    // It loads, and stands where it was said to stand.
    project.write('again.mjs', text)
    const loaded = (await import(/* @vite-ignore */ pathToFileURL(project.path('again.mjs')).href)) as Record<
      string,
      Queen | undefined
    >
    const queen = loaded['default'] ?? loaded['q'] ?? loaded['migrations']
    const made = queen?.migrations().find((migration) => migration.name === 'new')
    expect(text.split('\n')[Number(/:(\d+)\n$/.exec(stdout)![1]) - 1]).toMatch(/add\(\{/)
    expect(made?.version).toBe(/version: ['"](\w+)['"],\s+name: ['"]new/.exec(text)![1])
  }
})

test('TypeScript is read as TypeScript, and the line is the one status shows', async () => {
  const project = new Project({
    'migrations.ts': `import { Queen, type Migration } from 'queen-migrate'\n\ninterface Odd {\n  a: string\n}\n\nconst first = { version: '001', name: 'a', upSQL: 'SELECT 1' } satisfies Migration\nconst q = new Queen() as Queen\nq.add(first as Migration)\n\nexport default q satisfies unknown\n`,
  })
  const { stdout } = await project.run(['create', 'new'])
  expect(stdout).toBe('migrations.ts:11\n')
  // A process of its own: this one has loaded the file as it was.
  const { document } = JSON.parse(`{"document":${(await project.start(['status', '--json']).done).stdout}}`)
  expect(document.migrations.map((row: { at: string }) => row.at)).toEqual(['migrations.ts:9', 'migrations.ts:11'])
})

const REFUSED = [
  ['a queen from elsewhere', `import { makeQueen } from './make.mjs'\nexport default makeQueen()\n`],
  ['adds in a function only', `${HEAD}const all = [new Queen()]\nconst [q] = all\nexport default q\n`],
] as const

test.each(REFUSED)('%s: refused, and nothing is changed', async (_, text) => {
  const project = new Project({
    'migrations.mjs': text,
    'make.mjs': `import { Queen } from 'queen-migrate'\nexport const makeQueen = () => new Queen()`,
  })
  const before = project.contents()
  const { code, document } = await project.json(['create', 'new'])
  expect(code).toBe(2)
  expect(document.error).toMatchObject({
    code: 'CONFIG_INVALID',
    hint: expect.stringContaining("version: '001', name: 'new'"),
  })
  expect(project.contents()).toEqual(before)
})

test('what was created stops a run until it is written', async () => {
  const project = new Project({ 'migrations.mjs': SOUND })
  await project.run(['create', 'new'])
  const { code, stderr } = await project.start(['up']).done
  expect(code).toBe(1)
  expect(stderr).toContain('003 new failed')
  expect((await project.start(['version']).done).stdout).toBe('002\n')
})

test('a version that comes too early is made, with a warning', async () => {
  const project = new Project({ 'migrations.mjs': SOUND })
  const { code, stdout, stderr } = await project.run(['create', 'new', '--version', '0015'])
  expect([code, stdout]).toEqual([0, 'migrations.mjs:7\n'])
  expect(stderr).not.toContain('out of order')
  expect((await project.run(['create', 'late', '--version', '000'])).stderr).toContain('out of order')
})
