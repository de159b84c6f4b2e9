import { expect, test } from 'vitest'
import type { JSONDocument } from '../../src/cli/index.js'
import { moduleOf, Project, SOUND } from '../support/cli.js'

/** The names in a document and what kind of value each has: its shape, which is a promise. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shape(value[0])]
  if (typeof value !== 'object' || value === null) return value === null ? null : typeof value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)]))
}

test('every command has its document', async () => {
  const project = new Project({ 'migrations.mjs': SOUND })
  const shapes: Record<string, unknown> = {}
  for (const line of [
    'help',
    'plan',
    'up --dry-run',
    'up',
    'status',
    'version',
    'validate',
    'log',
    'repair',
    'down',
    'create new',
    'init',
  ]) {
    const { code, document } = await project.json(line.split(' '))
    expect(code, line).toBe(0)
    shapes[line] = shape(document satisfies JSONDocument)
  }
  expect((await new Project({ 'migrations.mjs': SOUND }).json(['baseline', '001'])).document).toEqual({
    command: 'baseline',
    ok: true,
    versions: ['001'],
  })
  expect(shapes).toMatchInlineSnapshot(`
    {
      "create new": {
        "at": "string",
        "command": "string",
        "file": "string",
        "line": "number",
        "name": "string",
        "ok": "boolean",
        "version": "string",
      },
      "down": {
        "applied": [
          {
            "direction": "string",
            "durationMs": "number",
            "name": "string",
            "version": "string",
          },
        ],
        "command": "string",
        "direction": "string",
        "from": "string",
        "ok": "boolean",
        "target": "string",
        "to": "string",
      },
      "help": {
        "command": "string",
        "ok": "boolean",
        "text": "string",
      },
      "init": {
        "command": "string",
        "created": [
          "string",
        ],
        "kept": [
          "string",
        ],
        "next": [
          "string",
        ],
        "ok": "boolean",
      },
      "log": {
        "command": "string",
        "entries": [
          {
            "action": "string",
            "doneBy": "string",
            "durationMs": "number",
            "error": null,
            "finishedAt": "string",
            "id": "number",
            "name": "string",
            "outcome": "string",
            "runId": "string",
            "startedAt": "string",
            "version": "string",
          },
        ],
        "ok": "boolean",
      },
      "plan": {
        "command": "string",
        "direction": "string",
        "ok": "boolean",
        "planned": [
          {
            "at": "string",
            "destructive": "boolean",
            "direction": "string",
            "items": [
              {
                "kind": "string",
                "text": "string",
              },
            ],
            "mode": "string",
            "name": "string",
            "version": "string",
          },
        ],
        "target": "string",
      },
      "repair": {
        "command": "string",
        "ok": "boolean",
        "versions": [],
      },
      "status": {
        "command": "string",
        "environment": "string",
        "migrations": [
          {
            "appliedAt": "string",
            "appliedBy": "string",
            "at": "string",
            "direction": "string",
            "durationMs": "number",
            "error": null,
            "holder": null,
            "name": "string",
            "state": "string",
            "statementsDone": "number",
            "statementsTotal": "number",
            "version": "string",
          },
        ],
        "ok": "boolean",
        "pending": "number",
        "target": "string",
      },
      "up": {
        "applied": [
          {
            "direction": "string",
            "durationMs": "number",
            "name": "string",
            "version": "string",
          },
        ],
        "command": "string",
        "direction": "string",
        "from": null,
        "ok": "boolean",
        "target": "string",
        "to": "string",
      },
      "up --dry-run": {
        "applied": [],
        "command": "string",
        "direction": "string",
        "from": null,
        "ok": "boolean",
        "planned": [
          {
            "at": "string",
            "destructive": "boolean",
            "direction": "string",
            "items": [
              {
                "kind": "string",
                "text": "string",
              },
            ],
            "mode": "string",
            "name": "string",
            "version": "string",
          },
        ],
        "target": "string",
        "to": null,
      },
      "validate": {
        "command": "string",
        "ok": "boolean",
        "pending": "number",
        "problems": [],
      },
      "version": {
        "command": "string",
        "ok": "boolean",
        "version": "string",
      },
    }
  `)
})

test('a failure has its facts', async () => {
  const project = new Project({
    'migrations.mjs': SOUND.replace('ALTER TABLE users ADD', 'SELECT 1;\\nALTER TABLE nobody ADD'),
  })
  const { code, document } = await project.json(['up'])
  expect(code).toBe(1)
  expect(document).toEqual({
    command: 'up',
    ok: false,
    error: {
      code: 'MIGRATION_FAILED',
      message: '002 add_email failed: no such table: nobody',
      hint: expect.stringContaining('run queen up again'),
      version: '002',
      name: 'add_email',
      at: 'migrations.mjs:6',
      direction: 'up',
      serverCode: 'SQLITE_ERROR',
      applied: [{ version: '001', name: 'create_users', direction: 'up', durationMs: expect.any(Number) }],
      rolledBack: ['002'],
      statement: { number: 2, total: 2, text: 'ALTER TABLE nobody ADD COLUMN email TEXT', line: 2, column: 13 },
    },
  })
})

test('a mistake on the command line is a document too, wherever --json stands', async () => {
  const project = new Project()
  for (const line of ['--json nonsense', 'nonsense --json', 'up --nonsense --json', '--json']) {
    const { code, stdout } = await project.run(line.split(' '))
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({ command: null, ok: false, error: { code: 'CONFIG_INVALID' } })
  }
})

test('what is found is a result and an error at once', async () => {
  const project = new Project({ 'migrations.mjs': SOUND })
  expect((await project.json(['status', '--check'])).document).toMatchObject({
    ok: false,
    pending: 2,
    migrations: [{}, {}],
    error: { code: 'PENDING_MIGRATIONS', versions: ['001', '002'] },
  })
  const twins = new Project({
    'migrations.mjs': moduleOf(
      "q.add({ version: '1', name: 'a', upSQL: 'SELECT 1' })\nq.add({ version: '1', name: 'b', upSQL: 'SELECT 1' })",
    ),
  })
  const { code, document } = await twins.json(['validate'])
  expect(code).toBe(1)
  expect(document).toMatchObject({
    ok: false,
    problems: [{ severity: 'error', code: 'DUPLICATE_VERSION' }],
    error: { code: 'DUPLICATE_VERSION' },
  })
  expect(document.problems[0].message).toContain('1 a at migrations.mjs:4 and 1 b at migrations.mjs:5')
  const { stdout } = await twins.run(['validate'])
  expect(stdout).toContain('1 a at migrations.mjs:4 and 1 b at migrations.mjs:5')
})

test('--quiet leaves errors only, --verbose adds the lock and what migrations log', async () => {
  const project = new Project({
    'migrations.mjs': moduleOf(
      "q.add({ version: '001', name: 'a', manualChecksum: 'v1', upFn: async (tx, ctx) => ctx.log('hello') })",
    ),
  })
  expect(await project.run(['up', '--quiet', '--dry-run'])).toEqual({ code: 0, stdout: '', stderr: '' })
  const { stderr } = await project.run(['--verbose', 'up'])
  for (const text of ['lock taken after', '001 a: hello', 'lock released']) expect(stderr).toContain(text)
  expect((await project.run(['goto', '9', '--quiet'])).stderr).toContain('UNKNOWN_VERSION')
})

test('names from the database cannot command the terminal', async () => {
  const project = new Project({ 'migrations.mjs': SOUND })
  await project.run(['up'])
  const { library } = await import('../support/cli-built.js')
  const db = new library.Queen(library.sqlite(project.path('queen.db')))
  db.add({
    version: '900',
    name: 'rename',
    upSQL: `UPDATE queen_migrations SET name = 'a' || char(27) || '[2J' || char(10) || 'b' WHERE version = '001'`,
  })
  await db.up({ allowUnknown: true })
  await db.close()
  project.write('other.mjs', moduleOf(''))
  const { stdout } = await project.run(['status', '--migrations', 'other.mjs'])
  expect(stdout).not.toContain('\u001B')
  expect(stdout.split('\n')[0]).toContain('a b')
})
