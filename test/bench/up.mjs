import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as contestants from './contestants.mjs'
import { inTurn, line, ratio } from './measure.mjs'
import { oneTableEach } from './migrations.mjs'
import { Database, inFolder } from './places.mjs'

const COUNT = 1000
const { bare, bareAtomic, dbmate, knex, kysely, queen, umzug } = contestants

/** 1,000 one-table migrations on a fresh file, registering and opening included. */
export async function up() {
  const migrations = oneTableEach(COUNT)
  const fresh = (contestant, parent) => () =>
    inFolder(async (folder) => {
      const file = join(folder, 'bench.db')
      const begun = performance.now()
      const ms = (await contestant({ file, migrations })) ?? performance.now() - begun
      check(file)
      return ms
    }, parent)
  const all = { bare, queen, umzug, knex, dbmate, bareAtomic, kysely, atomic: (job) => queen({ ...job, atomic: true }) }
  const onDisk = await inTurn(
    map(all, (one) => fresh(one)),
    5,
  )
  const lines = [
    line('up, 1000 migrations: Queen / bare loop', ratio(onDisk.queen, onDisk.bare), 1.15),
    line('  Queen / dbmate (whole process)', ratio(onDisk.queen, onDisk.dbmate)),
    line('  Queen / umzug (two commits each)', ratio(onDisk.queen, onDisk.umzug)),
    line('  Queen / kysely (two commits each)', ratio(onDisk.queen, onDisk.kysely)),
    line('  dbmate / bare loop', ratio(onDisk.dbmate, onDisk.bare)),
    line('  umzug / bare loop', ratio(onDisk.umzug, onDisk.bare)),
    line('  kysely / bare loop', ratio(onDisk.kysely, onDisk.bare)),
    line('up, all in one transaction: Queen / bare', ratio(onDisk.atomic, onDisk.bareAtomic)),
    line('  Queen / knex', ratio(onDisk.atomic, onDisk.knex)),
    line('  knex / bare', ratio(onDisk.knex, onDisk.bareAtomic)),
  ]
  // Without a disk to wait for, all that is left is what the code costs.
  if (!existsSync('/dev/shm')) return lines
  const inMemory = await inTurn(
    map({ bare, queen, umzug, kysely }, (one) => fresh(one, '/dev/shm')),
    7,
  )
  return [
    ...lines,
    line('up, file in memory: Queen / bare loop', ratio(inMemory.queen, inMemory.bare)),
    line('  umzug / bare loop', ratio(inMemory.umzug, inMemory.bare)),
    line('  kysely / bare loop', ratio(inMemory.kysely, inMemory.bare)),
  ]
}

function map(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]))
}

function check(file) {
  const db = new Database(file, { readonly: true })
  const tables = db.prepare(`SELECT count(*) FROM sqlite_schema WHERE name GLOB 't_*'`).pluck().get()
  db.close()
  if (tables !== COUNT) throw new Error(`${tables} tables instead of ${COUNT}`)
}
