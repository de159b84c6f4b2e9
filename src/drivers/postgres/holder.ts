import type { Holder } from '../../core/driver.js'
import type { Activity } from '../../core/execution.js'

/** What the holder of the lock tells others about itself. */
export interface Note {
  readonly who: string
  /** ISO 8601, UTC. */
  readonly since: string
  readonly doing?: Activity | undefined
}

/** `application_name` is cut at so many bytes. */
const LONGEST = 63

/**
 * The note as an application_name, which every role may read: `queen ann@ci-7#42 12:03:11Z up 014 add_index`. What is too
 * long loses its end; letters beyond ASCII are left to the comment.
 */
export function applicationName({ who, since, doing }: Note): string {
  const about = doing === undefined ? '' : ` ${doing.direction} ${doing.version} ${doing.name}`
  return `queen ${who} ${since.slice(11, 19)}Z${about}`
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, LONGEST)
    .trimEnd()
}

/** The note as a comment in front of a message, where it is whole; who may see the query reads it there. */
export function comment(note: Note): string {
  return `/*queen ${JSON.stringify(note).replaceAll('*', '\\u002a')}*/ `
}

/** A row of `LockSql.holder` as people are told. */
export function holderFrom(row: readonly (string | null)[], now: number): Holder {
  const [pid, name, address, state, query, user] = row
  const note = noteIn(query ?? '') ?? noteFromName(name ?? '', now)
  const about = [
    `pid ${pid}`,
    ...(address === null ? [] : [`from ${address}`]),
    ...(note === undefined && name ? [name] : []),
    ...(state ? [state] : []),
    ...(query && !query.startsWith('/*queen ') && !query.startsWith('<') ? [shortened(query)] : []),
  ]
  const who = note?.who ?? `${user ?? 'somebody'}, pid ${pid}`
  return { ...note, who, details: about.join(', ') }
}

function noteIn(query: string): Note | undefined {
  const json = /^\/\*queen (\{.*?\})\*\/ /.exec(query)?.[1]
  if (json === undefined) return undefined
  try {
    return JSON.parse(json) as Note
  } catch {
    return undefined
  }
}

function noteFromName(name: string, now: number): Note | undefined {
  const match = /^queen (.+) (\d\d:\d\d:\d\dZ)(?: (up|down) (\S+)(?: (.*))?)?$/.exec(name)
  if (match === null) return undefined
  const [, who, time, direction, version, title = ''] = match
  const doing =
    direction === undefined ? undefined : { direction: direction as 'up' | 'down', version: version!, name: title }
  return { who: who!, since: latest(time!, now), doing }
}

/** The latest moment that shows this time of the day: no lock is held for a day. */
function latest(time: string, now: number): string {
  const today = new Date(now).toISOString().slice(0, 11) + time
  // A minute of grace for clocks that differ.
  const moment = Date.parse(today) > now + 60_000 ? Date.parse(today) - 86_400_000 : Date.parse(today)
  return new Date(moment).toISOString()
}

/** The beginning of a statement, on one line. */
export function shortened(query: string): string {
  const line = query.replace(/\s+/g, ' ').trim()
  return line.length > 80 ? `${line.slice(0, 79)}…` : line
}
