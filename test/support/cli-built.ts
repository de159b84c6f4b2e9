import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Queen } from '../../src/core/index.js'
import type { postgres } from '../../src/drivers/postgres/index.js'
import type { sqlite } from '../../src/drivers/sqlite/index.js'

const require = createRequire(import.meta.url)

function door<T>(name: string): T {
  return require(fileURLToPath(new URL(`../../dist/${name}/index.js`, import.meta.url))) as T
}

/** The library as it is built: the copy the command line under test is made of. */
export const library = {
  ...door<{ Queen: typeof Queen }>('core'),
  ...door<{ sqlite: typeof sqlite }>('drivers/sqlite'),
  ...door<{ postgres: typeof postgres }>('drivers/postgres'),
}

/** Takes the migration lock of a database file, as another process would; the function that is returned frees it. */
export async function holdLock(file: string, who: string): Promise<() => Promise<void>> {
  const other = new library.Queen(library.sqlite(file))
  const lock = await other.inspect(async (session) => await session.tryLock(who))
  if (lock === null) throw new Error('the lock is held already')
  return async () => {
    await lock.release()
    await other.close()
  }
}
