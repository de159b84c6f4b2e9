import type { PgClient } from './client.js'

/** A client that is connected, and how to part with it. */
export interface Opened<Client extends PgClient = PgClient> {
  readonly client: Client
  /** Why the connection broke, when it did while nobody asked: every later query only says that it is broken. */
  reason(): Error | undefined
  /**
   * Ends a connection of Queen's own, gives a pool's back, leaves the user's to the user. `dirty`: in a state that the
   * next borrower of a pool must not get.
   */
  close(state: 'clean' | 'dirty'): Promise<void>
}

/** Listens for the first error that nobody asked for. Without a listener it would end the process. */
export function listenForErrors(client: PgClient): { reason(): Error | undefined; stop(): void } {
  let first: Error | undefined
  const listener = (error: Error): void => void (first ??= error)
  client.on('error', listener)
  return { reason: () => first, stop: () => void client.removeListener('error', listener) }
}
