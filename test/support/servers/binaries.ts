import { execFileSync } from 'node:child_process'
import { accessSync, constants, readdirSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

/** Where the packages of the systems put servers, beside PATH; `*` is a version. */
const PLACES = {
  postgres: ['/usr/lib/postgresql/*/bin', '/usr/pgsql-*/bin', '/opt/homebrew/opt/*/bin', '/usr/local/opt/*/bin'],
  others: ['/usr/sbin', '/usr/local/sbin', '/usr/libexec', '/opt/homebrew/opt/*/bin', '/usr/local/opt/*/bin'],
}

/** The folder of the newest PostgreSQL whose server and initdb are both there; a package may link one alone into PATH. */
export function postgresBinaries(path = process.env['PATH']): string | undefined {
  const linked = programs('initdb', path, []).map((file) => dirname(realpathSync(file)))
  const installed = programs('initdb', '', PLACES.postgres).map((file) => dirname(file))
  return [...linked, ...installed].find((folder) => runs(join(folder, 'postgres')))
}

export function pgBouncerBinary(path = process.env['PATH']): string | undefined {
  return programs('pgbouncer', path, PLACES.others)[0]
}

/** MariaDB's server, and the program that makes its data folder. */
export function mariadbBinaries(path = process.env['PATH']): { server: string; install: string } | undefined {
  const [server] = programs('mariadbd', path, PLACES.others)
  const [install] = programs('mariadb-install-db', path, PLACES.others)
  return server === undefined || install === undefined ? undefined : { server, install }
}

/** Oracle's server: MariaDB answers to the name of `mysqld` as well. */
export function mysqlBinary(path = process.env['PATH']): string | undefined {
  return programs('mysqld', path, PLACES.others).find(
    (file) => !/mariadb/i.test(execFileSync(file, ['--no-defaults', '--version'], { encoding: 'utf8' })),
  )
}

function programs(name: string, path: string | undefined, places: readonly string[]): string[] {
  const folders = [...(path ?? '').split(delimiter).filter((folder) => folder !== ''), ...places.flatMap(expanded)]
  return folders.map((folder) => join(folder, name)).filter(runs)
}

/** The folders that a pattern with one `*` stands for, the highest version first. */
function expanded(pattern: string): string[] {
  const [, parent, before, after] = /^(.*)\/([^/*]*)\*(.*)$/.exec(pattern) ?? []
  if (parent === undefined || before === undefined) return [pattern]
  return entries(parent)
    .filter((name) => name.startsWith(before))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .map((name) => `${parent}/${name}${after}`)
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function runs(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
