import type { Affinity, PoolerOption } from './affinity.js'
import type { PgClient } from './client.js'
import { openSecond } from './connect.js'
import type { Line } from './line.js'
import { isSqlState, send } from './message.js'

const ROUNDS = 10

/**
 * Finds out whether a pooler hands out backends. Without one the backend that answers is the one the server named at the
 * start, and no more is asked. With one, a second connection begins transactions and ends them in turn with questions on
 * the first: a pooler in transaction mode lends next what was given back last, so each meets the other's backend, unless
 * another client comes in between just then. Only a connection that keeps its backend to itself through all rounds counts
 * as a session. The turns matter: two that ask side by side may keep apart for ever, each getting back what it gave.
 *
 * PgBouncer's `pool_mode`: https://www.pgbouncer.org/config.html#pool_mode
 */
export async function affinityOf<Client extends PgClient>(line: Line<Client>, option: PoolerOption): Promise<Affinity> {
  if (line.client.processID === line.facts.pid) return 'session'
  if (option !== 'detect') return option
  const second = await openSecond(line.source, 'queen probe').catch(() => undefined)
  // Without a second connection nothing is proven, and what is not proven is not relied on.
  if (second === undefined) return 'transaction'
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const { error, results } = await send(line.client, BACKEND)
      if (error !== undefined) throw line.fault(error)
      const begun = await send(second.client, `BEGIN; ${BACKEND}`)
      if (begun.error !== undefined) return isSqlState(begun.error.code) ? 'statement' : 'transaction'
      await send(second.client, 'ROLLBACK')
      const own = Number(results[0]![0]![0])
      if (own !== line.facts.pid || Number(begun.results[1]![0]![0]) === own) return 'transaction'
    }
    return 'session'
  } finally {
    await second.close('clean')
  }
}

const BACKEND = 'SELECT pg_catalog.pg_backend_pid()'
