import { expect, test } from 'vitest'
import { moduleOf, Project, SOUND } from '../support/cli.js'
import { describePostgres, freshDatabase } from '../support/postgres.js'

const SECRET = 's3cr3t'
const URLS = [
  `postgres://ann:${SECRET}@127.0.0.1:1/app`,
  `postgresql://ann:${SECRET}@127.0.0.1:1/app?sslmode=odd`,
  `postgres://127.0.0.1:1/app?user=ann&password=${SECRET}&sslmode=require`,
  `postgres://ann:${SECRET}@127.0.0.1:1/app?${SECRET}=1`,
  `postgres://ann:p@ss/${SECRET}@127.0.0.1:1/app`,
  `postgres://ann:${SECRET}@127.0.0.1:port/app`,
  `postgres:ann:${SECRET}@127.0.0.1/app`,
  `mysql://ann:${SECRET}@db/app`,
  `postgers://ann:${SECRET}@db/app`,
  `ann:${SECRET}@db/app`,
  `host=db user=ann password=${SECRET}`,
  `//ann:${SECRET}@db`,
  `sqlite:app.db?password=${SECRET}`,
]

const SITUATIONS: readonly (readonly [string, Record<string, string>, readonly string[], Record<string, string>])[] = [
  ...URLS.map((url) => [`--url ${url.replaceAll(SECRET, '***')}`, {}, ['status', '--url', url], {}] as const),
  ...URLS.map(
    (url) => [`DATABASE_URL ${url.replaceAll(SECRET, '***')}`, {}, ['up', '--verbose'], { DATABASE_URL: url }] as const,
  ),
  ['.env', { '.env': `QUEEN_URL=${URLS[0]}` }, ['status'], {}],
  ['config', { 'queen.config.json': JSON.stringify({ url: URLS[0] }) }, ['status'], {}],
  ['broken JSON', { 'queen.config.json': `{"url":"${URLS[0]}",}` }, ['status'], {}],
  ['broken JSON at its end', { 'queen.config.json': `{"url":"${URLS[0]}` }, ['status'], {}],
  ['broken YAML', { 'queen.config.yaml': `url: "${URLS[0]}\n x: : y` }, ['status'], {}],
  ['broken module', { 'queen.config.mjs': `export default { url: '${URLS[0]}', = }` }, ['status'], {}],
  ['broken TypeScript', { 'queen.config.ts': `export default { url: '${URLS[0]}', = }` }, ['status'], {}],
  ['unknown key', { 'queen.config.json': JSON.stringify({ ur: URLS[0] }) }, ['status'], {}],
  ['wrong kind', { 'queen.config.json': JSON.stringify({ url: [URLS[0]] }) }, ['status'], {}],
  [
    'a password with a dollar',
    { 'queen.config.json': '{"url":"$DB"}' },
    ['status'],
    { DB: `postgres://ann:$HOME${SECRET}@db` },
  ],
  ['half a variable', { 'queen.config.json': `{"url":"postgres://ann:${SECRET}$\{@db"}` }, ['status'], {}],
  [
    'a module that throws',
    { 'migrations.mjs': `throw new Error('cannot reach ${URLS[0]}')` },
    ['status', '--verbose'],
    {},
  ],
  [
    'a migration that fails',
    {
      'migrations.mjs': moduleOf(
        `q.add({ version: '001', name: 'a', upSQL: "INSERT INTO nowhere VALUES ('${URLS[0]}')" })`,
      ),
    },
    ['up', '--verbose'],
    {},
  ],
  [
    'a function that fails',
    {
      'migrations.mjs': moduleOf(
        `q.add({ version: '001', name: 'a', manualChecksum: '1', upFn: async () => { throw new Error('refused: ${URLS[0]}') } })`,
      ),
    },
    ['up', '--verbose'],
    {},
  ],
  [
    'a function that logs',
    {
      'migrations.mjs': moduleOf(
        `q.add({ version: '001', name: 'a', manualChecksum: '1', upFn: async (tx, ctx) => { ctx.log('copying from ${URLS[0]}'); throw new Error('x') } })`,
      ),
    },
    ['up', '--verbose'],
    {},
  ],
]

test.each(SITUATIONS)('%s: no password is shown', async (_, files, argv, env) => {
  for (const more of [[], ['--json']]) {
    const project = new Project({ 'migrations.mjs': SOUND, ...files })
    const { code, stdout, stderr } = await project.run([...argv, ...more], { env })
    expect(code).not.toBe(0)
    expect(`${stdout}${stderr}`).not.toContain(SECRET)
  }
})

test('nor is one in what a command found', async () => {
  const project = new Project({
    'migrations.mjs': moduleOf(
      `q.add({ version: '001', name: 'from ${URLS[0]}', upSQL: "CREATE TABLE a (id INT DEFAULT '${URLS[0]}')" })`,
    ),
  })
  for (const line of ['plan', 'up --dry-run', 'up', 'status', 'log'])
    for (const more of [[], ['--json']]) {
      const { code, stdout, stderr } = await project.run([...line.split(' '), ...more])
      expect(code, stderr).toBe(0)
      expect(`${stdout}${stderr}`).not.toContain(SECRET)
    }
})

describePostgres('on a server', () => {
  test('no password is shown by a command, nor to others on the server', async () => {
    const { url, query } = await freshDatabase()
    const withPassword = new URL(url)
    // A server that trusts the loopback takes any.
    withPassword.password ||= SECRET
    const { password } = withPassword
    const project = new Project({
      'migrations.mjs': moduleOf(`
q.add({ version: '001', name: 'a', upSQL: "CREATE TABLE a (url text); INSERT INTO a VALUES ('postgres://ann:${SECRET}@db/app')", downSQL: 'DROP TABLE a' })
q.add({ version: '002', name: 'b', manualChecksum: '1', upFn: async (tx) => { await tx.exec("DO $$ BEGIN RAISE NOTICE 'postgres://ann:${SECRET}@db/app'; END $$") }, downFn: async () => {} })
q.add({ version: '003', name: 'c', upSQL: "SELECT 'postgres://ann:${SECRET}@db/app' FROM nowhere" })
q.add({ version: '004', name: 'd', upSQL: "INSERT INTO a SELECT url FROM a; CREATE UNIQUE INDEX ON a (url)" })
`),
    })
    const env = { DATABASE_URL: withPassword.href }
    for (const line of ['up', 'up', 'status', 'log', 'validate', 'plan', 'redo 2', 'repair', 'baseline 003', 'up'])
      for (const more of [[], ['--json']]) {
        const { stdout, stderr } = await project.run([...line.split(' '), '--verbose', ...more], { env })
        expect(`${stdout}${stderr}`, line).not.toContain(SECRET)
        expect(`${stdout}${stderr}`, line).not.toContain(`:${password}@`)
      }
    const journal = await query('SELECT error FROM queen_migrations_log WHERE error IS NOT NULL')
    expect(journal.length).toBeGreaterThan(1)
    expect(JSON.stringify(journal)).not.toContain(SECRET)
  })
})
