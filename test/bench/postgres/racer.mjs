import { oneTableEach } from '../migrations.mjs'
import { load } from '../places.mjs'

/** One process of the race. Without a URL it does all that needs no database: starts, loads, registers. */
const [, , count, url] = process.argv
const { Queen } = await load('core/index.js')
const { postgres } = await load('drivers/postgres/index.js')
const q = new Queen(postgres(url ?? 'postgres://127.0.0.1/nowhere'))
for (const migration of oneTableEach(Number(count))) q.add(migration)
if (url === undefined) {
  // What a run loads besides; whoever finds everything applied plays nothing.
  await load('core/tasks.js')
  const { loadPg } = await load('drivers/postgres/client.js')
  loadPg()
} else {
  const { applied } = await q.up()
  console.log(applied.length)
}
await q.close()
