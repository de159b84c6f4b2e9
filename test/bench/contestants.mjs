import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { resolveBinary } from 'dbmate'
import knexFactory from 'knex'
import { Kysely, Migrator, SqliteDialect } from 'kysely'
import { Umzug } from 'umzug'
import { Database, load } from './places.mjs'

/** Each applies the migrations to the file, registering, opening and closing included. */

export async function queen({ file, migrations, atomic = false }) {
  const [{ Queen }, { sqlite }] = [await load('core/index.js'), await load('drivers/sqlite/index.js')]
  const q = new Queen(sqlite(file))
  for (const migration of migrations) q.add(migration)
  await q.up({ atomic })
  await q.close()
}

/** The least that is exactly-once: a transaction for each migration, with its record inside. */
export function bare({ file, migrations }) {
  const db = new Database(file)
  db.exec(
    'CREATE TABLE history (id INTEGER PRIMARY KEY, version TEXT NOT NULL UNIQUE, name TEXT NOT NULL, applied_at TEXT)',
  )
  const insert = db.prepare('INSERT INTO history (version, name, applied_at) VALUES (?, ?, ?)')
  for (const { version, name, upSQL } of migrations) {
    db.exec('BEGIN IMMEDIATE')
    db.exec(upSQL)
    insert.run(version, name, new Date().toISOString())
    db.exec('COMMIT')
  }
  db.close()
}

/** The bare loop in one transaction, for those that run everything in one. */
export function bareAtomic({ file, migrations }) {
  const db = new Database(file)
  db.exec(
    'CREATE TABLE history (id INTEGER PRIMARY KEY, version TEXT NOT NULL UNIQUE, name TEXT NOT NULL, applied_at TEXT)',
  )
  const insert = db.prepare('INSERT INTO history (version, name, applied_at) VALUES (?, ?, ?)')
  db.exec('BEGIN IMMEDIATE')
  for (const { version, name, upSQL } of migrations) {
    db.exec(upSQL)
    insert.run(version, name, new Date().toISOString())
  }
  db.exec('COMMIT')
  db.close()
}

/** umzug knows no transactions: the migration commits, then its record does. */
export async function umzug({ file, migrations }) {
  const db = new Database(file)
  db.exec('CREATE TABLE umzug (name TEXT PRIMARY KEY)')
  const migrator = new Umzug({
    migrations: migrations.map(({ version, name, upSQL }) => ({
      name: `${version}_${name}`,
      up: () => Promise.resolve(void db.exec(upSQL)),
    })),
    context: db,
    storage: {
      logMigration: ({ name }) => Promise.resolve(void db.prepare('INSERT INTO umzug (name) VALUES (?)').run(name)),
      unlogMigration: ({ name }) => Promise.resolve(void db.prepare('DELETE FROM umzug WHERE name = ?').run(name)),
      executed: () => Promise.resolve(db.prepare('SELECT name FROM umzug ORDER BY name').pluck().all()),
    },
    logger: undefined,
  })
  await migrator.up()
  db.close()
}

/** Kysely takes SQLite for a database without transactional DDL: the migration commits, then its record does. */
export async function kysely({ file, migrations }) {
  const db = new Kysely({ dialect: new SqliteDialect({ database: new Database(file) }) })
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

/** A query for Kysely that is text already. */
export function raw(sql) {
  return {
    sql,
    parameters: [],
    query: { kind: 'RawNode', sqlFragments: [sql], parameters: [] },
    queryId: { queryId: sql },
  }
}

/** knex runs everything in one transaction unless a migration says otherwise. */
export async function knex({ file, migrations }) {
  const db = knexFactory({ client: 'better-sqlite3', connection: { filename: file }, useNullAsDefault: true })
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

/** dbmate is a program of its own, with an SQLite of its own; its files are written before the clock starts. */
export function dbmate({ file, migrations }) {
  const folder = join(file, '..', 'migrations')
  mkdirSync(folder, { recursive: true })
  for (const { version, name, upSQL, downSQL } of migrations)
    writeFileSync(join(folder, `${version}_${name}.sql`), `-- migrate:up\n${upSQL};\n\n-- migrate:down\n${downSQL};\n`)
  const begun = performance.now()
  const { status, stderr } = spawnSync(
    resolveBinary(),
    ['--url', `sqlite:${file}`, '--migrations-dir', folder, '--no-dump-schema', 'up'],
    { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`dbmate: ${stderr}`)
  return performance.now() - begun
}
