import { expect, test } from 'vitest'
import { Finder, type Way } from './find.js'
import { inCI } from './server.js'

/** A finder that has nothing but these ways to have a server. */
function finder(env: NodeJS.ProcessEnv, ...ways: readonly Way[]): Finder {
  return new Finder(env, () => ways)
}

const absent =
  (why: string): Way =>
  async () =>
    why

test.each([
  [{}, false],
  [{ CI: '' }, false],
  [{ CI: '0' }, false],
  [{ CI: 'false' }, false],
  [{ CI: 'true' }, true],
  [{ CI: '1' }, true],
])('%o is CI: %o', (env, expected) => {
  expect(inCI(env)).toBe(expected)
})

test('the first way that works is taken, once, and taken down', async () => {
  const events: string[] = []
  const way = async (): Promise<{ url: string; remove(): Promise<void> }> => {
    events.push('started')
    return { url: 'postgres://here', remove: async () => void events.push('removed') }
  }
  const servers = finder({}, absent('not installed'), way, way)
  const asked = await Promise.all([servers.find('postgres'), servers.find('postgres')])
  expect(asked).toEqual([{ url: 'postgres://here' }, { url: 'postgres://here' }])
  await servers.remove()
  expect(events).toEqual(['started', 'removed'])
})

test('a server that is missing is missed aloud: every reason, the remedy, and what becomes of the tests', async () => {
  const broken: Way = async () => {
    throw new Error('no space left')
  }
  expect(await finder({}, broken, absent('there is no Docker')).find('postgres')).toEqual({
    reason: 'it does not start (no space left), and there is no Docker',
    remedy: 'set QUEEN_TEST_POSTGRES_URL, install postgresql, or start Docker',
    outcome: 'skip',
  })
  expect(await finder({ CI: '1' }, broken).find('mysql')).toMatchObject({ outcome: 'fail' })
})

test('a variable that says none is obeyed, but in CI', async () => {
  const never: Way = async () => {
    throw new Error('it was not to be started')
  }
  const env = { QUEEN_TEST_MARIADB_URL: 'none' }
  expect(await finder(env, never).find('mariadb')).toMatchObject({
    reason: 'QUEEN_TEST_MARIADB_URL is none',
    outcome: 'skip',
  })
  expect(await finder({ ...env, CI: '1' }, never).find('mariadb')).toMatchObject({ outcome: 'fail' })
})

test.each(['postgres', 'mysql'] as const)('a %s that was promised and does not answer is a failure', async (name) => {
  const variable = name === 'postgres' ? 'QUEEN_TEST_POSTGRES_URL' : 'QUEEN_TEST_MYSQL_URL'
  // Port 1 of the loopback is nobody's.
  const env = { [variable]: `${name}://user:secret@127.0.0.1:1/db` }
  const missing = await finder(env).find(name)
  expect(missing).toMatchObject({
    reason: `the server of ${variable} does not answer (connect ECONNREFUSED 127.0.0.1:1)`,
    outcome: 'fail',
  })
  expect(JSON.stringify(missing)).not.toContain('secret')
})
