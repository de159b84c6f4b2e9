import { setTimeout as sleep } from 'node:timers/promises'
import type { Lock, Session } from './driver.js'
import { readable } from './duration.js'
import { identity } from './identity.js'
import type { Job } from './job.js'
import type { Direction } from './record.js'
import { messageOf } from './redact.js'
import type { Transaction } from './transaction.js'

/** How long a server may take to come back, and then to notice that the old connection is gone. */
const CONNECT_WITHIN_MS = 30_000
const LOCK_WITHIN_MS = 30_000
const CLOSE_WITHIN_MS = 5_000
const LONGEST_PAUSE_MS = 500
/** Of the journal, newest first: under the lock nobody can have written much since. */
const ENTRIES = 1_000

/** What became of a transaction whose connection was lost. */
export type Finding =
  | { readonly kind: 'committed' }
  | { readonly kind: 'not committed' }
  | { readonly kind: 'unknown'; readonly why: string }

/** The journal entry a committed migration has written. */
export interface Trace {
  readonly runId: string
  readonly version: string
  readonly direction: Direction
}

/**
 * Looks up, on another connection, whether a transaction was committed. Its COMMIT may still be under way: only who gets
 * the migration lock knows that the old connection's transaction has come to its end, one way or the other.
 */
export async function lookUp<Tx extends Transaction>(
  lost: Session<Tx>,
  { reconnect, signal }: Pick<Job<Tx>, 'reconnect' | 'signal'>,
  trace: Trace,
): Promise<Finding> {
  // A server that has heard nothing of the loss hears of it now.
  await closed(lost)
  let session: Session<Tx> | null = null
  let lock: Lock | null = null
  try {
    let refused = ''
    session = await inTime(CONNECT_WITHIN_MS, signal, async () => {
      try {
        return await answering(await reconnect())
      } catch (error) {
        refused = messageOf(error)
        return null
      }
    })
    if (session === null) return { kind: 'unknown', why: refused }
    const open = session
    lock = await inTime(LOCK_WITHIN_MS, signal, async () => await open.tryLock(identity()))
    if (await hasTrace(open, trace)) return { kind: 'committed' }
    if (lock === null)
      return { kind: 'unknown', why: `the migration lock was not to be had within ${readable(LOCK_WITHIN_MS)}` }
    if (open.affinity === 'transaction')
      return { kind: 'unknown', why: 'behind a pooler nothing tells whether the lost connection is still at work' }
    return { kind: 'not committed' }
  } catch (error) {
    return { kind: 'unknown', why: messageOf(error) }
  } finally {
    await lock?.release().catch(() => {})
    await session?.close().catch(() => {})
  }
}

/** A session may connect only when it is asked for something. */
async function answering<Tx extends Transaction>(session: Session<Tx>): Promise<Session<Tx>> {
  try {
    await session.journal(1)
    return session
  } catch (error) {
    await closed(session)
    throw error
  }
}

async function closed(session: Session<never>): Promise<void> {
  const done = new AbortController()
  const closing = session
    .close()
    .catch(() => {})
    .finally(() => done.abort())
  await Promise.race([closing, sleep(CLOSE_WITHIN_MS, undefined, { signal: done.signal }).catch(() => {})])
}

async function hasTrace(session: Session<never>, { runId, version, direction }: Trace): Promise<boolean> {
  const entries = await session.journal(ENTRIES)
  return entries.some(
    (entry) =>
      entry.runId === runId && entry.version === version && entry.action === direction && entry.outcome === 'done',
  )
}

/** Tries until there is something, the time is up or somebody cancels: null then. */
async function inTime<T>(
  ms: number,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T | null>,
): Promise<T | null> {
  const end = performance.now() + ms
  for (;;) {
    const result = await attempt()
    if (result !== null || performance.now() >= end || signal?.aborted === true) return result
    await sleep(Math.random() * LONGEST_PAUSE_MS, undefined, { signal }).catch(() => {})
  }
}
