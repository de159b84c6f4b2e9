import { join } from 'node:path'
import { mariadbBinaries } from './binaries.js'
import { startMySQLFamily, type MySQLServer } from './mysql-family.js'
import { run } from './process.js'

/** Starts a private MariaDB with no data; root has no password. */
export async function startMariaDB(options: readonly string[] = []): Promise<MySQLServer> {
  const binaries = mariadbBinaries()
  if (binaries === undefined) throw new Error('a private MariaDB needs its binaries; install mariadb-server')
  return await startMySQLFamily('mariadb', binaries.server, ['--skip-name-resolve', ...options], async (folder) => {
    const root = ['--auth-root-authentication-method=normal', '--skip-test-db']
    await run(binaries.install, ['--no-defaults', `--datadir=${join(folder, 'data')}`, ...root], folder)
  })
}
