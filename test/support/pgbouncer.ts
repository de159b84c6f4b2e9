import { describeOn, describePrivate, server } from './servers/ask.js'
import { pgBouncerBinary } from './servers/binaries.js'

/** The run's PgBouncer, in transaction mode before the run's PostgreSQL. */
export const pgbouncer = await server('pgbouncer')

/** `describe` for tests through the run's PgBouncer. */
export const describePgBouncer = await describeOn('pgbouncer', pgbouncer)

/** `describe` for tests that call `startPgBouncer`. */
export const describePrivatePgBouncer = await describePrivate('pgbouncer', pgbouncer, pgBouncerBinary())
