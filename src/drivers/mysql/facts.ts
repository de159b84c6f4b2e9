import { QueenError } from '../../core/errors.js'
import type { LexicalRules } from '../../core/sql/dialect.js'
import { rulesFor } from '../../core/sql/dialect.js'

/** What a connection is asked once. */
export interface Facts {
  readonly connection: number
  readonly product: 'MySQL' | 'MariaDB'
  readonly version: string
  /** Where Queen's tables are, or will be. */
  readonly database: string
  /** Where unqualified names of the migrations lead; null: nowhere. */
  readonly current: string | null
  readonly user: string
  /** Why nothing can be written here: the variable that says so. */
  readonly readOnly: string | undefined
  /** Bytes a message may have. */
  readonly longest: number
  readonly rules: LexicalRules
  /** The session's variables as Queen found them, as far as it changes them itself. */
  readonly found: Readonly<Record<string, string>>
}

/** Each of them may be missing in a product or release; SHOW leaves those out. */
const VARIABLES = [
  ...['version', 'sql_mode', 'max_allowed_packet', 'read_only', 'super_read_only', 'innodb_read_only'],
  ...['transaction_read_only', 'tx_read_only', 'autocommit', 'lock_wait_timeout', 'innodb_lock_wait_timeout'],
  'wait_timeout',
]

export const FACTS_QUERIES = [
  'SELECT CONNECTION_ID(), DATABASE(), CURRENT_USER(), VERSION()',
  `SHOW SESSION VARIABLES WHERE Variable_name IN (${VARIABLES.map((name) => `'${name}'`).join(', ')})`,
]

type Rows = readonly (readonly (string | null)[])[]

/** @throws QueenError `CONFIG_INVALID` where no database is named; the server's version where it is too old */
export function factsFrom([about, variables]: readonly Rows[], schema: string | undefined, target: string): Facts {
  const [connection, current, user, version] = about![0]!
  const found = Object.fromEntries(variables!.map(([name, value]) => [name!, value ?? '']))
  const product = /mariadb/i.test(version!) ? 'MariaDB' : 'MySQL'
  refuseOld(version!, product, target)
  const database = schema ?? current
  if (database === null)
    throw new QueenError('CONFIG_INVALID', `${target} names no database`, {
      hint: 'name it in the URL: mysql://user@host/database',
    })
  const mode = new Set((found['sql_mode'] ?? '').split(','))
  const readOnly = ['super_read_only', 'innodb_read_only', 'read_only', 'transaction_read_only', 'tx_read_only']
  return {
    connection: Number(connection),
    product,
    version: version!,
    database: database!,
    current: current ?? null,
    user: user!,
    readOnly: readOnly.find((name) => /^(ON|1)$/.test(found[name] ?? '')),
    longest: Number(found['max_allowed_packet']),
    rules: rulesFor('mysql', {
      ansiQuotes: mode.has('ANSI_QUOTES'),
      noBackslashEscapes: mode.has('NO_BACKSLASH_ESCAPES'),
    }),
    found,
  }
}

function refuseOld(version: string, product: Facts['product'], target: string): void {
  const [major = 0, minor = 0] = version
    .replace(/^5\.5\.5-/, '')
    .split('.')
    .map(Number)
  if (product === 'MySQL' ? major >= 8 : major > 10 || (major === 10 && minor >= 5)) return
  throw new QueenError('CONFIG_INVALID', `${target} runs ${product} ${version}, which is too old`, {
    hint: 'this driver is for MySQL 8.0 and MariaDB 10.5 and later',
  })
}
