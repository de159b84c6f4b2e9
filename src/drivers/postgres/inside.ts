import type { EventEmitter } from 'node:events'
import type { Duplex } from 'node:stream'
import { QueenError } from '../../core/errors.js'
import type { PgClient, PgConfig } from './client.js'
import { REFUSED } from './url.js'

/**
 * What a client of `pg` has inside and its types do not show. Everything is optional: where a release lacks one, the
 * question stays unanswered.
 */
interface Inside {
  readonly connection?: EventEmitter & { readonly stream: Duplex }
  /** The settings once the environment has filled them up; the password is there, but not enumerable. */
  readonly connectionParameters?: PgConfig & { readonly query_timeout?: number }
  readonly enableChannelBinding?: boolean
  readonly _connected?: boolean
  readonly _ending?: boolean
  readonly _ended?: boolean
  readonly _queryable?: boolean
}

/** The protocol side of a client: there is no other way to see the handshake, or to hang up. */
export function connectionOf(client: PgClient): Inside['connection'] {
  return (client as Inside).connection
}

/** Hangs up without a word. */
export function destroy(client: PgClient): void {
  connectionOf(client)?.stream.destroy()
}

/** Whether a client that was handed in can be used. */
export function stateOf(client: PgClient): 'connected' | 'not connected' | 'ended' {
  const { _connected, _ending, _ended, _queryable } = client as Inside
  if (_ending === true || _ended === true || _queryable === false) return 'ended'
  return (_connected ?? typeof client.processID === 'number') ? 'connected' : 'not connected'
}

/** The settings to make another client like this one. */
export function settingsOf(client: PgClient): PgConfig {
  const { connectionParameters: settings = client as PgConfig, enableChannelBinding } = client as Inside
  const { host, port, user, password, database, ssl, sslnegotiation, options, application_name } = settings
  return { host, port, user, password, database, ssl, sslnegotiation, options, application_name, enableChannelBinding }
}

/**
 * Refuses a client, or the options of a pool, that cannot do what Queen needs.
 *
 * @throws QueenError `CONFIG_INVALID`
 */
export function refuseUnusable(client: object): void {
  if ('native' in client) throw invalid('is a client of pg.native', "hand in a Client or Pool of pg's own")
  const { connectionParameters = client as Inside['connectionParameters'] } = client as Inside
  if (connectionParameters?.query_timeout) throw invalid('has the option query_timeout', REFUSED['query_timeout']!)
  if ((client as { pipeline?: boolean }).pipeline === true)
    throw invalid('has the option pipeline', 'hand in a Client or Pool without it: migrations go one after the other')
}

function invalid(problem: string, hint: string): QueenError {
  return new QueenError('CONFIG_INVALID', `The PostgreSQL client that was handed in ${problem}`, { hint })
}
