import { numberOf } from './message.js'
import type { Line } from './line.js'

/** Two that create a table at once wait for each other; one of them may be told of a deadlock. */
const DEADLOCK = 1213
const TRIES = 5

/**
 * Creates Queen's two tables where they are missing. What exists is looked for first, since IF NOT EXISTS needs the right
 * to create even then.
 *
 * @throws the server's error
 */
export async function createTables(line: Line): Promise<void> {
  const { records } = line
  for (let left = TRIES; ; left--) {
    try {
      const [present] = await line.ask(records.present)
      if (present![0]![0] === '2') return
      await line.ask(...records.create())
      return
    } catch (error) {
      if (numberOf(error) !== DEADLOCK || left === 0) throw error
    }
  }
}
