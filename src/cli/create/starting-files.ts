/** Scripts a project is glad of. */
export const SCRIPTS: Readonly<Record<string, string>> = {
  migrate: 'queen up',
  'migrate:status': 'queen status',
  'migrate:check': 'queen validate --no-pending',
}

/** The embedded database, and the files that SQLite and Queen keep beside it. */
export const GITIGNORE = 'node_modules/\n*.db\n*.db-*\n'

export function packageFile(): string {
  return `${JSON.stringify({ private: true, type: 'module', scripts: { ...SCRIPTS, test: 'vitest run' } }, null, 2)}\n`
}

export function migrationsFile(): string {
  return `import { Queen } from 'queen-migrate'

const q = new Queen()

q.add({
  version: '001',
  name: 'create_users',
  upSQL: \`
    CREATE TABLE users (
      id INTEGER PRIMARY KEY,
      email TEXT NOT NULL UNIQUE
    )
  \`,
  downSQL: \`DROP TABLE users\`,
})

export default q
`
}

export function configFile(): string {
  return `import type { QueenConfig } from 'queen-migrate/cli'

export default {
  url: 'sqlite:queen.db',
  environments: {
    // Here nothing is taken back without --yes: queen up --env production
    production: { url: '$PRODUCTION_DATABASE_URL', protected: true },
  },
} satisfies QueenConfig
`
}

/** `extension`: how the compiled migrations module is imported. */
export function testFile(extension: 'js' | 'mjs'): string {
  return `import { newTest } from 'queen-migrate/testing'
import { test } from 'vitest'
import q from './migrations.${extension}'

test('every migration can be taken back and applied again', async (t) => {
  await newTest(t, { migrations: q }).testUpDown()
})
`
}
