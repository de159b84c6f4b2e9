import type { Scope } from './scope.js'
import { quoted } from './text.js'

/** Whose rights it has, when that is somebody else than who asks: what one user makes twice is the same. */
export function definer({ user }: Scope, name: string): string {
  return name === user ? '' : `DEFINER=${name}`
}

/** The modes that a body runs in, when they are not the server's: they were those of the session that made it. */
export function modes({ server }: Scope, sqlMode: string): string {
  const own = meaningful(sqlMode)
  return own === meaningful(server.sqlMode) ? '' : `SQL_MODE ${quoted(own)}`
}

/** Clients set this one by a flag, each as it likes, and a body that was read once does not ask for it. */
function meaningful(sqlMode: string): string {
  return sqlMode
    .split(',')
    .filter((mode) => mode !== 'IGNORE_SPACE')
    .join()
}
