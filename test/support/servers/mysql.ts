import { join } from 'node:path'
import { mysqlBinary } from './binaries.js'
import { startMySQLFamily, type MySQLServer } from './mysql-family.js'
import { run } from './process.js'

/** Starts a private MySQL with no data; root has no password. */
export async function startMySQL(options: readonly string[] = []): Promise<MySQLServer> {
  const command = mysqlBinary()
  if (command === undefined) throw new Error('a private MySQL needs its binary; install mysql-server')
  return await startMySQLFamily('mysql', command, ['--mysqlx=OFF', ...options], async (folder) => {
    await run(command, ['--no-defaults', '--initialize-insecure', `--datadir=${join(folder, 'data')}`], folder)
  })
}
