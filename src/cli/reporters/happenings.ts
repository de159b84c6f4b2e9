import { describeBlocker } from '../../core/blocker.js'
import { readable } from '../../core/duration.js'
import type { Holder } from '../../core/driver.js'
import type { QueenEvents } from '../../core/events.js'
import { describeHolder } from '../../core/lock.js'
import type { Problem } from '../../core/problem.js'
import type { Direction } from '../../core/record.js'
import type { MigrationStatus } from '../../core/status.js'
import { cleanLine } from './clean.js'

/** `001 create_users`, `down 001 create_users`. */
export function migrationLabel({
  version,
  name,
  direction,
}: {
  version: string
  name: string
  direction: Direction
}): string {
  return cleanLine(`${direction === 'up' ? '' : 'down '}${version} ${name}`)
}

/** `running 014 add_index since 12:03:11 by deploy@ci-7#4242`, by this machine's clock. */
export function runningText({ version, name, direction }: MigrationStatus, holder: Holder): string {
  const label = migrationLabel({ version, name, direction: holder.doing?.direction ?? direction ?? 'up' })
  const since = holder.since === undefined ? '' : ` since ${clockTime(new Date(holder.since))}`
  const details = holder.details === undefined ? '' : ` (${holder.details})`
  return cleanLine(`running ${label}${since} by ${holder.who}${details}`)
}

/** The time of today; another day with its date. */
function clockTime(moment: Date): string {
  const today = moment.toDateString() === new Date().toDateString()
  return today ? moment.toTimeString().slice(0, 8) : moment.toISOString()
}

/** Who is waited for. */
export function waitingText({ holder }: QueenEvents['lockWait']): string {
  return cleanLine(`waiting for the lock, held by ${holder === null ? 'somebody else' : describeHolder(holder)}`)
}

/** What was tried in vain, how often, and because of whom. */
export function lockMissText(event: QueenEvents['lockMiss']): string {
  const { attempt, tries, blockers } = event
  const what = attempt < tries ? 'waiting for a lock on a table' : 'got no lock on a table'
  const by = blockers.length === 0 ? '' : `, blocked by ${blockers.map(describeBlocker).join('; ')}`
  return cleanLine(`${what}: ${migrationLabel(event)}, try ${attempt} of ${tries}${by}`)
}

/** For whom a statement waits that has no reason to give up. */
export function tableWaitText(event: QueenEvents['tableWait']): string {
  const { waitedMs, blockers } = event
  const by = blockers.map(describeBlocker).join('; ')
  return cleanLine(`${migrationLabel(event)} has waited ${readable(Math.floor(waitedMs / 1000) * 1000)} for ${by}`)
}

/** A remark of the database's. */
export function noticeText(event: QueenEvents['notice']): string {
  return cleanLine(`${migrationLabel(event)}: ${event.severity} ${event.message}`)
}

/** `3 of 10`, or with a total also in per cent. */
export function doneText({ done, total }: { done: number; total?: number }): string {
  if (total === undefined || total <= 0) return String(done)
  return `${done} of ${total} (${Math.floor((Math.min(done, total) / total) * 100)} %)`
}

/** A bar of so many characters. */
export function bar(done: number, total: number, width: number): string {
  const full = Math.round((Math.max(0, Math.min(done, total)) / total) * width)
  return '█'.repeat(full) + '░'.repeat(width - full)
}

/** A warning and what to do about it. */
export function warningText({ message, hint }: Problem): string {
  return cleanLine(hint === '' ? message : `${message} (${hint})`)
}

/** How long somebody waited for the lock, where it was long enough to mention. */
export function lockText({ waitedMs }: QueenEvents['lockAcquired']): string {
  return `lock taken after ${readable(waitedMs)}`
}
