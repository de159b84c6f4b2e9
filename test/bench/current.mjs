import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { collect, inTurn, line, ratio } from './measure.mjs'
import { oneTableEach } from './migrations.mjs'
import { Database, inFolder, load } from './places.mjs'

const COUNT = 10_000

/** `up` with everything applied, against reading the history and hashing the texts by hand. */
export async function current() {
  const { Queen } = await load('core/index.js')
  const { sqlite } = await load('drivers/sqlite/index.js')
  const { normalise } = await load('core/sql/normalise.js')
  const { rulesFor } = await load('core/sql/dialect.js')
  const migrations = oneTableEach(COUNT)
  const rules = rulesFor('sqlite')
  const hash = (sql) => createHash('sha256').update(normalise(sql, rules)).digest('hex')

  return await inFolder(async (folder) => {
    const file = join(folder, 'bench.db')
    // A queen of its own for every round: checksums are remembered with the registered migration.
    const registered = () => {
      const q = new Queen(sqlite(file))
      for (const migration of migrations) q.add(migration)
      return q
    }
    // Recorded, not run: ten thousand tables would make opening the file the longest part of both.
    const first = registered()
    await first.baseline(migrations.at(-1).version)
    await first.close()

    const select = () => {
      const db = new Database(file)
      const rows = db.prepare('SELECT * FROM queen_migrations ORDER BY id').raw().all()
      db.close()
      return rows.length
    }
    const queen = async () => {
      const q = registered()
      collect()
      const begun = performance.now()
      const { applied } = await q.up()
      await q.close()
      if (applied.length > 0) throw new Error('there was something to do')
      return performance.now() - begun
    }
    const byHand = () => {
      let length = select()
      for (const { upSQL, downSQL } of migrations) length += hash(upSQL).length + hash(downSQL).length
      if (length !== COUNT * 129) throw new Error('something is missing')
    }
    const times = await inTurn({ byHand, queen, select: () => void select() }, 11)
    return [
      line('up, 10000 applied, nothing to do: Queen / SELECT and hashes', ratio(times.queen, times.byHand), 1.3),
      line('  SELECT alone / SELECT and hashes', ratio(times.select, times.byHand)),
    ]
  })
}
