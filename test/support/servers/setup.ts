import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { TestProject } from 'vitest/node'
import { Finder } from './find.js'
import { SERVERS, type Server, type ServerName } from './server.js'

/**
 * Vitest's global set-up: one server of each kind for the whole run, started when the first test file asks for it, so
 * that a run which needs none does not wait for any. Test files live in processes of their own; they ask over the
 * loopback.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const finder = new Finder()
  const leftOut = new Set<string>()
  const find = async (name: ServerName): Promise<Server> => {
    const server = await finder.find(name)
    // Processes that are started from now on find it as a person would name it.
    if ('url' in server) process.env[SERVERS[name].variable] = server.url
    return server
  }
  // GET /postgres finds a server; POST says why tests were left out.
  const desk = createServer((request, response) => {
    if (request.method === 'GET')
      void find(request.url!.slice(1) as ServerName).then((server) => response.end(JSON.stringify(server)))
    else
      void text(request).then((why) => {
        leftOut.add(why)
        response.end()
      })
  })
  await new Promise<void>((resolve) => desk.listen(0, '127.0.0.1', resolve))
  project.provide('servers', `http://127.0.0.1:${(desk.address() as AddressInfo).port}`)
  return async () => {
    desk.close()
    await finder.remove()
    for (const why of leftOut) console.warn(`\nTests were left out: ${why}`)
  }
}
