/** Which way bytes go. */
export type Direction = 'toServer' | 'toClient'

/**
 * What becomes of a client's message:
 * - `lose message`: the server never gets it, and the connection breaks;
 * - `lose reply`: the server has dealt with all of it, the client hears nothing, and the connection breaks;
 * - `silence`: the server has dealt with all of it, and the client hears nothing ever again.
 */
export type Fault = 'lose message' | 'lose reply' | 'silence'

export interface ProxyOptions {
  readonly host: string
  readonly port: number
  /** Milliseconds each way; 0 if nothing is said. */
  readonly delay?: number
}

export interface Proxy {
  readonly host: '127.0.0.1'
  readonly port: number
  /** A URL of the server behind it, through it. */
  through(url: string): string
  /** Stops forwarding, in both directions if none is named, as if the network were gone; nothing is closed. */
  pause(direction?: Direction): void
  /** Forwards again, beginning with what was held back. */
  resume(direction?: Direction): void
  /** Breaks every connection; new ones are let in. */
  cut(): void
  /**
   * Lets a fault happen to the next simple query, or parse message, whose SQL matches. Resolves when it has happened.
   * PostgreSQL without TLS only.
   */
  once(sql: RegExp, fault: Fault): Promise<void>
  /** How often the server has said that it is ready: the number of round trips, with one for connecting. */
  readonly roundTrips: number
  /** The number of connections so far. */
  readonly connections: number
  /** Starts counting again. */
  reset(): void
  /** Breaks every connection, and lets nobody in any more. */
  close(): Promise<void>
}

/** Stands between a client and a server, for faults, delays and counting round trips. */
export declare function startProxy(options: ProxyOptions): Promise<Proxy>
