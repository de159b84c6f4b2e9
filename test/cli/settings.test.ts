import { expect, test } from 'vitest'
import { Project, SOUND } from '../support/cli.js'

/** The database a command line would use. */
async function target(project: Project, line: string, env: Record<string, string> = {}): Promise<string> {
  const { document } = await project.json(line.split(' '), { env })
  return document.ok ? document.target.replace(`sqlite:${project.folder}/`, '') : document.error.message
}

test('a flag goes before a variable, that before the environment, that before the rest, that before the default', async () => {
  const project = new Project({ 'migrations.mjs': SOUND })
  expect(await target(project, 'status')).toBe('queen.db')
  project.write(
    'queen.config.json',
    '{"url":"sqlite:top.db","environments":{"test":{"url":"sqlite:section.db"},"bare":{}}}',
  )
  expect(await target(project, 'status')).toBe('top.db')
  expect(await target(project, 'status --env bare')).toBe('top.db')
  expect(await target(project, 'status --env test')).toBe('section.db')
  expect(await target(project, 'status', { QUEEN_ENV: 'test' })).toBe('section.db')
  expect(await target(project, 'status --env bare', { QUEEN_ENV: 'test' })).toBe('top.db')
  expect(await target(project, 'status --env test', { DATABASE_URL: 'sqlite:database.db' })).toBe('database.db')
  expect(
    await target(project, 'status', { DATABASE_URL: 'sqlite:database.db', QUEEN_URL: 'sqlite:queen-url.db' }),
  ).toBe('queen-url.db')
  expect(await target(project, 'status', { DATABASE_URL: 'sqlite:database.db', QUEEN_URL: '' })).toBe('database.db')
  expect(await target(project, 'status --url=sqlite:flag.db', { QUEEN_URL: 'sqlite:queen-url.db' })).toBe('flag.db')
  expect(await target(project, '--url sqlite:before.db status')).toBe('before.db')
})

test('without a database it says which one it takes', async () => {
  const project = new Project({ 'migrations.mjs': SOUND })
  expect((await project.run(['status'])).stderr).toContain(
    `No database is named: using sqlite:${project.path('queen.db')}`,
  )
  expect((await project.run(['status', '--url', 'sqlite:a.db'])).stderr).not.toContain('No database is named')
})

test('looking creates no file', async () => {
  const project = new Project({ 'migrations.mjs': SOUND })
  for (const line of ['status', 'version', 'validate', 'plan', 'log', 'up --dry-run'])
    await project.run(line.split(' '))
  expect(Object.keys(project.contents())).toEqual(['migrations.mjs'])
})

test('paths in a configuration start from its folder, those of flags and variables from the working folder', async () => {
  const project = new Project({
    'db/queen.config.yaml': 'url: sqlite:data/app.db\nmigrations: ./list.mjs\n',
    'db/list.mjs': SOUND,
  })
  expect(await target(project, 'status --config db/queen.config.yaml')).toBe('db/data/app.db')
  expect(await target(project, 'status --config db/queen.config.yaml', { QUEEN_URL: 'sqlite:b.db' })).toBe('b.db')
  project.write('db/queen.config.yaml', 'url: sqlite:app.db\n')
  project.write('db/migrations.mjs', SOUND)
  expect(await target(project, 'status --config db/queen.config.yaml')).toBe('db/app.db')
})

test.each([
  ['queen.config.ts', `const name: string = 'c.db'\nexport default { url: 'sqlite:' + name }`],
  ['queen.config.mts', `export default { url: 'sqlite:c.db' as string }`],
  ['queen.config.mjs', `export default { url: 'sqlite:c.db' }`],
  ['queen.config.js', `module.exports = { url: 'sqlite:c.db' }`],
  ['queen.config.json', `\uFEFF{"url":"sqlite:c.db"}`],
  ['queen.config.yaml', `url: sqlite:c.db`],
])('%s is a configuration', async (name, text) => {
  expect(await target(new Project({ 'migrations.mjs': SOUND, [name]: text }), 'status')).toBe('c.db')
})

