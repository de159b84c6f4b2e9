import { QueenError } from '../../core/errors.js'
import type { PgClient } from './client.js'
import { connectionOf } from './inside.js'

/** The reason why a connection was given up that was to be bound to its TLS channel. */
export const NOT_BOUND = 'the server does not offer channel binding'

/**
 * Hangs up before a password is sent, unless the server can prove through SCRAM that it ends the TLS connection itself.
 * `pg` uses channel binding where it is offered, but takes every other answer too: who stands in between would just
 * not offer it. To be called before the client connects, so that these listeners run before its own.
 *
 * @returns whether the proof was given, to be asked once the client is connected
 * @throws QueenError `DRIVER_MISSING` where `pg` is too old for it
 */
export function requireChannelBinding(client: PgClient): () => boolean {
  if ((client as { enableChannelBinding?: boolean }).enableChannelBinding !== true)
    throw new QueenError('DRIVER_MISSING', 'channel_binding=require needs a later release of pg', {
      hint: 'npm install pg@latest',
    })
  const connection = connectionOf(client)
  let bound = false
  const refuse = (): void => void connection?.stream.destroy(new Error(NOT_BOUND))
  connection?.on('authenticationCleartextPassword', refuse)
  connection?.on('authenticationMD5Password', refuse)
  connection?.on('authenticationSASL', ({ mechanisms }: { mechanisms: readonly string[] }) => {
    if (!mechanisms.includes('SCRAM-SHA-256-PLUS') || !('getPeerCertificate' in connection.stream)) refuse()
  })
  connection?.on('authenticationSASLFinal', () => (bound = true))
  return () => bound
}
