import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import knexFactory from 'knex'
import { Kysely, Migrator, PostgresDialect } from 'kysely'
import { runner } from 'node-pg-migrate'
import { Umzug } from 'umzug'
import { raw } from '../contestants.mjs'
import { load } from '../places.mjs'
import { pg, withClient } from './places.mjs'

/** Each applies the migrations to the database behind the URL, registering, connecting and closing included. */

export async function queen({ url, migrations, atomic = false }) {
  const [{ Queen }, { postgres }] = [await load('core/index.js'), await load('drivers/postgres/index.js')]
  const q = new Queen(postgres(url))
  for (const migration of migrations) q.add(migration)
  await q.up({ atomic })
  await q.close()
}

/** Everything in one transaction, for those that do so. */
export async function queenAtomic(job) {
  await queen({ ...job, atomic: true })
}

/** Sends the very messages Queen sends under its lock, one after the other, and does nothing else. */
export async function bare({ url, messages }) {
  await withClient(url, async (client) => {
    for (const text of messages) await client.query(text)
  })
}

/** The least that is exactly-once between runs that do not meet: each migration with its record in one transaction. */
export async function least({ url, migrations }) {
  await withClient(url, async (client) => {
    await client.query(
      'CREATE TABLE history (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, version text NOT NULL UNIQUE, name text NOT NULL, applied_at timestamptz)',
    )
    for (const { version, name, upSQL } of migrations)
      await client.query(
        `BEGIN; ${upSQL}; INSERT INTO history (version, name, applied_at) VALUES ('${version}', '${name}', now()); COMMIT`,
      )
  })
}

/** umzug knows no transactions: the migration commits, then its record does. */
export async function umzug({ url, migrations }) {
  await withClient(url, async (client) => {
    await client.query('CREATE TABLE umzug (name text PRIMARY KEY)')
    const migrator = new Umzug({
      migrations: migrations.map(({ version, name, upSQL }) => ({
        name: `${version}_${name}`,
        up: async () => void (await client.query(upSQL)),
      })),
      context: client,
      storage: {
        logMigration: async ({ name }) => void (await client.query('INSERT INTO umzug (name) VALUES ($1)', [name])),
        unlogMigration: async ({ name }) => void (await client.query('DELETE FROM umzug WHERE name = $1', [name])),
        executed: async () => (await client.query('SELECT name FROM umzug ORDER BY name')).rows.map(({ name }) => name),
      },
      logger: undefined,
    })
    await migrator.up()
  })
}

/** Kysely runs everything in one transaction. */
export async function kysely({ url, migrations }) {
  const db = new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: 1 }) }) })
  const all = Object.fromEntries(
    migrations.map(({ version, name, upSQL }) => [
      `${version}_${name}`,
      { up: async (trx) => void (await trx.executeQuery(raw(upSQL))) },
    ]),
  )
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(all) } })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
  await db.destroy()
}

/** knex runs everything in one transaction unless a migration says otherwise. */
export async function knex({ url, migrations }) {
  const db = knexFactory({ client: 'pg', connection: url })
  await db.migrate.latest({
    migrationSource: {
      getMigrations: () => Promise.resolve(migrations),
      getMigrationName: ({ version, name }) => `${version}_${name}`,
      getMigration: ({ upSQL, downSQL }) =>
        Promise.resolve({ up: (trx) => trx.raw(upSQL), down: (trx) => trx.raw(downSQL) }),
    },
  })
  await db.destroy()
}

/** node-pg-migrate reads a folder, which is written before the clock starts. */
export async function nodePgMigrate({ url, migrations, single = false }) {
  const dir = mkdtempSync(join(process.env.QUEEN_BENCH_DIR ?? tmpdir(), 'queen-bench-'))
  try {
    for (const { version, name, upSQL, downSQL } of migrations)
      writeFileSync(
        join(dir, `${version}_${name}.sql`),
        `-- Up Migration\n${upSQL};\n\n-- Down Migration\n${downSQL};\n`,
      )
    const begun = performance.now()
    await runner({
      databaseUrl: url,
      dir,
      direction: 'up',
      migrationsTable: 'pgmigrations',
      singleTransaction: single,
      log: () => {},
    })
    return performance.now() - begun
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

export async function nodePgMigrateSingle(job) {
  return await nodePgMigrate({ ...job, single: true })
}
