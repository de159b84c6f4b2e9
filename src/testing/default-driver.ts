import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Scratch } from '../core/driver.js'
import type { TestDriver } from './scratch-driver.js'

/**
 * The package's own door, and not the path behind it: this room knows no driver. A package reaches itself by its name
 * through its `exports`.
 */
const DOOR: string = 'queen-migrate/sqlite'

interface SqliteDoor {
  sqlite(target: string): TestDriver<never>
}

/** SQLite in memory, for tests that name no driver. */
export async function inMemory(): Promise<TestDriver<never>> {
  return (await openDoor()).sqlite(':memory:')
}

/** SQLite in a file of its own, which several connections can share: a database in memory lives in one. */
export async function inTemporaryFile(): Promise<Scratch<never>> {
  const { sqlite } = await openDoor()
  const folder = await mkdtemp(join(tmpdir(), 'queen-test-'))
  return {
    driver: sqlite(join(folder, 'test.db')),
    drop: async () => await rm(folder, { recursive: true, force: true }),
  }
}

async function openDoor(): Promise<SqliteDoor> {
  return (await import(DOOR)) as SqliteDoor
}