test('strings are expanded once, and only those that count', async () => {
  const project = new Project({ 'migrations.mjs': SOUND })
  const config = (url: string): void =>
    project.write('queen.config.json', JSON.stringify({ url, table: 'm', environments: { prod: { url: '$NOT_SET' } } }))
  const env = { NAME: 'a$b', EMPTY: '', HOST: 'h' }
  for (const [url, expected] of [
    ['sqlite:$NAME.db', 'a$b.db'],
    ['sqlite:${NAME}x.db', 'a$bx.db'],
    ['sqlite:$$NAME.db', '$NAME.db'],
    ['sqlite:$5.db', '$5.db'],
    ['sqlite:${NOT_SET:-d}.db', 'd.db'],
    ['sqlite:${EMPTY:-d}.db', 'd.db'],
    ['sqlite:${NAME:-d}.db', 'a$b.db'],
    ['sqlite:${NOT_SET:-${HOST}-$HOST}.db', 'h-h.db'],
    ['sqlite:x$EMPTY.db', 'x.db'],
  ] as const) {
    config(url)
    expect(await target(project, 'status', env), url).toBe(expected)
  }
  // A flag is taken as it is: the shell has expanded it.
  expect(await target(project, 'status --url sqlite:$NAME.db', env)).toBe('$NAME.db')
  expect(await target(project, 'status --env prod', env)).toContain('NOT_SET')
  expect(await target(project, 'status --env prod --url sqlite:x.db', env)).toBe('x.db')
})

test('.env is read, and the real environment wins', async () => {
  const project = new Project({
    'migrations.mjs': SOUND,
    '.env': 'QUEEN_URL=sqlite:dotenv.db\nQUEEN_TABLE="odd table"\n',
  })
  expect(await target(project, 'status')).toBe('dotenv.db')
  expect(await target(project, 'status', { QUEEN_URL: 'sqlite:real.db' })).toBe('real.db')
  await project.run(['up'])
  expect((await project.json(['status', '--table', 'odd table'])).document.pending).toBe(0)
})

test('.env reaches code that reads process.env', async () => {
  const project = new Project({
    'migrations.mjs': SOUND,
    '.env': 'ONLY_IN_DOTENV=here.db',
    'queen.config.mjs': 'export default { url: `sqlite:${process.env.ONLY_IN_DOTENV}` }',
  })
  const { stdout } = await project.start(['status', '--json']).done
  expect(JSON.parse(stdout).target).toContain('here.db')
})

const PROTECTED = JSON.stringify({ url: 'sqlite:a.db', environments: { production: { protected: true }, local: {} } })

test.each(['down', 'redo', 'reset', 'goto 001'])('in a protected environment %s needs --yes', async (line) => {
  const project = new Project({ 'migrations.mjs': SOUND, 'queen.config.json': PROTECTED })
  expect((await project.run(['up', '--env', 'production'])).code).toBe(0)
  const before = project.contents()
  const refused = await project.json([...line.split(' '), '--env', 'production'])
  expect(refused.code).toBe(2)
  expect(refused.document.error).toMatchObject({
    message: expect.stringContaining('The environment production is protected'),
    hint: expect.stringContaining('--yes'),
  })
  expect(project.contents()).toEqual(before)
  expect((await project.run([...line.split(' '), '--env', 'production', '--dry-run'])).code).toBe(0)
  expect((await project.run([...line.split(' '), '--env', 'production', '--yes'])).code).toBe(0)
})

test('where nothing is protected only reset needs --yes, and going up never does', async () => {
  const project = new Project({ 'migrations.mjs': SOUND, 'queen.config.json': PROTECTED })
  const codes = []
  for (const line of ['up', 'redo --env local', 'goto 001', 'goto 002 --env production', 'down', 'reset --env local'])
    codes.push((await project.run(line.split(' '))).code)
  expect(codes).toEqual([0, 0, 0, 0, 0, 2])
})

test('a time and the lock time come from the configuration too', async () => {
  const project = new Project({ 'migrations.mjs': SOUND, 'queen.config.json': '{"lockTimeout":"oops"}' })
  expect((await project.json(['up'])).document.error.message).toContain("lockTimeout is 'oops'")
  expect((await project.run(['up', '--lock-timeout', '1s'])).code).toBe(0)
})
