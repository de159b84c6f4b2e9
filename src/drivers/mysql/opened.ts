import type { RawConnection } from './client.js'

/** A connection that is open, and how to part with it. */
export interface Opened<Client = unknown> {
  /** What a migration's function gets. */
  readonly client: Client
  readonly raw: RawConnection
  readonly vigil: Vigil
  /**
   * Ends a connection of Queen's own, gives a pool's back, leaves the user's to the user. `dirty`: in a state that the
   * next borrower of a pool must not get.
   */
  close(state: 'clean' | 'dirty'): Promise<void>
}

/**
 * Keeps watch for the end of a connection. mysql2 tells of it where no statement listens, and of one that was cut on
 * this side to nobody at all.
 */
export class Vigil {
  readonly #raw: RawConnection
  readonly #waiting = new Set<(error: Error) => void>()
  readonly #listener = (error: Error): void => this.#lose(error)
  readonly #ended = (): void => this.#lose(new Error('Connection lost: the server closed it'))
  #reason: Error | undefined

  constructor(raw: RawConnection) {
    this.#raw = raw
    raw.on('error', this.#listener)
    raw.on('end', this.#ended)
  }

  /** Why the connection is gone; undefined while it is there. */
  get reason(): Error | undefined {
    return this.#reason
  }

  /** Hears of the end, at once if it has come. The function it returns takes that back. */
  lost(listener: (error: Error) => void): () => void {
    if (this.#reason !== undefined) listener(this.#reason)
    else this.#waiting.add(listener)
    return () => void this.#waiting.delete(listener)
  }

  /** Hangs up. */
  cut(why = new Error('Connection lost: it was cut, since it had gone silent')): void {
    this.#lose(why)
    this.#raw.destroy()
  }

  stop(): void {
    this.#raw.removeListener('error', this.#listener)
    this.#raw.removeListener('end', this.#ended)
  }

  #lose(error: Error): void {
    if (this.#reason !== undefined) return
    this.#reason = error
    for (const listener of [...this.#waiting]) listener(error)
    this.#waiting.clear()
  }
}
