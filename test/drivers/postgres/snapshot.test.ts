import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SchemaObject } from '../../../src/core/index.js'
import { rows, snapshot, type OwnTables, type Query } from '../../../src/drivers/postgres/snapshot.js'
import { schemaDiff } from '../../../src/testing/schema-diff.js'
import { CHANGES } from './snapshot-changes.js'

function serverUrl(): string | undefined {
  return process.env['QUEEN_TEST_POSTGRES_URL']
}

const OWN: OwnTables = { schema: 'public', history: 'queen_migrations', journal: 'queen_migrations_log' }
const name = (): string => `queen_snapshot_${randomBytes(6).toString('hex')}`
const ROLE = name()

async function connect(database?: string): Promise<pg.Client> {
  const url = new URL(serverUrl()!)
  if (database !== undefined) url.pathname = `/${database}`
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  return client
}

function queryOf(client: pg.Client): Query {
  return async (sql) => {
    const asText = { getTypeParser: () => (value: string) => value }
    return (await client.query({ text: sql, rowMode: 'array', types: asText as never })).rows
  }
}

/** As the driver does it, but inside of the transaction of a test, and nothing of it stays. */
async function reading<Result>(client: pg.Client, read: (query: Query) => Promise<Result>): Promise<Result> {
  await client.query('SAVEPOINT reading; SET LOCAL transaction_read_only = on')
  try {
    return await read(queryOf(client))
  } finally {
    await client.query('ROLLBACK TO reading')
  }
}

async function snap(client: pg.Client, own: OwnTables = OWN): Promise<SchemaObject[]> {
  return await reading(client, async (query) => await snapshot(query, own))
}

/** Does it all in a transaction that is rolled back. */
async function briefly<Result>(client: pg.Client, work: () => Promise<Result>): Promise<Result> {
  await client.query('BEGIN')
  try {
    return await work()
  } finally {
    await client.query('ROLLBACK')
  }
}

/** A bit of everything, to be compared with itself. */
const RICH = `
  CREATE SCHEMA app;
  CREATE TYPE mood AS ENUM ('ok', 'bad');
  CREATE DOMAIN app.positive AS integer CHECK (VALUE > 0);
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TABLE users (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text COLLATE "C" NOT NULL DEFAULT 'it''s', m mood DEFAULT 'ok',
    n serial, age app.positive, at timestamptz DEFAULT '2020-03-01 12:00+00', on_day date DEFAULT '2020-03-01',
    span interval DEFAULT '1 day 2 hours', raw bytea DEFAULT '\\xdead', price money DEFAULT 1.5, f float8 DEFAULT 0.1,
    twice integer GENERATED ALWAYS AS (2) STORED, "select" text, UNIQUE (email) INCLUDE (m));
  CREATE INDEX users_lower_idx ON users (lower(email)) WHERE on_day > '2020-03-02';
  CREATE TABLE app.events (id integer, at date, "user" integer REFERENCES users) PARTITION BY RANGE (at);
  CREATE TABLE app.events_2020 PARTITION OF app.events FOR VALUES FROM ('2020-01-02') TO ('2021-01-02');
  CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
  CREATE POLICY own ON users USING (at > '2020-03-01 12:00+00');
  CREATE VIEW v AS SELECT id, email || '\\a  b' AS e FROM users WHERE at > '2020-03-01 12:00+00' AND span < '3 hours';
  CREATE RULE r AS ON DELETE TO v DO INSTEAD NOTHING;
  GRANT SELECT ON users TO pg_monitor, PUBLIC;
  COMMENT ON COLUMN users.email IS 'where letters go';
  CREATE AGGREGATE total(integer) (sfunc = int4pl, stype = integer);
  CREATE OPERATOR === (function = int4eq, leftarg = integer, rightarg = integer);
  CREATE TYPE span AS RANGE (subtype = float8);
  CREATE EXTENSION citext;
  INSERT INTO users (email) VALUES ('one'), ('two'); UPDATE users SET f = 1 / 3.0::float8;
  INSERT INTO app.events VALUES (1, '2020-05-05', 1)`

/** A session as different as can be. */
const OTHER_SESSION = `SET search_path = app, public; SET DateStyle = 'German'; SET IntervalStyle = 'iso_8601';
  SET TimeZone = 'Asia/Tokyo'; SET bytea_output = 'escape'; SET extra_float_digits = -5; SET quote_all_identifiers = on;
  SET standard_conforming_strings = off; SET escape_string_warning = off; SET backslash_quote = on`

