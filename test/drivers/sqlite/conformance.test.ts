import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, test } from 'vitest'
import { sqlite } from '../../../src/drivers/sqlite/index.js'
import { conformance, conformanceCases } from '../../../src/testing/conformance/index.js'

const child = { module: fileURLToPath(new URL('conformance-child.mjs', import.meta.url)) }
const settings = [
  { change: 'PRAGMA foreign_keys = ON', query: 'PRAGMA foreign_keys' },
  { change: 'PRAGMA foreign_keys = OFF', query: 'PRAGMA foreign_keys' },
]

conformance({
  runner: { describe, test },
  name: 'SQLite in a file',
  open: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'queen-conformance-'))
    const location = join(folder, 'a.db')
    return { driver: sqlite(location), location, drop: async () => await rm(folder, { recursive: true }) }
  },
  ddl: 'transactional',
  child,
  settings: [
    ...settings,
    { change: 'PRAGMA locking_mode = EXCLUSIVE', query: 'PRAGMA locking_mode' },
    { change: 'PRAGMA journal_mode = MEMORY', query: 'PRAGMA journal_mode' },
  ],
  deviations: {
    'lock: another history table has another lock': 'a file has one writer at a time, whichever table is written',
  },
})

const severalConnections = conformanceCases.filter(({ needs }) => needs.includes('connections'))

conformance({
  runner: { describe, test },
  name: 'SQLite in memory',
  open: () => Promise.resolve({ driver: sqlite(':memory:'), drop: () => Promise.resolve() }),
  ddl: 'transactional',
  settings,
  deviations: Object.fromEntries(
    severalConnections.map(({ name }) => [name, 'a database in memory lives in one connection']),
  ),
})
