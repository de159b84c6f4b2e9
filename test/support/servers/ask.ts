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
export function describeOn(name: ServerName, server: Server): Describe {
  if ('url' in server) return (title, body) => void describe(title, body)
  const why = sentence(name, server)
  if (server.outcome === 'skip') return (title, body) => void describe.skip(`${title} (skipped: ${why})`, body)
  return (title) =>
    void describe(title, () =>
      test(`there is a ${SERVERS[name].title}`, () => {
        throw new Error(why)
      }),
    )
}

/** `describe` for tests that start servers of their own, to stop, to crash and to configure; Docker does not do there. */
export function describePrivate(name: ServerName, server: Server, binaries: unknown): Describe {
  if (binaries !== undefined) return describeOn(name, server)
  return describeOn(name, {
    reason: `a private one cannot be started, as ${SERVERS[name].package} is not installed`,
    remedy: `install ${SERVERS[name].package}`,
    outcome: inCI() ? 'fail' : 'skip',
  })
}