describe.skipIf(serverUrl() === undefined)('snapshot of PostgreSQL', () => {
  let admin: pg.Client
  let client: pg.Client
  let me: string
  let version: number
  const database = name()
  const other = name()

  beforeAll(async () => {
    admin = await connect()
    await admin.query(`CREATE DATABASE ${database}`)
    client = await connect(database)
    const found = await client.query(`SELECT current_user AS me, current_setting('server_version_num') AS version`)
    me = found.rows[0].me
    version = Number(found.rows[0].version)
  })
  afterAll(async () => {
    await client?.end()
    await admin?.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`)
    await admin?.query(`DROP DATABASE IF EXISTS ${other} WITH (FORCE)`)
    await admin?.end()
  })

  describe('every kind of change is seen, and taking it back leaves none', () => {
    test.for(Object.entries(CHANGES))('%s', async ([, { since, setup, change, back, lines }], { skip }) => {
      skip(version < (since ?? 0) * 10_000, `newer than ${version}`)
      const sql = (text: string): string => text.replaceAll('$ROLE', ROLE).replaceAll('$ME', me)
      await briefly(client, async () => {
        await client.query(sql(`CREATE ROLE $ROLE; ${setup ?? ''}`))
        const before = await snap(client)
        await client.query(sql(change))
        expect(schemaDiff('it', before, await snap(client))).toEqual(lines.map((line) => `it ${sql(line)}`))
        if (back === undefined) return
        await client.query(sql(back))
        expect(await snap(client)).toEqual(before)
      })
    })
  })

  test('an index that could not be made is told as INVALID', async () => {
    await client.query('CREATE TABLE t (a integer); INSERT INTO t VALUES (1), (1)')
    try {
      await expect(client.query('CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)')).rejects.toThrow('could not create')
      const objects = await briefly(client, async () => await snap(client))
      const index = objects.find(({ kind }) => kind === 'index')
      expect(index?.definition).toContain('CREATE UNIQUE INDEX i ON public.t USING btree (a) INVALID')
    } finally {
      await client.query('DROP TABLE t')
    }
  })

  test('a new database has nothing in it', async () => {
    expect(await briefly(client, async () => await snap(client))).toEqual([])
  })

  test('Queen’s own tables are no part of it, with all that belongs to them, nor is what is temporary', async () => {
    await briefly(client, async () => {
      await client.query(`
        CREATE TABLE queen_migrations (id serial PRIMARY KEY, version text UNIQUE CHECK (version <> ''), b boolean);
        CREATE TABLE queen_migrations_log (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz);
        CREATE INDEX log_at_idx ON queen_migrations_log (at);
        GRANT SELECT ON queen_migrations TO PUBLIC; GRANT SELECT (at) ON queen_migrations_log TO PUBLIC;
        GRANT USAGE ON SEQUENCE queen_migrations_id_seq TO PUBLIC;
        COMMENT ON TABLE queen_migrations IS 'Queen'; COMMENT ON COLUMN queen_migrations_log.at IS 'when';
        INSERT INTO queen_migrations (version) VALUES ('001');
        CREATE TEMPORARY TABLE brief (id serial PRIMARY KEY, a text); COMMENT ON TABLE brief IS 'x'`)
      expect(await snap(client)).toEqual([])
      expect(await reading(client, async (query) => await rows(query, OWN))).toEqual(new Map())
      // Of the same names elsewhere, they are a user's.
      const elsewhere = await snap(client, { ...OWN, schema: 'app' })
      expect(elsewhere.map(({ kind, name }) => `${kind} ${name}`)).toContain('table public.queen_migrations')
    })
  })

  test('the same schema in two databases, and to whatever session, is the same', async () => {
    await admin.query(`CREATE DATABASE ${other}`)
    const second = await connect(other)
    try {
      // Other numbers for everything, and numbers of columns with gaps.
      await second.query('CREATE TYPE early AS ENUM (); CREATE TABLE tmp (a serial PRIMARY KEY); DROP TABLE tmp')
      await second.query(RICH.replace('"select" text', 'gone text, "select" text').replaceAll(`'ok'`, `'fine'`))
      await second.query(`DROP TYPE early; ALTER TABLE users DROP COLUMN gone`)
      await second.query(`ALTER TYPE mood RENAME VALUE 'fine' TO 'ok'`)
      await briefly(client, async () => {
        await client.query(RICH)
        const read = async (on: pg.Client) => ({
          objects: await snap(on),
          rows: await reading(on, async (query) => await rows(query, OWN)),
        })
        const first = await read(client)
        expect(first.objects.length).toBeGreaterThan(40)
        expect(JSON.stringify(first.objects), 'no numbers of this database').not.toMatch(/\b(?:1[6-9]|[2-9]\d)\d{3}\b/)
        await second.query('BEGIN')
        expect(await read(second)).toEqual(first)
        await second.query(OTHER_SESSION)
        expect(await read(second)).toEqual(first)
        await second.query('ROLLBACK')
      })
    } finally {
      await second.end()
    }
  })

  test('objects of the default schema are named without it, others with it, and all as SQL writes names', async () => {
    await briefly(client, async () => {
      await client.query(`CREATE SCHEMA app; CREATE TABLE app.t (id integer PRIMARY KEY, "order" text);
        CREATE TABLE public.t (a integer); CREATE TABLE app."a.b on public.x" ("é" integer);
        COMMENT ON CONSTRAINT t_pkey ON app.t IS 'x';
        CREATE FUNCTION app.f(app.t, text) RETURNS int LANGUAGE sql AS 'SELECT 1'; COMMENT ON FUNCTION app.f IS 'x'`)
      const named = (await snap(client, { ...OWN, schema: 'app' })).map(({ kind, name }) => `${kind} ${name}`)
      expect(named).toEqual([
        'schema public',
        'table "a.b on public.x"',
        'table public.t',
        'table t',
        'columns "a.b on public.x"',
        'columns public.t',
        'columns t',
        'column "a.b on public.x"."é"',
        'column public.t.a',
        'column t."order"',
        'column t.id',
        'primary key t.t_pkey',
        'function f(app.t, text)',
        'comment on constraint t.t_pkey',
        'comment on function f(app.t, text)',
      ])
    })
  })

  test('it takes no rights to be told of a schema', async () => {
    await briefly(client, async () => {
      await client.query(`${RICH}; CREATE FOREIGN DATA WRAPPER w; CREATE SERVER v FOREIGN DATA WRAPPER w;
        CREATE USER MAPPING FOR PUBLIC SERVER v OPTIONS (a 'b'); CREATE ROLE ${ROLE}`)
      const all = await snap(client)
      await client.query(`SET ROLE ${ROLE}`)
      const named = (objects: readonly SchemaObject[]) => objects.map(({ kind, name }) => `${kind} ${name}`)
      expect(named(await snap(client))).toEqual(named(all))
    })
  })

  test('no secret is told', async () => {
    await briefly(client, async () => {
      await client.query(`CREATE FOREIGN DATA WRAPPER w OPTIONS (token 'hush');
        CREATE SERVER v FOREIGN DATA WRAPPER w OPTIONS (host 'h', "password" 'hush', api_key 'hush');
        CREATE USER MAPPING FOR CURRENT_USER SERVER v OPTIONS (who 'hush', "password" 'hush');
        DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET app.jwt_secret = ''hush''', current_database()); END $$`)
      const objects = await snap(client)
      expect(objects.map(({ kind, name, definition }) => `${kind} ${name}: ${definition}`)).toEqual([
        'setting app.jwt_secret: app.jwt_secret=(hidden)',
        'foreign data wrapper w: FOREIGN DATA WRAPPER OPTIONS (token=(hidden))',
        'server v: FOREIGN DATA WRAPPER w OPTIONS (api_key=(hidden), host=h, password=(hidden))',
        `user mapping v for ${me}: USER MAPPING OPTIONS (password, who)`,
      ])
    })
  })

  test('rows are exact, of tables alone, and those of partitions are told once', async () => {
    await briefly(client, async () => {
      await client.query(`CREATE SCHEMA app;
        CREATE TABLE t (t bigint, "B" numeric, a float8, j json, r bytea, at timestamptz);
        INSERT INTO t VALUES (9007199254740993, 1.0, 'NaN', '{"x" :1,"x":"\\u0000"}', '\\x00ff', '2020-01-01 00:00+09');
        INSERT INTO t VALUES (2, 1), (10, NULL), (2, 1);
        CREATE TABLE app."no columns" (); INSERT INTO app."no columns" DEFAULT VALUES;
        CREATE TABLE p (id integer) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
        INSERT INTO p VALUES (1);
        CREATE TABLE parent (a integer); CREATE TABLE child () INHERITS (parent); INSERT INTO child VALUES (1);
        CREATE VIEW v AS SELECT 1; CREATE MATERIALIZED VIEW m AS SELECT 1`)
      const found = await reading(client, async (query) => await rows(query, OWN))
      expect([...found]).toEqual([
        ['app."no columns"', ['{}']],
        ['child', ['{"a":1}']],
        ['p1', ['{"id":1}']],
        ['parent', []],
        [
          't',
          [
            '{"B":1,"a":null,"at":null,"j":null,"r":null,"t":2}',
            '{"B":1,"a":null,"at":null,"j":null,"r":null,"t":2}',
            '{"B":1.0,"a":"NaN","at":"2019-12-31T15:00:00+00:00","j":{"x" :1,"x":"\\u0000"},"r":"\\\\x00ff","t":9007199254740993}',
            '{"B":null,"a":null,"at":null,"j":null,"r":null,"t":10}',
          ],
        ],
      ])
    })
  })

  test('more tables than are read at once', async () => {
    await briefly(client, async () => {
      await client.query(`DO $$ BEGIN FOR i IN 1..201 LOOP
        EXECUTE format('CREATE TABLE t%s (a integer); INSERT INTO t%s VALUES (%s)', i, i, i); END LOOP; END $$`)
      const found = await reading(client, async (query) => await rows(query, OWN))
      expect(found.size).toBe(201)
      for (const [table, list] of found) expect(list).toEqual([`{"a":${table.slice(1)}}`])
    })
  })
})
