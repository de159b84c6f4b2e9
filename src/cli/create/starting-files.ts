/** Scripts a project is glad of. */
export const SCRIPTS: Readonly<Record<string, string>> = {
  migrate: 'queen up',
  'migrate:status': 'queen status',
  'migrate:check': 'queen validate --no-pending',
}

/** What differs from one kind of database to another. */
export interface StartingDatabase {
  /** The npm package of its client. */
  readonly client: string
  /** The URL as the configuration has it. */
  readonly url: string
  readonly idColumn: string
  readonly gitignore: string
  /** How the test says where it runs; undefined: `newTest` does by itself. */
  readonly driver?: { readonly door: string; readonly maker: string; readonly target: string }
}

/** The embedded database, and the files that SQLite and Queen keep beside it. */
const SQLITE: StartingDatabase = {
  client: 'better-sqlite3',
  url: 'sqlite:queen.db',
  idColumn: 'id INTEGER PRIMARY KEY',
  gitignore: 'node_modules/\n*.db\n*.db-*\n',
}

/** What fits a database URL. `variable` is the environment variable that the files name instead of it. */
export function startingDatabase(url: string | undefined, variable: string): StartingDatabase {
  if (url === undefined || !/^postgres(ql)?:/i.test(url)) return SQLITE
  return {
    client: 'pg',
    url: `$${variable}`,
    idColumn: 'id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY',
    gitignore: 'node_modules/\n.env\n',
    driver: { door: 'queen-migrate/postgres', maker: 'postgres', target: `process.env.${variable} ?? ''` },
  }
}

export function packageFile(): string {
  return `${JSON.stringify({ private: true, type: 'module', scripts: { ...SCRIPTS, test: 'vitest run' } }, null, 2)}\n`
}

export function migrationsFile({ idColumn }: StartingDatabase): string {
  return `import { Queen } from 'queen-migrate'

const q = new Queen()

q.add({
  version: '001',
  name: 'create_users',
  upSQL: \`
    CREATE TABLE users (
      ${idColumn},
      email TEXT NOT NULL UNIQUE
    )
  \`,
  downSQL: \`DROP TABLE users\`,
})

export default q
`
}

export function configFile({ url }: StartingDatabase): string {
  return `import type { QueenConfig } from 'queen-migrate/cli'

export default {
  url: '${url}',
  environments: {
    // Here nothing is taken back without --yes: queen up --env production
    production: { url: '$PRODUCTION_DATABASE_URL', protected: true },
  },
} satisfies QueenConfig
`
}

/** `extension`: how the compiled migrations module is imported. */
export function testFile(extension: 'js' | 'mjs', { driver }: StartingDatabase): string {
  const imported = driver === undefined ? '' : `import { ${driver.maker} } from '${driver.door}'\n`
  const given = driver === undefined ? '' : `, driver: ${driver.maker}(${driver.target})`
  return `${imported}import { newTest } from 'queen-migrate/testing'
import { test } from 'vitest'
import q from './migrations.${extension}'

test('every migration can be taken back and applied again', async (t) => {
  await newTest(t, { migrations: q${given} }).testUpDown()
})
`
}
