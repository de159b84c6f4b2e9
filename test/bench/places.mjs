import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The built package: `dist` of this repository, or the folder QUEEN_DIST names. */
export const dist = resolve(process.env.QUEEN_DIST ?? fileURLToPath(new URL('../../dist', import.meta.url)))

/** Loads a module of the built package. */
export async function load(path) {
  const file = join(dist, path)
  if (!existsSync(file)) throw new Error(`${path} is not built: npm run build`)
  return await import(pathToFileURL(file).href)
}

/** The repository's own better-sqlite3, so that every contestant runs on the same SQLite. */
export const Database = createRequire(import.meta.url)('better-sqlite3')

/** Does work in a fresh folder, which is removed afterwards. */
export async function inFolder(work, parent = process.env.QUEEN_BENCH_DIR ?? tmpdir()) {
  const folder = mkdtempSync(join(parent, 'queen-bench-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
