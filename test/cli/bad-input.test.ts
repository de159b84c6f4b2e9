import { chmodSync } from 'node:fs'
import { expect, test } from 'vitest'
import { moduleOf, Project, SOUND } from '../support/cli.js'

interface Case {
  readonly what: string
  readonly line: string
  readonly files?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly message: string
  readonly hint?: string
  readonly code?: string
  readonly exit?: number
}

const M = { 'migrations.mjs': SOUND }

const CASES: readonly Case[] = [
  { what: 'unknown command', line: 'statsu', message: "unknown command 'statsu'", hint: 'did you mean status?' },
  {
    what: 'unknown command in help',
    line: 'help statsu',
    message: "unknown command 'statsu'",
    hint: 'did you mean status?',
  },
  {
    what: 'unknown flag',
    line: 'up --dry-rum',
    message: "unknown option '--dry-rum'",
    hint: 'did you mean --dry-run?',
  },
  {
    what: 'unknown flag before the command',
    line: '--jsn up',
    message: "unknown option '--jsn'",
    hint: 'did you mean --json?',
  },
  { what: 'a flag for a value', line: 'up --to --dry-run', message: "option '--to <version>' argument missing" },
  { what: 'a flag without its value', line: 'up --to', message: "option '--to <version>' argument missing" },
  { what: 'an argument too many', line: 'status now', message: 'too many arguments' },
  { what: 'an argument too few', line: 'goto', message: "missing required argument 'version'" },
  { what: 'a flag behind --', line: 'down -- --yes', message: '"--yes", which is no count' },
  { what: 'steps that are no number', line: 'down two', message: 'the number of steps is "two"' },
  { what: 'no step at all', line: 'up --steps 0', message: '--steps is "0"' },
  { what: 'steps and an end', line: 'up --steps 1 --to 002', message: 'both steps and to are given' },
  { what: 'a time that is none', line: 'up --timeout soon', message: "timeout is 'soon'" },
  { what: 'an unknown reaction', line: 'up --on-failure explode', message: "onFailure is 'explode'" },
  { what: 'an unknown direction', line: 'plan sideways', message: 'there is no direction "sideways"' },
  { what: 'no way to recover', line: 'recover 001', message: 'it is not said how 001 is to be settled' },
  { what: 'two ways to recover', line: 'recover 001 --applied --pending', message: 'more than one way is named' },
  {
    what: 'an unset variable',
    line: 'status',
    files: { 'queen.config.json': '{"url":"$NOWHERE/app.db"}' },
    message: 'url in queen.config.json needs the environment variable NOWHERE',
    hint: 'set NOWHERE',
  },
  {
    what: 'an unset variable of an environment',
    line: 'status --env p',
    files: { 'queen.config.json': '{"environments":{"p":{"table":"${NOWHERE}"}}}' },
    message: 'environments.p.table in queen.config.json needs the environment variable NOWHERE',
  },
  {
    what: 'half a variable',
    line: 'status',
    files: { 'queen.config.json': '{"table":"${TABLE"}' },
    message: 'table in queen.config.json has a "${" that is not understood',
  },
  {
    what: 'an unknown key',
    line: 'status',
    files: { 'queen.config.json': '{"tabel":"x"}' },
    message: 'queen.config.json has the unknown key "tabel"',
    hint: 'did you mean table?',
  },
  {
    what: 'an unknown key of an environment',
    line: 'status',
    files: { 'queen.config.json': '{"environments":{"p":{"protect":true}}}' },
    message: 'unknown key "environments.p.protect"',
    hint: 'did you mean protected?',
  },
  {
    what: 'a key named like a method',
    line: 'status',
    files: { 'queen.config.json': '{"constructor":"x"}' },
    message: 'unknown key "constructor"',
  },
  {
    what: 'a choice that is text',
    line: 'status',
    files: { 'queen.config.json': '{"protected":"false"}' },
    message: 'protected in queen.config.json is of type string',
    hint: 'write true or false',
  },
  {
    what: 'a config that is a list',
    line: 'status',
    files: { 'queen.config.json': '[]' },
    message: 'queen.config.json holds a list, not an object',
  },
  {
    what: 'broken JSON',
    line: 'status',
    files: { 'queen.config.json': '{\n  "url": "sqlite:a.db",,\n}' },
    message: 'queen.config.json:2:24 is no valid JSON',
  },
  {
    what: 'JSON that ends too soon',
    line: 'status',
    files: { 'queen.config.json': '{\n  "url"' },
    message: 'queen.config.json:2:8 is no valid JSON',
  },
  {
    what: 'broken YAML',
    line: 'status',
    files: { 'queen.config.yaml': 'url: "sqlite:a.db\ntable: x\n' },
    message: 'is no valid YAML',
  },
  {
    what: 'a broken config module',
    line: 'status',
    files: { 'queen.config.ts': 'export default {\n  url: = 1,\n}' },
    message: 'queen.config.ts:2:8 has a syntax error',
  },
  {
    what: 'a config module without a default export',
    line: 'status',
    files: { 'queen.config.mjs': 'export const config = {}' },
    message: 'queen.config.mjs holds nothing, not an object',
  },
  {
    what: 'a config that is not there',
    line: 'status --config nowhere.json',
    message: 'The configuration nowhere.json cannot be read (ENOENT)',
  },
  {
    what: 'a config of no known kind',
    line: 'status --config migrations.mjs.txt',
    files: { 'migrations.mjs.txt': '' },
    message: 'is of no known kind',
  },
  {
    what: 'an unknown environment',
    line: 'status --env prodution',
    files: { 'queen.config.json': '{"environments":{"production":{}}}' },
    message: 'queen.config.json has no environment "prodution"',
    hint: 'did you mean production?',
  },
  {
    what: 'a misspelt URL of PostgreSQL',
    line: 'status --url postgres:/app',
    message: 'The PostgreSQL URL does not begin with postgres://',
  },
  {
    what: 'a role on SQLite',
    line: 'status --url sqlite:app.db',
    files: { ...M, 'queen.config.json': '{"role":"app_owner"}' },
    message: 'role in queen.config.json is set, and SQLite has no such thing',
    hint: 'move role to the environments whose url is one of PostgreSQL',
  },
  {
    what: 'a pooler on SQLite',
    line: 'status --env local',
    files: { ...M, 'queen.config.json': '{"environments":{"local":{"url":"sqlite:a.db","pooler":"session"}}}' },
    message: 'environments.local.pooler in queen.config.json is set, and SQLite has no such thing',
  },
  {
    what: 'a pooler that is none',
    line: 'status --url postgres://ann@db/app',
    files: { ...M, 'queen.config.json': '{"pooler":"statement"}' },
    message: 'pooler is "statement"',
    hint: "write 'detect', 'session' or 'transaction'",
  },
  {
    what: 'a role that is no text',
    line: 'status',
    files: { ...M, 'queen.config.json': '{"url":"postgres://ann@db/app","role":true}' },
    message: 'role in queen.config.json is of type boolean',
    hint: 'write a string',
  },
  {
    what: 'a misspelt scheme',
    line: 'status --url sqlte:app.db',
    message: 'is of no kind this version knows',
    hint: 'did you mean sqlite:?',
  },
  { what: 'no scheme', line: 'status --url app.db', message: 'The database URL from --url names no kind of database' },
  {
    what: 'a bad URL in the environment',
    line: 'status',
    env: { DATABASE_URL: 'oracle://db' },
    message: 'The database URL from DATABASE_URL is of no kind this version knows',
  },
  { what: 'a database without a name', line: 'status --url sqlite:', message: 'names no file' },
  {
    what: 'a folder for a database',
    line: 'status --url sqlite:node_modules',
    message: 'it is a folder',
    code: 'CONNECTION_FAILED',
    exit: 1,
  },
  {
    what: 'no migrations',
    line: 'status',
    files: { 'migrations.mjs': '' },
    message: 'migrations.mjs exports no queen: it exports nothing',
  },
  {
    what: 'migrations that are not there',
    line: 'status --migrations nowhere.ts',
    message: 'The migrations module nowhere.ts does not exist',
  },
  {
    what: 'a folder for migrations',
    line: 'status --migrations db',
    files: { 'db/001.sql': '' },
    message: 'The migrations module db is a folder',
  },
  {
    what: 'the wrong exports',
    line: 'status',
    files: { 'migrations.mjs': 'export const first = 1, second = 2' },
    message: 'migrations.mjs exports no queen: it exports first, second',
    hint: 'export default q',
  },
  {
    what: 'a syntax error',
    line: 'status',
    files: { 'migrations.mjs': 'const a = 1\nconst = 3\nexport default a' },
    message: 'migrations.mjs:2:7 has a syntax error: Unexpected token',
  },
  {
    what: 'a syntax error in TypeScript',
    line: 'status --migrations m.ts',
    files: { 'm.ts': 'const a: number = 1\nconst = 3\nexport default a' },
    message: 'm.ts:2:7 has a syntax error: Unexpected token',
  },
  {
    what: 'a missing module',
    line: 'status',
    files: { 'migrations.mjs': "// a\nimport x from './nowhere.js'\nexport default x" },
    message: "migrations.mjs:2:15 imports './nowhere.js', which does not exist",
  },
  {
    what: 'a missing package',
    line: 'status --migrations m.ts',
    files: { 'm.ts': "import x from 'not-installed'\nexport default x" },
    message: "m.ts:1:15 imports 'not-installed', which does not exist",
  },
  {
    what: 'a missing module further in',
    line: 'status',
    files: { 'migrations.mjs': "import './users.mjs'", 'users.mjs': "import './nowhere.mjs'" },
    message: "users.mjs:1:8 imports './nowhere.mjs', which does not exist",
  },
  {
    what: 'a missing export',
    line: 'status',
    files: { 'migrations.mjs': "import { Qeen } from 'queen-migrate'\nexport default new Qeen()" },
    message:
      "migrations.mjs:1 has a syntax error: The requested module 'queen-migrate' does not provide an export named 'Qeen'",
  },
  {
    what: 'a module that throws',
    line: 'status',
    files: { 'migrations.mjs': "\nthrow new Error('no luck')" },
    message: 'The migrations module migrations.mjs threw while it was loaded, at migrations.mjs:2:7: no luck',
  },
  {
    what: 'TypeScript that throws',
    line: 'status --migrations m.ts',
    files: { 'm.ts': "const luck: string = 'no luck'\nthrow new Error(luck)" },
    message: 'threw while it was loaded, at m.ts:2:7: no luck',
  },
  {
    what: 'a module that throws no error',
    line: 'status',
    files: { 'migrations.mjs': "throw 'a string'" },
    message: 'threw while it was loaded: a string',
  },
  {
    what: 'an invalid migration',
    line: 'up',
    files: { 'migrations.mjs': moduleOf("q.add({ version: '001', name: 'a', upSql: 'SELECT 1' })") },
    message: 'Migration 001 a at migrations.mjs:4: there is no field "upSql"',
    hint: 'did you mean upSQL?',
    code: 'INVALID_MIGRATION',
    exit: 1,
  },
  {
    what: 'duplicates',
    line: 'up',
    files: {
      'migrations.mjs': moduleOf(
        "q.add({ version: '1', name: 'a', upSQL: 'SELECT 1' })\nq.add({ version: '01', name: 'b', upSQL: 'SELECT 1' })",
      ),
    },
    message: '1 a at migrations.mjs:4 and 01 b at migrations.mjs:5',
    code: 'DUPLICATE_VERSION',
    exit: 1,
  },
  { what: 'a table name that is too long', line: `status --table ${'t'.repeat(60)}`, message: 'is 60 bytes long' },
  { what: 'a name that is none', line: 'create add/email', message: '"add/email" cannot be the name of a migration' },
  { what: 'a type that is none', line: 'create add_email --type js', message: 'there is no type "js"' },
  {
    what: 'a version that is taken',
    line: 'create again --version 2',
    message: 'the version 2 is there already, written 002',
  },
]

