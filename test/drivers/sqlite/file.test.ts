import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { Queen } from '../../../src/core/index.js'
import { sqlite } from '../../../src/drivers/sqlite/index.js'
import { fileDatabase, queenOn, rejection } from '../../support/database.js'
import { temporaryFolder } from '../../support/folder.js'

const TABLE = {
  version: '001',
  name: 'table',
  upSQL: 'CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)',
  downSQL: 'DROP TABLE t',
}

test('reading calls create nothing; up creates the file', async () => {
  const { queen, file } = fileDatabase(TABLE)
  expect(await queen.version()).toBeNull()
  expect((await queen.status()).map((row) => row.state)).toEqual(['pending'])
  expect(await queen.plan()).toHaveLength(1)
  expect(await queen.validate()).toEqual([])
  expect(await queen.log()).toEqual([])
  expect(readdirSync(dirname(file))).toEqual([])
  await queen.up()
  expect(existsSync(file)).toBe(true)
})

test('mode=rw: the file must exist, so that a slip of the pen does not make an empty database', async () => {
  const file = join(temporaryFolder(), 'tpyo.db')
  const error = await rejection(queenOn(`sqlite:${file}?mode=rw`, TABLE).up())
  expect(error).toMatchObject({ code: 'CONNECTION_FAILED' })
  expect(error.message).toContain(file)
  expect(existsSync(file)).toBe(false)
})

test('a start with nothing to do writes nothing, takes no lock, and works on a file nobody may write', async () => {
  const { queen, file } = fileDatabase(TABLE)
  await queen.up()
  await queen.close()
  const before = { bytes: readFileSync(file), changed: statSync(file).mtimeMs }
  const events: string[] = []
  const second = queenOn(`sqlite:${file}?mode=ro`, TABLE)
  second.on('lockAcquired', () => events.push('lock'))
  await expect(second.up()).resolves.toMatchObject({ applied: [], from: '001', to: '001' })
  await second.assertCurrent()
  expect(events).toEqual([])
  expect({ bytes: readFileSync(file), changed: statSync(file).mtimeMs }).toEqual(before)
})

test('a read-only database with something to do: a clear error, nothing changed', async () => {
  const { queen, file } = fileDatabase(TABLE)
  await queen.up()
  await queen.close()
  const before = readFileSync(file)
  const error = await rejection(
    queenOn(`sqlite:${file}?mode=ro`, TABLE, { version: '002', name: 'more', upSQL: 'CREATE TABLE u (id INT)' }).up(),
  )
  expect(error).toMatchObject({ code: 'MIGRATION_FAILED', serverCode: 'SQLITE_READONLY' })
  expect(error['hint']).toContain('read-only')
  expect(readFileSync(file)).toEqual(before)
})

describe('what is no database', () => {
  test('a file of something else', async () => {
    const { queen, file } = fileDatabase(TABLE)
    writeFileSync(file, 'This is a letter to my aunt, and no database at all.\n'.repeat(100))
    const before = readFileSync(file)
    for (const error of [await rejection(queen.status()), await rejection(queen.up())])
      expect(error).toMatchObject({
        code: 'CONNECTION_FAILED',
        serverCode: 'SQLITE_NOTADB',
        hint: 'this file is not an SQLite database: check the path',
      })
    expect(readFileSync(file)).toEqual(before)
  })

  test('a folder', async () => {
    const folder = join(temporaryFolder(), 'app.db')
    mkdirSync(folder)
    expect((await rejection(queenOn(folder, TABLE).up())).message).toBe(`Cannot open ${folder}: it is a folder`)
  })

  test('a file in a folder that does not exist', async () => {
    const error = await rejection(queenOn(join(temporaryFolder(), 'nowhere', 'app.db'), TABLE).up())
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED' })
    expect(error['hint']).toContain('folder exists')
  })

  test('targets that cannot be read', () => {
    const table: readonly [unknown, RegExp][] = [
      [undefined, /of type undefined/],
      [42, /of type number/],
      ['', /names no file/],
      ['sqlite:', /names no file/],
      ['a\0b', /NUL/],
      ['sqlite:app.db?mode=rx', /mode=rx/],
      ['sqlite:app.db?cache=shared', /parameter "cache"/],
      [{}, /no "filename"/],
    ]
    for (const [target, message] of table) expect(() => sqlite(target as string), String(target)).toThrow(message)
  })
})

test('a full disk: nothing of the migration is kept, and the next step is named', async () => {
  const { queen, values } = fileDatabase(TABLE, {
    version: '002',
    name: 'fills',
    manualChecksum: 'v1',
    upFn: async (tx) => {
      const pages = tx.client.pragma('page_count', { simple: true }) as number
      tx.client.pragma(`max_page_count = ${pages + 20}`)
      await tx.exec(`INSERT INTO t (v) VALUES ('first')`)
      for (;;) await tx.query('INSERT INTO t (v) VALUES (?)', ['x'.repeat(4000)])
    },
  })
  const error = await rejection(queen.up())
  expect(error).toMatchObject({ code: 'MIGRATION_FAILED', serverCode: 'SQLITE_FULL' })
  expect(error['hint']).toContain('make room')
  expect(values('SELECT count(*) FROM t')).toEqual([0])
  expect(values('SELECT version FROM queen_migrations')).toEqual(['001'])
  expect(values('PRAGMA integrity_check')).toEqual(['ok'])
})

