import { describe, inject, test } from 'vitest'
import { inCI, SERVERS, sentence, type Server, type ServerName } from './server.js'

/** The run's server of a kind: the first to ask waits until it is started. */
export async function server(name: ServerName): Promise<Server> {
  const response = await fetch(`${inject('servers')}/${name}`)
  const found = (await response.json()) as Server
  // For the processes that this test file starts.
  if ('url' in found) process.env[SERVERS[name].variable] = found.url
  return found
}

/** `describe`, with the tests in it skipped or replaced where they cannot run. */
export type Describe = (title: string, body: () => void | Promise<void>) => void

/** `describe` for tests that need a server: skipped where it is missing, and one red test where it must not be. */
export async function describeOn(name: ServerName, server: Server): Promise<Describe> {
  if ('url' in server) return (title, body) => void describe(title, body)
  const why = sentence(name, server)
  if (server.outcome === 'fail')
    return (title) =>
      void describe(title, () =>
        test(`there is a ${SERVERS[name].title}`, () => {
          throw new Error(why)
        }),
      )
  await fetch(inject('servers'), { method: 'POST', body: why })
  return (title, body) => void describe.skip(`${title} (skipped: ${why})`, body)
}

/** `describe` for tests that start servers of their own, to stop, to crash and to configure; Docker does not do there. */
export async function describePrivate(name: ServerName, server: Server, binaries: unknown): Promise<Describe> {
  if (binaries !== undefined || !('url' in server)) return await describeOn(name, server)
  return await describeOn(name, {
    reason: `a private one cannot be started, as ${SERVERS[name].package} is not installed`,
    remedy: `install ${SERVERS[name].package}`,
    outcome: inCI() ? 'fail' : 'skip',
  })
}
