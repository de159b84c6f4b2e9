import type { Query } from './scope.js'

/** What a session may have set that changes how a schema or a row reads, and what it is while Queen reads them. */
const COMMON: Readonly<Record<string, string>> = {
  sql_mode: `''`,
  time_zone: `'+00:00'`,
  sql_quote_show_create: '1',
  sql_select_limit: '18446744073709551615',
  character_set_results: 'utf8mb4',
}

/** Those of MariaDB: no rows of the past. */
const MARIADB = { system_versioning_asof: 'DEFAULT' }

/** Those of MySQL since 8.0.30: the primary keys that it adds by itself are shown. */
const MYSQL_8_0_30 = { show_gipk_in_create_table_and_information_schema: '1' }

/** Reads with the settings that reading depends on; afterwards the session has its own again. */
export async function pinned<Result>(query: Query, read: (version: string) => Promise<Result>): Promise<Result> {
  // With a LIMIT of its own a statement is not subject to `sql_select_limit`.
  const version = (await query('SELECT version() LIMIT 1'))[0]![0]!
  const settings = { ...COMMON, ...particular(version) }
  const names = Object.keys(settings)
  const [before] = await query(`SELECT ${names.map((name) => `@@session.${name}`).join(', ')} LIMIT 1`)
  await query(setting(Object.entries(settings)))
  const restore = async (): Promise<unknown> =>
    await query(setting(names.map((name, index) => [name, settingText(before![index]!)])))
  let result: Result
  try {
    result = await read(version)
  } catch (error) {
    // Most of all when the connection is lost, then the settings are lost with it.
    await restore().catch(() => {})
    throw error
  }
  await restore()
  return result
}

function particular(version: string): Readonly<Record<string, string>> {
  if (/mariadb/i.test(version)) return MARIADB
  const [major = 0, minor = 0, patch = 0] = version.split(/\D/, 3).map(Number)
  return major * 10_000 + minor * 100 + patch >= 80_030 ? MYSQL_8_0_30 : {}
}

function setting(values: readonly (readonly [name: string, value: string])[]): string {
  return `SET ${values.map(([name, value]) => `SESSION ${name} = ${value}`).join(', ')}`
}

function settingText(value: string | null): string {
  if (value === null) return 'NULL'
  return value === 'DEFAULT' || /^\d+$/.test(value) ? value : `'${value}'`
}
