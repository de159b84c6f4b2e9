/**
 * What a connection is bound to:
 * - `session`: one backend, until it is closed
 * - `transaction`: a backend for each transaction
 * - `statement`: a backend for each statement
 */
export type Affinity = 'session' | 'transaction' | 'statement'

/** What the maker of the driver says about a pooler; `detect`: nothing. */
export type PoolerOption = 'detect' | 'session' | 'transaction'