test.each(CASES)('$what', async ({ line, files, env, message, hint, code = 'CONFIG_INVALID', exit = 2 }) => {
  const project = new Project({ ...M, ...files })
  const before = project.contents()
  const text = await project.run(line.split(' '), { env: env ?? {} })
  const json = await project.run(['--json', ...line.split(' ')], { env: env ?? {} })
  expect(text.stderr.replace(/\n +/g, ' ')).toContain(message)
  expect(text.stderr).toContain(hint ?? '')
  expect(text.stderr).toContain(code)
  expect(text.stdout).toBe('')
  expect(text.code).toBe(exit)
  expect(json.code).toBe(exit)
  expect(JSON.parse(json.stdout)).toMatchObject({
    ok: false,
    error: { code, message: expect.stringContaining(message) },
  })
  expect(project.contents()).toEqual(before)
})

test('a module that cannot be read', async () => {
  const project = new Project(M)
  chmodSync(project.folder, 0o755)
  chmodSync(project.path('migrations.mjs'), 0o200)
  // Root reads everything, whatever the mode says: there it takes another user.
  const nobody = process.getuid?.() === 0 ? 65_534 : undefined
  const { code, stderr } = await project.start(['status'], {}, nobody).done
  expect(code, stderr).toBe(2)
  expect(stderr).toContain('The migrations module migrations.mjs cannot be read (EACCES)')
})

