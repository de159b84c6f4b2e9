import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { inTurn, line, median, ratio } from '../measure.mjs'
import { oneTableEach } from '../migrations.mjs'
import * as contestants from './contestants.mjs'
import { fresh, messagesOf, throughPort } from './jobs.mjs'
import { server, withClient } from './places.mjs'

const COUNT = 300
const DELAY = 5
const { bare, knex, kysely, least, nodePgMigrate, nodePgMigrateSingle, queen, queenAtomic, umzug } = contestants

/** 300 one-table migrations through a proxy that keeps every byte for 5 ms, against nothing but the round trips. */
export async function distant() {
  const migrations = oneTableEach(COUNT)
  const messages = await messagesOf(migrations)
  const { hostname: host, port } = new URL(server)
  const proxy = new Worker(new URL('./proxy.mjs', import.meta.url), {
    workerData: { host, port: Number(port || 5432), delay: DELAY },
  })
  const ask = async (what) => {
    proxy.postMessage(what)
    return (await once(proxy, 'message'))[0]
  }
  try {
    const through = { migrations, messages, port: (await ask('port')).port }
    const run = (one) => fresh(one, through)
    const near = await inTurn(
      { roundTrips: async () => await roundTrips(through.port), queen: run(queen), bare: run(bare), least: run(least) },
      5,
    )
    // Peers take so many more round trips that one look is enough.
    const peer = async (what, one) => {
      await ask('reset')
      const ms = await run(one)()
      const { roundTrips: count } = await ask('count')
      return line(`  ${what}: ${count} round trips`, ratio([ms], [median(near.roundTrips)]))
    }
    return [
      line(
        `up, ${COUNT} migrations, ${DELAY} ms each way: Queen / ${COUNT} round trips`,
        ratio(near.queen, near.roundTrips),
        1.15,
      ),
      line("  bare loop with Queen's messages / round trips", ratio(near.bare, near.roundTrips)),
      line('  loop of BEGIN, SQL, record, COMMIT / round trips', ratio(near.least, near.roundTrips)),
      line("  Queen / bare loop with Queen's messages", ratio(near.queen, near.bare)),
      await peer('Queen', queen),
      await peer('Queen, one transaction', queenAtomic),
      await peer('umzug, two commits each', umzug),
      await peer('node-pg-migrate, a transaction each', nodePgMigrate),
      await peer('node-pg-migrate, one transaction', nodePgMigrateSingle),
      await peer('kysely, one transaction', kysely),
      await peer('knex, one transaction', knex),
    ]
  } finally {
    await proxy.terminate()
  }
}

/** So many times the shortest question there is, at its usual speed: what a server needs for a migration is not in it. */
async function roundTrips(port) {
  return await withClient(throughPort(server, port), async (client) => {
    const times = []
    for (let n = 0; n < 60; n++) {
      const begun = performance.now()
      await client.query('SELECT 1')
      times.push(performance.now() - begun)
    }
    return median(times) * COUNT
  })
}
