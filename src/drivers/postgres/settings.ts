import type { Execution } from '../../core/execution.js'
import type { Facts } from './facts.js'
import { literal } from './literal.js'

/** A setting of a session, with the value it is to have. */
export type Setting = readonly [name: string, value: string]

/** What a connection is set to by whoever made the driver. */
export interface Standing {
  readonly facts: Facts
  /** The role migrations run as; undefined: the one that logged in. */
  readonly role: string | undefined
}

/** Where Queen looks for names while it speaks for itself: nothing a user made can stand in the way. */
const OWN_PATH: Setting = ['search_path', 'pg_catalog, pg_temp']

/** Nobody else's limits hold for Queen's own statements, which are short; its own limits do. */
export function ownSettings({ facts, role }: Standing, lockTimeout: number): Setting[] {
  const role_: Setting[] = role === undefined ? [] : [['role', role]]
  return [...role_, OWN_PATH, ['statement_timeout', '0'], ['lock_timeout', String(lockTimeout)], ...idle(facts)]
}

/** What holds while a statement of the migration's runs. Without a number for `lockTimeout` it may wait for locks. */
export function userSettings({ facts, role }: Standing, execution: Execution, lockTimeout: number): Setting[] {
  return [
    ...(role === undefined ? [] : ([['role', role]] as const)),
    ['search_path', facts.searchPath],
    ['lock_timeout', String(lockTimeout)],
    ['statement_timeout', String(execution.statementTimeout ?? 0)],
    ...idle(facts),
  ]
}

/** What is left to set where the settings `before` hold already. */
export function unlike(before: readonly Setting[], settings: readonly Setting[]): Setting[] {
  const held = new Map(before)
  return settings.filter(([name, value]) => held.get(name) !== value)
}

/** A migration may take as long as it takes between two of its statements. */
function idle({ version }: Facts): Setting[] {
  return [
    ['idle_in_transaction_session_timeout', '0'],
    ...(version >= 140_000 ? ([['idle_session_timeout', '0']] as const) : []),
    ...(version >= 170_000 ? ([['transaction_timeout', '0']] as const) : []),
  ]
}

/**
 * What a connection that holds the lock is set to for good: the server notices within half a second that its client is
 * gone, and within a minute that the network is, and then gives up what it was doing and the lock with it. `sockets`
 * alone take keepalives, and some services forbid a setting; so they are tried, and done without.
 */
export function standingSettings({ version }: Facts): Setting[] {
  return [
    ...(version >= 140_000 ? ([['client_connection_check_interval', '500']] as const) : []),
    ['tcp_keepalives_idle', '15'],
    ['tcp_keepalives_interval', '5'],
    ['tcp_keepalives_count', '3'],
    ['tcp_user_timeout', '30000'],
  ]
}

/** One statement that makes settings, until the transaction ends or for good. */
export function set(settings: readonly Setting[], scope: 'transaction' | 'session'): string {
  const local = scope === 'transaction'
  const calls = settings.map(([name, value]) => `pg_catalog.set_config(${literal(name)}, ${literal(value)}, ${local})`)
  return `SELECT ${calls.join(', ')}`
}
