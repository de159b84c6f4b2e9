import { readFile } from 'node:fs/promises'
import { QueenError } from '../../core/errors.js'
import { messageOf } from '../../core/redact.js'
import type { MysqlTls } from './client.js'

/** The words of MySQL's own programs for how a connection is to be encrypted. */
export const TLS_MODES = ['DISABLED', 'PREFERRED', 'REQUIRED', 'VERIFY_CA', 'VERIFY_IDENTITY'] as const
export type TlsMode = (typeof TLS_MODES)[number]

/** What a URL says about TLS: the mode, and files by their names. */
export interface TlsRequest {
  readonly mode?: TlsMode
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

/**
 * What to try one after the other, in the words of mysql2; undefined stands for no encryption. A file without a mode
 * asks for as much as it makes possible.
 *
 * @throws QueenError `CONFIG_INVALID` for a file that cannot be read
 */
export async function tlsAttempts(request: TlsRequest): Promise<readonly (MysqlTls | undefined)[]> {
  const { ca, cert, key } = request
  const mode = request.mode ?? (ca !== undefined ? 'VERIFY_CA' : cert !== undefined ? 'REQUIRED' : 'DISABLED')
  if (mode === 'DISABLED') return [undefined]
  const files = {
    ...(ca !== undefined && { ca: await read('ssl-ca', ca) }),
    ...(cert !== undefined && { cert: await read('ssl-cert', cert) }),
    ...(key !== undefined && { key: await read('ssl-key', key) }),
  }
  const verified = mode === 'VERIFY_CA' || mode === 'VERIFY_IDENTITY'
  const tls = { ...files, rejectUnauthorized: verified, verifyIdentity: mode === 'VERIFY_IDENTITY' }
  return mode === 'PREFERRED' ? [tls, undefined] : [tls]
}

async function read(name: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    throw new QueenError('CONFIG_INVALID', `The file that ${name} names cannot be read: ${messageOf(error)}`, {
      hint: `check the path: ${name}=/absolute/path.pem`,
    })
  }
}