test('a module in a folder that is a file', async () => {
  const project = new Project(M)
  const { code, stderr } = await project.run(['status', '--migrations', 'migrations.mjs/inner.ts'])
  expect(code).toBe(2)
  expect(stderr).toContain('cannot be read (ENOTDIR)')
})

test('a hostile table name is only a name', async () => {
  const project = new Project(M)
  const table = 'users; DROP TABLE users; --'
  for (const line of ['up', 'status', 'validate', 'log', 'redo']) {
    const { code, stderr } = await project.run([line, '--table', table])
    expect(code, stderr).toBe(0)
  }
  const { document } = await project.json(['status', '--table', table])
  expect(document.migrations.map((row: { state: string }) => row.state)).toEqual(['applied', 'applied'])
  // Under the usual name there is no history: the two tables do not know each other.
  expect((await project.json(['status'])).document.pending).toBe(2)
})

test('a migration without a way back stays', async () => {
  const project = new Project({
    'migrations.mjs': moduleOf(
      "q.add({ version: '001', name: 'a', upSQL: 'CREATE TABLE a (id INT)', irreversible: 'rows are gone' })",
    ),
  })
  await project.run(['up'])
  for (const line of ['down', 'redo', 'reset --yes']) {
    const { code, document } = await project.json(line.split(' '))
    expect([code, document.error.code]).toEqual([1, 'IRREVERSIBLE'])
    expect(document.error.message).toContain('rows are gone')
  }
  expect((await project.run(['version'])).stdout).toBe('001\n')
})
