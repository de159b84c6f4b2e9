/**
 * Which release of `better-sqlite3` a Node needs, where the one that is installed would bring the process down; undefined
 * where it works. Release 13 moved from Node's own wrapper of objects to Node-API: it crashes on Node 20, and what is
 * older aborts on Node 24.19 and later (WiseLibs/better-sqlite3#1515).
 */
export function neededRelease(node: string, installed: string): '12' | '13' | undefined {
  const [major = 0, minor = 0] = node.split('.').map(Number)
  const release = Number.parseInt(installed, 10)
  if (major < 22 && release >= 13) return '12'
  if ((major > 24 || (major === 24 && minor >= 19)) && release < 13) return '13'
  return undefined
}
