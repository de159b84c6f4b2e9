import { QueenError } from '../../core/errors.js'
import type { PoolerOption } from './affinity.js'
import type { PgClient } from './client.js'
import type { Line, Place } from './line.js'
import { affinityOf } from './pooler.js'

/**
 * Finds out, once for each connection, what a lock on it would be worth, and refuses a server that nothing can be
 * written to: a replica grants locks as well, which exclude nobody.
 *
 * @throws QueenError `CONNECTION_FAILED`, `POOLED_CONNECTION`
 */
export async function refuseUnlockable<Client extends PgClient>(
  line: Line<Client>,
  { target, pooler }: Place<Client> & { readonly pooler: PoolerOption },
): Promise<void> {
  if (line.facts.writable === 'standby')
    throw new QueenError('CONNECTION_FAILED', `${target} is a replica, which cannot be written to`, {
      hint: 'connect to the primary',
      serverCode: '25006',
    })
  if (line.facts.writable === 'read only')
    throw new QueenError('CONNECTION_FAILED', `${target} is read-only: default_transaction_read_only is on`, {
      hint: `it is set for this server, database or role; if migrating is meant all the same, connect with options=-c default_transaction_read_only=off`,
      serverCode: '25006',
    })
  if (line.affinity === 'unknown') line.affinity = await affinityOf(line, pooler)
  if (line.affinity === 'statement')
    throw new QueenError(
      'POOLED_CONNECTION',
      `${target} leads to a pooler in statement mode, which allows no transactions`,
      {
        hint: 'use the URL of the server itself, or of a pool in session mode',
      },
    )
}
