import type { SqliteClient, SqliteStatement } from './client.js'

const CLIENT_METHODS = ['prepare', 'exec', 'pragma', 'transaction', 'serialize', 'backup', 'close'] as const
const STATEMENT_METHODS = ['run', 'get', 'all', 'iterate'] as const

type Methods = Record<string, (...args: unknown[]) => unknown>
type OwnedStatement = SqliteStatement & { readonly database: SqliteClient }

/** The clients that are taken now, each with the statements its migration prepared. */
const taken = new Map<SqliteClient, WeakSet<object>>()

/**
 * Runs work that is alone on a client for as long as it lasts. A database in memory has one connection only, which the
 * program shares with the migration: whatever it did while the migration's function waits for something would end up
 * inside the migration's transaction, and vanish with it. So everybody else's calls are refused until the work is done;
 * the work itself gets a client of the same kind that is let through.
 */
export async function exclusively<Client extends SqliteClient>(
  client: Client,
  work: (own: Client) => Promise<void>,
): Promise<void> {
  const statements = new WeakSet<object>()
  const own = Object.create(client) as Client
  const shared = client as unknown as Methods
  const mine = own as unknown as Methods
  const methods = CLIENT_METHODS.filter((name) => typeof shared[name] === 'function')
  for (const name of methods) mine[name] = shared[name]!.bind(client)
  const prepare = own.prepare
  own.prepare = (sql) => {
    const statement = prepare(sql)
    statements.add(statement)
    return statement
  }
  const release = guardStatements(Object.getPrototypeOf(prepare('SELECT 1')) as Methods, client, statements)
  for (const name of methods) shared[name] = refuse
  try {
    await work(own)
  } finally {
    // Own properties only hid the methods of the class.
    for (const name of methods) delete shared[name]
    release()
  }
}

/** Statements prepared earlier know nothing of their client's methods, so they are stopped where all statements meet. */
function guardStatements(prototype: Methods, client: SqliteClient, allowed: WeakSet<object>): () => void {
  const originals = STATEMENT_METHODS.map((name) => [name, prototype[name]!] as const)
  const first = taken.size === 0
  taken.set(client, allowed)
  if (first)
    for (const [name, original] of originals)
      prototype[name] = function guarded(this: OwnedStatement, ...args: unknown[]) {
        if (taken.get(this.database)?.has(this) === false) refuse()
        return original.apply(this, args)
      }
  restorers.push(...(first ? [() => originals.forEach(([name, original]) => (prototype[name] = original))] : []))
  return () => {
    taken.delete(client)
    if (taken.size === 0) restorers.splice(0).forEach((restore) => restore())
  }
}

const restorers: (() => void)[] = []

function refuse(): never {
  throw new Error(
    'a migration is at work on this database in memory, and would take this statement into its transaction: await the run first',
  )
}
