import { redact } from './redact.js'

/** A session that kept a statement waiting for a lock on a table. */
export interface Blocker {
  /** By what the database ends it: a process id, a connection id. */
  readonly id: string
  /** `ann from 10.0.0.3, psql`: as much as this role may see. */
  readonly who: string
  /** Since when its transaction is open. ISO 8601, UTC. */
  readonly since?: string | undefined
  /** `active`, `idle in transaction`. */
  readonly state?: string | undefined
  /** Its statement, shortened. */
  readonly query?: string | undefined
}

const LONGEST_QUERY = 120

/** `4711 ann from 10.0.0.3, psql, idle in transaction since 2026-05-01T12:03:11Z: UPDATE users SET ...`. */
export function describeBlocker({ id, who, since, state, query }: Blocker): string {
  const about = [`${id} ${who}`.trimEnd(), state].filter((part) => part !== undefined && part !== '').join(', ')
  const begun = since === undefined ? '' : ` since ${since}`
  return `${about}${begun}${query === undefined ? '' : `: ${shortened(query)}`}`
}

/** The same, fit for events and errors: what other people's statements hold is not ours to print. */
export function presentable(blocker: Blocker): Blocker {
  const { who, query } = blocker
  return { ...blocker, who: redact(who), ...(query !== undefined && { query: shortened(redact(query)) }) }
}

function shortened(query: string): string {
  const line = query.trim().replaceAll(/\s+/g, ' ')
  return line.length <= LONGEST_QUERY ? line : `${line.slice(0, LONGEST_QUERY).trimEnd()} ...`
}
