import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { codeOf } from '../../core/redact.js'
import { quoteName } from '../sql/quote.js'
import type { PgClient, PgConfig } from './client.js'
import { openSecond } from './connect.js'
import { asQueenError } from './fault.js'
import { settingsOf } from './inside.js'
import { send } from './message.js'
import type { PostgresSource } from './source.js'
import { destinationOf, targetOf } from './target.js'

/** Another session copies the template at this moment, or is connected to it. */
const TEMPLATE_BUSY = '55006'
const TRIES = 50

/** A new, empty database on the same server, and the way to remove it. */
export async function scratchDatabase(
  source: PostgresSource,
  role: string | undefined,
): Promise<{ readonly source: PostgresSource; readonly drop: () => Promise<void> }> {
  const name = `queen_test_${randomBytes(8).toString('hex')}`
  const owner = role === undefined ? '' : ` OWNER ${quoteName(role)}`
  await administer(source, `CREATE DATABASE ${quoteName(name)}${owner}`)
  return {
    source: { kind: 'config', config: { ...configOf(source), database: name }, tls: tlsOf(source) },
    drop: async () => await administer(source, `DROP DATABASE IF EXISTS ${quoteName(name)} WITH (FORCE)`),
  }
}

/** Sends one statement on a connection of its own: a database that is worked on must not be left half-way. */
async function administer(source: PostgresSource, statement: string): Promise<void> {
  const opened = await openSecond(source, 'queen test')
  try {
    for (let left = TRIES; ; left--) {
      const { error } = await send(opened.client, statement)
      if (error === undefined) return
      if (codeOf(error) !== TEMPLATE_BUSY || left === 0)
        throw asQueenError(error, targetOf(source), { login: destinationOf(source).user ?? '' })
      await sleep(20 + Math.random() * 100)
    }
  } finally {
    await opened.close('clean')
  }
}

function configOf(source: PostgresSource): PgConfig {
  if (source.kind === 'config') return source.config
  return source.kind === 'client' ? settingsOf(source.client as PgClient) : ((source.pool.options ?? {}) as PgConfig)
}

function tlsOf(source: PostgresSource) {
  return source.kind === 'config' ? source.tls : undefined
}