test('a table of another layout in place of the history is named, and left alone', async () => {
  const { queen, connect, values } = fileDatabase(TABLE)
  connect().exec(
    `CREATE TABLE queen_migrations (version TEXT, applied INTEGER); INSERT INTO queen_migrations VALUES ('x', 1)`,
  )
  for (const error of [await rejection(queen.up()), await rejection(queen.status())]) {
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' })
    expect(error.message).toContain(
      'The table "queen_migrations" is not a history of Queen\'s: it has no column id, name, checksum',
    )
  }
  expect(values('SELECT * FROM queen_migrations')).toEqual(['x'])
  expect(values(`SELECT name FROM sqlite_schema ORDER BY 1`)).toEqual(['queen_migrations'])
})

test.each(['users; DROP TABLE t; --', `it's "quoted"`, 'tröpfchen 💧', 'select', 'x'.repeat(59)])(
  'a history table named %s is just a name',
  async (table) => {
    const { file, connect } = fileDatabase()
    const queen = new Queen(sqlite(file), { table }).add(TABLE)
    await queen.up()
    await queen.down()
    await queen.up()
    const names = connect().prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all()
    expect(names.sort()).toEqual(['t', table, `${table}_log`].sort())
    await queen.close()
  },
)

test('a temporary table of the same name does not hide the history', async () => {
  const db = new Database(':memory:')
  const queen = queenOn(db, TABLE)
  await queen.up()
  db.exec('CREATE TEMP TABLE queen_migrations AS SELECT * FROM main.queen_migrations WHERE 0')
  expect(await queen.version()).toBe('001')
})

test('SQLite has no schemas but main', async () => {
  const { file } = fileDatabase()
  expect(await rejection(new Queen(sqlite(file), { schema: 'other' }).add(TABLE).up())).toMatchObject({
    code: 'CONFIG_INVALID',
  })
  await expect(new Queen(sqlite(file), { schema: 'main' }).add(TABLE).up()).resolves.toMatchObject({ to: '001' })
  // In front of the name it is the same.
  for (const table of ['main.queen_migrations', '"main"."queen_migrations"', '"queen_migrations"'])
    expect(await new Queen(sqlite(file), { table }).version()).toBe('001')
  const other = new Queen(sqlite(file), { table: 'other.queen_migrations' })
  expect(await rejection(other.version())).toMatchObject({ code: 'CONFIG_INVALID' })
})

test('the record keeps a version to the letter, whatever it looks like', async () => {
  const versions = [
    '1e3',
    '0x10',
    '20191100000001000001',
    '12345678901234567890123',
    'v'.repeat(255),
    '1.10',
    'A-b_c.1',
  ]
  const { queen, values } = fileDatabase(
    ...versions.map((version, i) => ({ version, name: `n${i}`, upSQL: `CREATE TABLE t${i} (id INT)` })),
  )
  await queen.up()
  expect(values('SELECT version FROM queen_migrations').sort()).toEqual([...versions].sort())
})

test('a journal left by a crash: read-only it cannot be rolled back, and the error says how; otherwise it is', async () => {
  const { queen, file, values } = fileDatabase(TABLE)
  await queen.up()
  await queen.close()
  const crash = `const Database = require('better-sqlite3'); const db = new Database(process.argv[1]); db.pragma('cache_size = 1');
    db.exec("BEGIN; WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO t (v) SELECT 'x' || i FROM n");
    process.kill(process.pid, 'SIGKILL')`
  expect(spawnSync(process.execPath, ['-e', crash, file], { cwd: process.cwd() }).signal).toBe('SIGKILL')
  expect(existsSync(`${file}-journal`)).toBe(true)
  const error = await rejection(queenOn(`sqlite:${file}?mode=ro`, TABLE).status())
  expect(error).toMatchObject({ code: 'CONNECTION_FAILED', serverCode: 'SQLITE_READONLY_ROLLBACK' })
  expect(error['hint']).toContain('open it once')
  await expect(queenOn(file, TABLE).status()).resolves.toHaveLength(1)
  expect(values('SELECT count(*) FROM t')).toEqual([0])
})

test('two names of one file lead to one lock', async () => {
  const { queen, file } = fileDatabase(TABLE)
  await queen.up()
  const link = join(temporaryFolder(), 'link.db')
  symlinkSync(file, link)
  const other = queenOn(link, TABLE)
  const locked = await queen.inspect((session) => session.tryLock('first'))
  expect(await other.inspect((session) => session.tryLock('second'))).toBeNull()
  await locked!.release()
  const free = await other.inspect((session) => session.tryLock('second'))
  await free!.release()
})

test('a file this user may not write is named', async () => {
  const { queen, file } = fileDatabase(TABLE)
  await queen.up()
  await queen.close()
  chmodSync(dirname(file), 0o755)
  chmodSync(file, 0o444)
  const program = `
    import { Queen } from ${JSON.stringify(pathToFileURL(join(process.cwd(), 'dist/core/index.js')).href)}
    import { sqlite } from ${JSON.stringify(pathToFileURL(join(process.cwd(), 'dist/drivers/sqlite/index.js')).href)}
    const db = new Queen(sqlite(${JSON.stringify(file)}))
    await db.version()
    if (process.getuid() === 0) process.seteuid(65534)
    db.add({ version: '002', name: 'more', upSQL: 'CREATE TABLE u (id INT)' })
    await db.up({ allowUnknown: true }).catch((error) => console.log(error.code, error.message, error.hint))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(stdout).toMatch(/^CONNECTION_FAILED .*lock.*/)
})
