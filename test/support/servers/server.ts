/** The servers that tests know; each is named by an environment variable of its own. */
export const SERVERS = {
  postgres: { title: 'PostgreSQL', variable: 'QUEEN_TEST_POSTGRES_URL', package: 'postgresql' },
  pgbouncer: { title: 'PgBouncer', variable: 'QUEEN_TEST_PGBOUNCER_URL', package: 'pgbouncer' },
  mysql: { title: 'MySQL', variable: 'QUEEN_TEST_MYSQL_URL', package: 'mysql-server' },
  mariadb: { title: 'MariaDB', variable: 'QUEEN_TEST_MARIADB_URL', package: 'mariadb-server' },
} as const

export type ServerName = keyof typeof SERVERS

/** A server that answers, for the whole run of the tests. */
interface Found {
  readonly url: string
}

/** A server that is not to be had. */
export interface Missing {
  /** What was looked for, and what came of it. */
  readonly reason: string
  /** What to do to have it. */
  readonly remedy: string
  /** Without it tests are skipped; in CI, or where the environment promised one, they fail. */
  readonly outcome: 'skip' | 'fail'
}

export type Server = Found | Missing

declare module 'vitest' {
  interface ProvidedContext {
    /** Where test files ask for servers: see setup.ts. */
    readonly servers: string
  }
}

/** Whether nobody is looking: a test that cannot run has to be red then. */
export function inCI(env: NodeJS.ProcessEnv = process.env): boolean {
  return !['', '0', 'false'].includes(env['CI'] ?? '')
}

/** A missing server, in one sentence. */
export function sentence(name: ServerName, { reason, remedy }: Missing): string {
  return `no ${SERVERS[name].title}: ${reason}; ${remedy}`
}
