import { inTurn, line, ratio } from '../measure.mjs'
import { oneTableEach } from '../migrations.mjs'
import * as contestants from './contestants.mjs'
import { fresh, map, messagesOf } from './jobs.mjs'

const COUNT = 300
const { bare, knex, kysely, least, nodePgMigrate, nodePgMigrateSingle, queen, queenAtomic, umzug } = contestants

/** 300 one-table migrations, each time on a fresh database, registering, connecting and closing included. */
export async function up() {
  const migrations = oneTableEach(COUNT)
  const messages = await messagesOf(migrations)
  const job = { migrations, messages }
  const run = (all) => map(all, (one) => fresh(one, job))
  const loops = await inTurn(run({ bare, queen, least }), 7)
  // Without a disk to wait for at COMMIT, all that is left is what the code costs, and the server's work.
  const hurried = await inTurn(
    map({ bare, queen, least }, (one) => fresh(one, { ...job, commit: 'off' })),
    7,
  )
  const peers = await inTurn(run({ queen, umzug, nodePgMigrate, queenAtomic, kysely, knex, nodePgMigrateSingle }), 3)
  return [
    line(`up, ${COUNT} migrations: Queen / bare loop with Queen's messages`, ratio(loops.queen, loops.bare), 1.1),
    line('  the same with a disk that is not waited for', ratio(hurried.queen, hurried.bare), 1.1),
    line('  Queen / loop of BEGIN, SQL, record, COMMIT', ratio(loops.queen, loops.least)),
    line('  the same with a disk that is not waited for', ratio(hurried.queen, hurried.least)),
    line('  Queen / umzug (two commits each)', ratio(peers.queen, peers.umzug), 1),
    line('  Queen / node-pg-migrate (a transaction each)', ratio(peers.queen, peers.nodePgMigrate), 1),
    line('  Queen in one transaction / kysely', ratio(peers.queenAtomic, peers.kysely), 1),
    line('  Queen in one transaction / knex', ratio(peers.queenAtomic, peers.knex), 1),
    line('  Queen in one transaction / node-pg-migrate', ratio(peers.queenAtomic, peers.nodePgMigrateSingle), 1),
    line('  Queen, a transaction each / kysely in one', ratio(peers.queen, peers.kysely)),
    line('  Queen, a transaction each / knex in one', ratio(peers.queen, peers.knex)),
    line('  Queen, a transaction each / node-pg-migrate in one', ratio(peers.queen, peers.nodePgMigrateSingle)),
  ]
}
