import { hostname, userInfo } from 'node:os'

/** Who runs this process, as records and lock holders name it: `deploy@ci-7#4242`. */
export function identity(): string {
  return `${userName()}@${hostname()}#${process.pid}`
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A container may run under a number that has no entry in the user database.
    return process.env['USER'] ?? `uid-${process.getuid?.() ?? 'unknown'}`
  }
}
