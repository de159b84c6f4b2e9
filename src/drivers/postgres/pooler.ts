import type { Affinity, PoolerOption } from './affinity.js'
import type { PgClient } from './client.js'
import { openSecond } from './connect.js'
import type { Line } from './line.js'
import { send } from './message.js'

const ROUNDS = 5

/**
 * Finds out whether a pooler hands out backends. Without one the backend that answers is the one the server named at the
 * start, and no more is asked. With one, the first connection is left idle while a second opens a transaction: a pooler
 * in transaction mode lends the second the backend it last lent the first, or the first is moved to another one
 * meanwhile. Only a connection that keeps its backend to itself through all rounds counts as a session.
 *
 * PgBouncer's `pool_mode`: https://www.pgbouncer.org/config.html#pool_mode
 */
export async function affinityOf<Client extends PgClient>(line: Line<Client>, option: PoolerOption): Promise<Affinity> {
  if (line.client.processID === line.facts.pid) return 'session'
  if (option !== 'detect') return option
  let own = line.facts.pid
  for (let round = 0; round < ROUNDS; round++) {
    const seen = await overlap(line)
    if (typeof seen === 'string') return seen
    if (seen.first !== own || seen.second === seen.first) return 'transaction'
    own = seen.first
  }
  return 'session'
}

/** The backends of both connections while the second is in a transaction. */
async function overlap<Client extends PgClient>(
  line: Line<Client>,
): Promise<Affinity | { readonly first: number; readonly second: number }> {
  const second = await openSecond(line.source, 'queen probe').catch(() => undefined)
  // Without a second connection nothing is proven, and what is not proven is not relied on.
  if (second === undefined) return 'transaction'
  try {
    const begun = await send(second.client, 'BEGIN; SELECT pg_catalog.pg_backend_pid()')
    if (begun.error !== undefined) return 'statement'
    const { error, results } = await send(line.client, 'SELECT pg_catalog.pg_backend_pid()')
    if (error !== undefined) throw line.fault(error)
    return { first: Number(results[0]![0]![0]), second: Number(begun.results[1]![0]![0]) }
  } finally {
    await send(second.client, 'ROLLBACK')
    await second.close('clean')
  }
}
