import { createHash } from 'node:crypto'
import { collect, inTurn, line, ratio } from '../measure.mjs'
import { oneTableEach } from '../migrations.mjs'
import { load } from '../places.mjs'
import { inDatabase, pg, withClient } from './places.mjs'

const COUNT = 10_000

/** `up` with everything applied, against reading the history with nothing but pg. */
export async function current() {
  const { Queen } = await load('core/index.js')
  const { postgres } = await load('drivers/postgres/index.js')
  const { normalise } = await load('core/sql/normalise.js')
  const { rulesFor } = await load('core/sql/dialect.js')
  const migrations = oneTableEach(COUNT)
  const rules = rulesFor('postgres')
  const hash = (sql) => createHash('sha256').update(normalise(sql, rules)).digest('hex')

  return await inDatabase(async ({ url }) => {
    const registered = () => {
      const q = new Queen(postgres(url))
      for (const migration of migrations) q.add(migration)
      return q
    }
    // Recorded, not run: of ten thousand tables the server would be busy for a long time.
    const open = registered()
    await open.baseline(migrations.at(-1).version)
    await withClient(url, async (client) => await client.query('VACUUM ANALYZE queen_migrations'))

    const select = async (client) => {
      const { rows } = await client.query({ text: 'SELECT * FROM queen_migrations ORDER BY id', rowMode: 'array' })
      if (rows.length !== COUNT) throw new Error('something is missing')
    }
    const up = async (q) => {
      const { applied } = await q.up()
      if (applied.length > 0) throw new Error('there was something to do')
    }
    const hashes = () => {
      let length = 0
      for (const { upSQL, downSQL } of migrations) length += hash(upSQL).length + hash(downSQL).length
      if (length !== COUNT * 128) throw new Error('something is missing')
    }
    const connected = await new pg.Client({ connectionString: url })
    await connected.connect()
    // A queen of its own for every round: checksums are remembered with the registered migration.
    const first = async () => {
      const q = registered()
      collect()
      const begun = performance.now()
      await up(q)
      await q.close()
      return performance.now() - begun
    }
    // The same migrations, bound anew: connects, and remembers the checksums.
    const again = async () => {
      const q = open.with(postgres(url))
      await up(q)
      await q.close()
    }
    const times = await inTurn(
      {
        select: async () => await withClient(url, select),
        selectAndHash: async () => {
          await withClient(url, select)
          hashes()
        },
        first,
        again,
        selectOpen: async () => await select(connected),
        open: async () => await up(open),
      },
      15,
    )
    await connected.end()
    await open.close()
    const what = `up, ${COUNT} applied, nothing to do`
    return [
      line(`${what}: Queen / SELECT, connecting included`, ratio(times.again, times.select), 1.3),
      line('  Queen / SELECT, connected before', ratio(times.open, times.selectOpen), 1.3),
      line(
        '  first time: Queen / SELECT and hashes, connecting included',
        ratio(times.first, times.selectAndHash),
        1.3,
      ),
      line('  SELECT and hashes / SELECT', ratio(times.selectAndHash, times.select)),
    ]
  })
}
