import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { SERVICES } from './docker.js'

test('the servers of compose.yaml are where the tests look for them, and nobody else can reach them', () => {
  const { services } = parse(readFileSync(new URL('../../../compose.yaml', import.meta.url), 'utf8')) as {
    services: Record<string, { ports: string[] }>
  }
  const published = Object.entries(services).map(([name, { ports }]) => [name, ports])
  const inside: Record<string, number> = { postgres: 5432, pgbouncer: 6432, mysql: 3306, mariadb: 3306 }
  const expected = Object.entries(SERVICES).map(([name, url]) => [name, [`${new URL(url).host}:${inside[name]}`]])
  expect(Object.fromEntries(published)).toEqual(Object.fromEntries(expected))
})
