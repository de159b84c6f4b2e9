import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { Finder } from './find.js'
import { SERVERS, sentence, type ServerName } from './server.js'

/**
 * Vitest's global set-up: one server of each kind for the whole run, started when the first test file asks for it, so
 * that a run which needs none does not wait for any. Test files live in processes of their own; they ask over the
 * loopback.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const finder = new Finder()
  const missing = new Map<ServerName, string>()
  const desk = createServer((request, response) => {
    const name = request.url!.slice(1) as ServerName
    void finder.find(name).then((server) => {
      // Processes that are started from now on find it as a person would name it.
      if ('url' in server) process.env[SERVERS[name].variable] = server.url
      else missing.set(name, sentence(name, server))
      response.end(JSON.stringify(server))
    })
  })
  await new Promise<void>((resolve) => desk.listen(0, '127.0.0.1', resolve))
  project.provide('servers', `http://127.0.0.1:${(desk.address() as AddressInfo).port}`)
  return async () => {
    desk.close()
    await finder.remove()
    for (const why of missing.values()) console.warn(`\nTests were left out: ${why}`)
  }
}
