/** A change of a schema, and what a snapshot tells of it. `$ROLE` stands for a role that exists. */
export interface Change {
  /** The first version that knows it. */
  readonly since?: number
  readonly setup?: string
  readonly change: string
  /** Takes it back to the letter; undefined: nothing does. */
  readonly back?: string
  readonly lines: readonly string[]
}

const T = 'CREATE TABLE t (id integer PRIMARY KEY, a text, b integer);'
const P = 'CREATE TABLE p (id integer, k integer) PARTITION BY RANGE (id);'
const F = `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';`
const V = `${T} CREATE VIEW v AS SELECT t.a, t.b FROM t, t u WHERE t.a <> 'x  y';`
const M = `${T} CREATE MATERIALIZED VIEW m AS SELECT t.a FROM t, t u;`

export const CHANGES: Readonly<Record<string, Change>> = {
  // Schemas, extensions, settings
  'a schema': { change: 'CREATE SCHEMA app', back: 'DROP SCHEMA app', lines: ['left schema app'] },
  'a table of another schema': {
    setup: 'CREATE SCHEMA app',
    change: 'CREATE TABLE app.t (a int)',
    back: 'DROP TABLE app.t',
    lines: ['left table app.t'],
  },
  'an owner': {
    setup: T,
    change: 'ALTER TABLE t OWNER TO $ROLE',
    back: 'ALTER TABLE t OWNER TO CURRENT_USER',
    lines: ['changed table t: was TABLE, is TABLE OWNER $ROLE'],
  },
  'an owner of the default schema': { change: 'ALTER SCHEMA public OWNER TO $ROLE', lines: ['left schema public'] },
  'an extension': {
    change: 'CREATE EXTENSION citext',
    back: 'DROP EXTENSION citext',
    lines: ['left extension citext'],
  },
  'the schema of an extension': {
    setup: `CREATE EXTENSION citext VERSION '1.6'; COMMENT ON TYPE citext IS 'a'; CREATE SCHEMA app`,
    change: 'ALTER EXTENSION citext SET SCHEMA app',
    back: 'ALTER EXTENSION citext SET SCHEMA public',
    lines: ['changed extension citext: was VERSION 1.6 SCHEMA public, is VERSION 1.6 SCHEMA app'],
  },
  'a setting of the database': {
    change: `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET app.tenant = ''one''', current_database()); END $$;
      ALTER DATABASE template1 SET app.other = 'one'`,
    back: `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET app.tenant', current_database()); END $$`,
    lines: ['left setting app.tenant'],
  },

  // Tables
  'a table': { change: T, back: 'DROP TABLE t', lines: ['left table t'] },
  'a table with all that it has': {
    setup: F,
    change: `${T} ALTER TABLE t ADD CONSTRAINT x EXCLUDE (b WITH =); ALTER TABLE t ADD CONSTRAINT y CHECK (b > 0);
      CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(); CREATE POLICY l ON t;
      CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING; COMMENT ON TABLE t IS 'a'; COMMENT ON COLUMN t.a IS 'b';
      COMMENT ON CONSTRAINT x ON t IS 'c'; COMMENT ON TRIGGER g ON t IS 'd'; COMMENT ON RULE r ON t IS 'e';
      COMMENT ON POLICY l ON t IS 'f'; GRANT SELECT ON t TO $ROLE; GRANT UPDATE (a) ON t TO $ROLE;
      REVOKE DELETE ON t FROM CURRENT_USER`,
    back: 'DROP TABLE t',
    lines: ['left table t'],
  },
  'the name of a table': {
    setup: 'CREATE TABLE t (a integer)',
    change: 'ALTER TABLE t RENAME TO "T 2"',
    back: 'ALTER TABLE "T 2" RENAME TO t',
    lines: ['left table "T 2"', 'lost table t'],
  },
  UNLOGGED: {
    setup: T,
    change: 'ALTER TABLE t SET UNLOGGED',
    back: 'ALTER TABLE t SET LOGGED',
    lines: ['changed table t: was TABLE, is UNLOGGED TABLE'],
  },
  'storage options of a table': {
    setup: T,
    change: 'ALTER TABLE t SET (fillfactor = 70, autovacuum_enabled = off)',
    back: 'ALTER TABLE t RESET (fillfactor, autovacuum_enabled)',
    lines: ['changed table t: was TABLE, is TABLE WITH (autovacuum_enabled=off, fillfactor=70)'],
  },
  'storage options of large values': {
    setup: T,
    change: 'ALTER TABLE t SET (toast.autovacuum_enabled = off)',
    back: 'ALTER TABLE t RESET (toast.autovacuum_enabled)',
    lines: ['changed table t: was TABLE, is TABLE WITH (toast.autovacuum_enabled=off)'],
  },
  'row level security': {
    setup: T,
    change: 'ALTER TABLE t ENABLE ROW LEVEL SECURITY',
    back: 'ALTER TABLE t DISABLE ROW LEVEL SECURITY',
    lines: ['changed table t: was TABLE, is TABLE ROW LEVEL SECURITY'],
  },
  'forced row level security': {
    setup: T,
    change: 'ALTER TABLE t FORCE ROW LEVEL SECURITY',
    back: 'ALTER TABLE t NO FORCE ROW LEVEL SECURITY',
    lines: ['changed table t: was TABLE, is TABLE FORCE ROW LEVEL SECURITY'],
  },
  'the replica identity': {
    setup: T,
    change: 'ALTER TABLE t REPLICA IDENTITY FULL',
    back: 'ALTER TABLE t REPLICA IDENTITY DEFAULT',
    lines: ['changed table t: was TABLE, is TABLE REPLICA IDENTITY FULL'],
  },
  'the replica identity by an index': {
    setup: T,
    change: 'ALTER TABLE t REPLICA IDENTITY USING INDEX t_pkey',
    back: 'ALTER TABLE t REPLICA IDENTITY DEFAULT',
    lines: ['changed table t: was TABLE, is TABLE REPLICA IDENTITY USING INDEX public.t_pkey'],
  },
  'CLUSTER ON': {
    setup: T,
    change: 'ALTER TABLE t CLUSTER ON t_pkey',
    back: 'ALTER TABLE t SET WITHOUT CLUSTER',
    lines: ['changed table t: was TABLE, is TABLE CLUSTER ON public.t_pkey'],
  },
  inheritance: {
    setup: `${T} CREATE TABLE c (id integer NOT NULL, a text, b integer);`,
    change: 'ALTER TABLE c INHERIT t',
    lines: [
      'changed table c: was TABLE, is TABLE INHERITS (public.t)',
      'changed column c.a: was text, is text INHERITED AND LOCAL',
      'changed column c.b: was integer, is integer INHERITED AND LOCAL',
      'changed column c.id: was integer NOT NULL, is integer NOT NULL INHERITED AND LOCAL',
    ],
  },
  'a table of a type': {
    setup: 'CREATE TYPE y AS (a integer); CREATE TABLE t (a integer)',
    change: 'ALTER TABLE t OF y',
    back: 'ALTER TABLE t NOT OF',
    lines: ['changed table t: was TABLE, is TABLE OF public.y'],
  },
  'a partition': {
    setup: P,
    change: 'CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (9)',
    back: 'DROP TABLE p1',
    lines: ['left table p1'],
  },
  'the bounds of a partition': {
    setup: `${P} CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (9);`,
    change: 'ALTER TABLE p DETACH PARTITION p1; ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (1) TO (10)',
    back: 'ALTER TABLE p DETACH PARTITION p1; ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (1) TO (9)',
    lines: [
      'changed table p1: was TABLE PARTITION OF public.p FOR VALUES FROM (1) TO (9), is TABLE PARTITION OF public.p FOR VALUES FROM (1) TO (10)',
    ],
  },
  'a detached partition': {
    setup: `${P} CREATE TABLE p1 PARTITION OF p DEFAULT; ALTER TABLE p ADD PRIMARY KEY (id); CREATE INDEX ON p (k)`,
    change: 'ALTER TABLE p DETACH PARTITION p1',
    back: 'ALTER TABLE p ATTACH PARTITION p1 DEFAULT',
    lines: [
      'changed table p1: was TABLE PARTITION OF public.p DEFAULT, is TABLE',
      'changed column p1.id: was integer NOT NULL INHERITED, is integer NOT NULL',
      'changed column p1.k: was integer INHERITED, is integer',
      'changed primary key p1.p1_pkey: was PRIMARY KEY (id) INHERITED ATTACHED TO public.p_pkey, is PRIMARY KEY (id)',
      'changed index p1_k_idx: was CREATE INDEX p1_k_idx ON public.p1 USING btree (k) ATTACHED TO public.p_k_idx, is CREATE INDEX p1_k_idx ON public.p1 USING btree (k)',
    ],
  },
  'the key of partitions': {
    setup: P,
    change: 'DROP TABLE p; CREATE TABLE p (id integer, k integer) PARTITION BY LIST (id)',
    lines: ['changed table p: was TABLE PARTITION BY RANGE (id), is TABLE PARTITION BY LIST (id)'],
  },

  // Columns
  'a column': {
    setup: T,
    change: 'ALTER TABLE t ADD COLUMN c date',
    back: 'ALTER TABLE t DROP COLUMN c',
    lines: ['left column t.c'],
  },
  'a lost column': {
    setup: T,
    change: 'ALTER TABLE t DROP COLUMN b',
    back: 'ALTER TABLE t ADD COLUMN b integer',
    lines: ['lost column t.b'],
  },
  'the order of columns': {
    setup: T,
    change: 'ALTER TABLE t DROP COLUMN a; ALTER TABLE t ADD COLUMN a text',
    lines: ['changed the order of the columns of t: was id, a, b, is id, b, a'],
  },
  'a type': {
    setup: T,
    change: 'ALTER TABLE t ALTER COLUMN a TYPE varchar(10)',
    back: 'ALTER TABLE t ALTER COLUMN a TYPE text',
    lines: ['changed column t.a: was text, is character varying(10)'],
  },
  'a collation': {
    setup: T,
    change: 'ALTER TABLE t ALTER COLUMN a TYPE text COLLATE "C"',
    back: 'ALTER TABLE t ALTER COLUMN a TYPE text',
    lines: ['changed column t.a: was text, is text COLLATE "C"'],
  },
  'NOT NULL': {
    setup: T,
    change: 'ALTER TABLE t ALTER COLUMN a SET NOT NULL',
    back: 'ALTER TABLE t ALTER COLUMN a DROP NOT NULL',
    lines: ['changed column t.a: was text, is text NOT NULL'],
  },
  'NOT NULL NOT VALID': {
    since: 18,
    setup: T,
    change: 'ALTER TABLE t ADD CONSTRAINT x NOT NULL a NOT VALID',
    back: 'ALTER TABLE t DROP CONSTRAINT x',
    lines: ['changed column t.a: was text, is text NOT NULL NOT VALID'],
  },
  'NOT NULL NO INHERIT': {
    since: 18,
    setup: `${T} ALTER TABLE t ADD CONSTRAINT x NOT NULL a`,
    change: 'ALTER TABLE t ALTER CONSTRAINT x NO INHERIT',
    back: 'ALTER TABLE t ALTER CONSTRAINT x INHERIT',
    lines: ['changed column t.a: was text NOT NULL, is text NOT NULL NO INHERIT'],
  },
  'a default': {
    setup: T,
    change: `ALTER TABLE t ALTER COLUMN a SET DEFAULT 'x'`,
    back: 'ALTER TABLE t ALTER COLUMN a DROP DEFAULT',
    lines: ["changed column t.a: was text, is text DEFAULT 'x'::text"],
  },
  'a generated column': {
    setup: `${T} ALTER TABLE t ADD c integer GENERATED ALWAYS AS (b + 1) STORED;`,
    change: 'ALTER TABLE t DROP COLUMN c; ALTER TABLE t ADD c integer GENERATED ALWAYS AS (b + 2) STORED',
    lines: [
      'changed column t.c: was integer GENERATED ALWAYS AS ((b + 1)) STORED, is integer GENERATED ALWAYS AS ((b + 2)) STORED',
    ],
  },
  'a virtual column': {
    since: 18,
    setup: `${T} ALTER TABLE t ADD c integer GENERATED ALWAYS AS (b + 1) STORED;`,
    change: 'ALTER TABLE t DROP COLUMN c; ALTER TABLE t ADD c integer GENERATED ALWAYS AS (b + 1)',
    lines: [
      'changed column t.c: was integer GENERATED ALWAYS AS ((b + 1)) STORED, is integer GENERATED ALWAYS AS ((b + 1)) VIRTUAL',
    ],
  },
  'an identity': {
    setup: T,
    change: 'ALTER TABLE t ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY',
    back: 'ALTER TABLE t ALTER COLUMN id DROP IDENTITY',
    lines: ['changed column t.id: was integer NOT NULL, is integer NOT NULL GENERATED ALWAYS AS IDENTITY'],
  },
  'the kind of an identity': {
    setup: 'CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY)',
    change: 'ALTER TABLE t ALTER COLUMN id SET GENERATED BY DEFAULT',
    back: 'ALTER TABLE t ALTER COLUMN id SET GENERATED ALWAYS',
    lines: [
      'changed column t.id: was integer NOT NULL GENERATED ALWAYS AS IDENTITY, is integer NOT NULL GENERATED BY DEFAULT AS IDENTITY',
    ],
  },
  'the sequence of an identity': {
    setup: 'CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY)',
    change: 'ALTER TABLE t ALTER COLUMN id SET INCREMENT BY 5 SET START WITH 10 SET CYCLE',
    back: 'ALTER TABLE t ALTER COLUMN id SET INCREMENT BY 1 SET START WITH 1 SET NO CYCLE',
    lines: [
      'changed column t.id: was integer NOT NULL GENERATED ALWAYS AS IDENTITY, is integer NOT NULL GENERATED ALWAYS AS IDENTITY (INCREMENT 5 START 10 CYCLE)',
    ],
  },
  'the storage of a column': {
    setup: T,
    change: 'ALTER TABLE t ALTER COLUMN a SET STORAGE EXTERNAL',
    back: 'ALTER TABLE t ALTER COLUMN a SET STORAGE EXTENDED',
    lines: ['changed column t.a: was text, is text STORAGE EXTERNAL'],
  },
  'the compression of a column': {
    since: 14,
    setup: T,
    change: 'ALTER TABLE t ALTER COLUMN a SET COMPRESSION pglz',
    back: 'ALTER TABLE t ALTER COLUMN a SET COMPRESSION default',
    lines: ['changed column t.a: was text, is text COMPRESSION pglz'],
  },
  'the statistics of a column': {
    setup: T,
    change: 'ALTER TABLE t ALTER COLUMN a SET STATISTICS 500',
    back: 'ALTER TABLE t ALTER COLUMN a SET STATISTICS -1',
    lines: ['changed column t.a: was text, is text STATISTICS 500'],
  },
  'options of a column': {
    setup: T,
    change: 'ALTER TABLE t ALTER COLUMN a SET (n_distinct = 5)',
    back: 'ALTER TABLE t ALTER COLUMN a RESET (n_distinct)',
    lines: ['changed column t.a: was text, is text WITH (n_distinct=5)'],
  },
  'a name that needs quotes': {
    setup: T,
    change: 'ALTER TABLE t RENAME COLUMN a TO "Eine.Spalte"',
    back: 'ALTER TABLE t RENAME COLUMN "Eine.Spalte" TO a',
    lines: ['left column t."Eine.Spalte"', 'lost column t.a'],
  },

  // Sequences
  'a sequence': { change: 'CREATE SEQUENCE s', back: 'DROP SEQUENCE s', lines: ['left sequence s'] },
  'options of a sequence': {
    setup: 'CREATE SEQUENCE s',
    change: 'ALTER SEQUENCE s AS integer INCREMENT BY -2 CACHE 5',
    lines: [
      'changed sequence s: was SEQUENCE AS bigint, is SEQUENCE AS integer INCREMENT -2 MINVALUE 1 MAXVALUE 2147483647 START 1 CACHE 5',
    ],
  },
  'the limits of a sequence': {
    setup: 'CREATE SEQUENCE s',
    change: 'ALTER SEQUENCE s MINVALUE 0 MAXVALUE 9',
    back: 'ALTER SEQUENCE s NO MINVALUE NO MAXVALUE',
    lines: ['changed sequence s: was SEQUENCE AS bigint, is SEQUENCE AS bigint MINVALUE 0 MAXVALUE 9 START 1'],
  },
  'whose a sequence is': {
    setup: `${T} CREATE SEQUENCE s`,
    change: 'ALTER SEQUENCE s OWNED BY t.id',
    back: 'ALTER SEQUENCE s OWNED BY NONE',
    lines: ['changed sequence s: was SEQUENCE AS bigint, is SEQUENCE AS bigint OWNED BY public.t.id'],
  },

  // Constraints
  'a primary key': {
    setup: 'CREATE TABLE t (a integer NOT NULL)',
    change: 'ALTER TABLE t ADD PRIMARY KEY (a)',
    back: 'ALTER TABLE t DROP CONSTRAINT t_pkey',
    lines: ['left primary key t.t_pkey'],
  },
  'a unique key': {
    setup: T,
    change: 'ALTER TABLE t ADD UNIQUE (a)',
    back: 'ALTER TABLE t DROP CONSTRAINT t_a_key',
    lines: ['left unique key t.t_a_key'],
  },
  'INCLUDE of a key': {
    setup: `${T} ALTER TABLE t ADD CONSTRAINT u UNIQUE (a)`,
    change: 'ALTER TABLE t DROP CONSTRAINT u; ALTER TABLE t ADD CONSTRAINT u UNIQUE (a) INCLUDE (b)',
    lines: ['changed unique key t.u: was UNIQUE (a), is UNIQUE (a) INCLUDE (b)'],
  },
  'NULLS NOT DISTINCT of a key': {
    since: 15,
    setup: `${T} ALTER TABLE t ADD CONSTRAINT u UNIQUE (a)`,
    change: 'ALTER TABLE t DROP CONSTRAINT u; ALTER TABLE t ADD CONSTRAINT u UNIQUE NULLS NOT DISTINCT (a)',
    lines: ['changed unique key t.u: was UNIQUE (a), is UNIQUE NULLS NOT DISTINCT (a)'],
  },
  'DEFERRABLE of a key': {
    setup: `${T} ALTER TABLE t ADD CONSTRAINT u UNIQUE (a)`,
    change: 'ALTER TABLE t DROP CONSTRAINT u; ALTER TABLE t ADD CONSTRAINT u UNIQUE (a) DEFERRABLE INITIALLY DEFERRED',
    lines: ['changed unique key t.u: was UNIQUE (a), is UNIQUE (a) DEFERRABLE INITIALLY DEFERRED'],
  },
  'storage options of a key': {
    setup: T,
    change: 'ALTER INDEX t_pkey SET (fillfactor = 50)',
    back: 'ALTER INDEX t_pkey RESET (fillfactor)',
    lines: ['changed primary key t.t_pkey: was PRIMARY KEY (id), is PRIMARY KEY (id) WITH (fillfactor=50)'],
  },
  'a foreign key': {
    setup: `${T} CREATE TABLE k (t integer)`,
    change: 'ALTER TABLE k ADD FOREIGN KEY (t) REFERENCES t',
    back: 'ALTER TABLE k DROP CONSTRAINT k_t_fkey',
    lines: ['left foreign key k.k_t_fkey'],
  },
  'what a foreign key does': {
    setup: `${T} CREATE TABLE k (t integer CONSTRAINT x REFERENCES t)`,
    change:
      'ALTER TABLE k DROP CONSTRAINT x; ALTER TABLE k ADD CONSTRAINT x FOREIGN KEY (t) REFERENCES t ON DELETE CASCADE',
    lines: [
      'changed foreign key k.x: was FOREIGN KEY (t) REFERENCES public.t(id), is FOREIGN KEY (t) REFERENCES public.t(id) ON DELETE CASCADE',
    ],
  },
  'DEFERRABLE of a foreign key': {
    setup: `${T} CREATE TABLE k (t integer CONSTRAINT x REFERENCES t)`,
    change: 'ALTER TABLE k ALTER CONSTRAINT x DEFERRABLE',
    back: 'ALTER TABLE k ALTER CONSTRAINT x NOT DEFERRABLE',
    lines: [
      'changed foreign key k.x: was FOREIGN KEY (t) REFERENCES public.t(id), is FOREIGN KEY (t) REFERENCES public.t(id) DEFERRABLE',
    ],
  },
  'NOT VALID': {
    setup: `${T} ALTER TABLE t ADD CONSTRAINT x CHECK (b > 0) NOT VALID`,
    change: 'ALTER TABLE t VALIDATE CONSTRAINT x',
    lines: ['changed check t.x: was CHECK ((b > 0)) NOT VALID, is CHECK ((b > 0))'],
  },
  'NOT ENFORCED': {
    since: 18,
    setup: `${T} CREATE TABLE k (t integer CONSTRAINT x REFERENCES t)`,
    change: 'ALTER TABLE k ALTER CONSTRAINT x NOT ENFORCED',
    back: 'ALTER TABLE k ALTER CONSTRAINT x ENFORCED',
    lines: [
      'changed foreign key k.x: was FOREIGN KEY (t) REFERENCES public.t(id), is FOREIGN KEY (t) REFERENCES public.t(id) NOT ENFORCED',
    ],
  },
  'a foreign key that is turned off': {
    setup: `${T} CREATE TABLE k (t integer CONSTRAINT x REFERENCES t)`,
    change: 'ALTER TABLE k DISABLE TRIGGER ALL',
    back: 'ALTER TABLE k ENABLE TRIGGER ALL',
    lines: [
      'changed foreign key k.x: was FOREIGN KEY (t) REFERENCES public.t(id), is FOREIGN KEY (t) REFERENCES public.t(id) TRIGGERS DISABLED',
    ],
  },
  'a reference to a partitioned table': {
    setup: `${P} ALTER TABLE p ADD PRIMARY KEY (id); CREATE TABLE p1 PARTITION OF p DEFAULT; CREATE TABLE k (p integer)`,
    change: 'ALTER TABLE k ADD FOREIGN KEY (p) REFERENCES p',
    back: 'ALTER TABLE k DROP CONSTRAINT k_p_fkey',
    lines: ['left foreign key k.k_p_fkey'],
  },
  'a check': {
    setup: T,
    change: 'ALTER TABLE t ADD CONSTRAINT x CHECK (b > 0)',
    back: 'ALTER TABLE t DROP CONSTRAINT x',
    lines: ['left check t.x'],
  },
  'NO INHERIT of a check': {
    setup: `${T} ALTER TABLE t ADD CONSTRAINT x CHECK (b > 0)`,
    change: 'ALTER TABLE t DROP CONSTRAINT x; ALTER TABLE t ADD CONSTRAINT x CHECK (b > 0) NO INHERIT',
    lines: ['changed check t.x: was CHECK ((b > 0)), is CHECK ((b > 0)) NO INHERIT'],
  },
  'the name of a constraint': {
    setup: T,
    change: 'ALTER TABLE t RENAME CONSTRAINT t_pkey TO "pk.t"',
    back: 'ALTER TABLE t RENAME CONSTRAINT "pk.t" TO t_pkey',
    lines: ['left primary key t."pk.t"', 'lost primary key t.t_pkey'],
  },
  EXCLUDE: {
    setup: 'CREATE TABLE t (r int4range)',
    change: 'ALTER TABLE t ADD CONSTRAINT x EXCLUDE USING gist (r WITH &&) WHERE (lower(r) > 0)',
    back: 'ALTER TABLE t DROP CONSTRAINT x',
    lines: ['left exclusion constraint t.x'],
  },

  // Indexes and statistics
  'an index': {
    setup: T,
    change: 'CREATE INDEX t_a_idx ON t (a)',
    back: 'DROP INDEX t_a_idx',
    lines: ['left index t_a_idx'],
  },
  'the order in an index': {
    setup: `${T} CREATE INDEX i ON t (a)`,
    change: 'DROP INDEX i; CREATE INDEX i ON t (a DESC NULLS LAST)',
    back: 'DROP INDEX i; CREATE INDEX i ON t (a)',
    lines: [
      'changed index i: was CREATE INDEX i ON public.t USING btree (a), is CREATE INDEX i ON public.t USING btree (a DESC NULLS LAST)',
    ],
  },
  'the operator class of an index': {
    setup: `${T} CREATE INDEX i ON t (a)`,
    change: 'DROP INDEX i; CREATE INDEX i ON t (a text_pattern_ops)',
    lines: [
      'changed index i: was CREATE INDEX i ON public.t USING btree (a), is CREATE INDEX i ON public.t USING btree (a text_pattern_ops)',
    ],
  },
  'INCLUDE, UNIQUE and WHERE of an index': {
    setup: `${T} CREATE INDEX i ON t (lower(a))`,
    change: 'DROP INDEX i; CREATE UNIQUE INDEX i ON t (lower(a)) INCLUDE (b) WHERE b > 1',
    lines: [
      'changed index i: was CREATE INDEX i ON public.t USING btree (lower(a)), is CREATE UNIQUE INDEX i ON public.t USING btree (lower(a)) INCLUDE (b) WHERE (b > 1)',
    ],
  },
  'storage options of an index': {
    setup: `${T} CREATE INDEX i ON t (a)`,
    change: 'ALTER INDEX i SET (fillfactor = 50)',
    back: 'ALTER INDEX i RESET (fillfactor)',
    lines: [
      "changed index i: was CREATE INDEX i ON public.t USING btree (a), is CREATE INDEX i ON public.t USING btree (a) WITH (fillfactor='50')",
    ],
  },
  'the statistics of an index': {
    setup: `${T} CREATE INDEX i ON t (lower(a))`,
    change: 'ALTER INDEX i ALTER COLUMN 1 SET STATISTICS 500',
    back: 'ALTER INDEX i ALTER COLUMN 1 SET STATISTICS -1',
    lines: [
      'changed index i: was CREATE INDEX i ON public.t USING btree (lower(a)), is CREATE INDEX i ON public.t USING btree (lower(a)) STATISTICS (1 500)',
    ],
  },
  'an index of a partition': {
    setup: `${P} CREATE TABLE p1 PARTITION OF p DEFAULT; CREATE INDEX i ON ONLY p (k); CREATE INDEX i1 ON p1 (k)`,
    change: 'ALTER INDEX i ATTACH PARTITION i1',
    lines: [
      'changed index i: was CREATE INDEX i ON ONLY public.p USING btree (k) INVALID, is CREATE INDEX i ON ONLY public.p USING btree (k)',
      'changed index i1: was CREATE INDEX i1 ON public.p1 USING btree (k), is CREATE INDEX i1 ON public.p1 USING btree (k) ATTACHED TO public.i',
    ],
  },
  statistics: {
    setup: T,
    change: 'CREATE STATISTICS st (dependencies) ON a, b FROM t',
    back: 'DROP STATISTICS st',
    lines: ['left statistics st'],
  },
  'the target of statistics': {
    setup: `${T} CREATE STATISTICS st (dependencies) ON a, b FROM t`,
    change: 'ALTER STATISTICS st SET STATISTICS 500',
    back: 'ALTER STATISTICS st SET STATISTICS -1',
    lines: [
      'changed statistics st: was CREATE STATISTICS public.st (dependencies) ON a, b FROM public.t, is CREATE STATISTICS public.st (dependencies) ON a, b FROM public.t STATISTICS 500',
    ],
  },

  // Views and rules
  'a view': { setup: T, change: `CREATE VIEW v AS SELECT a FROM t`, back: 'DROP VIEW v', lines: ['left view v'] },
  'the query of a view': {
    setup: V,
    change: `CREATE OR REPLACE VIEW v AS SELECT t.a, t.b FROM t, t u WHERE t.a <> 'x y'`,
    back: `CREATE OR REPLACE VIEW v AS SELECT t.a, t.b FROM t, t u WHERE t.a <> 'x  y'`,
    lines: [
      "changed view v: was AS SELECT t.a, t.b FROM public.t, public.t u WHERE (t.a <> 'x  y'::text), is AS SELECT t.a, t.b FROM public.t, public.t u WHERE (t.a <> 'x y'::text)",
    ],
  },
  'options of a view': {
    setup: V,
    change: 'ALTER VIEW v SET (security_barrier)',
    back: 'ALTER VIEW v RESET (security_barrier)',
    lines: [
      "changed view v: was AS SELECT t.a, t.b FROM public.t, public.t u WHERE (t.a <> 'x  y'::text), is WITH (security_barrier=true) AS SELECT t.a, t.b FROM public.t, public.t u WHERE (t.a <> 'x  y'::text)",
    ],
  },
  'a default of a view': {
    setup: V,
    change: `ALTER VIEW v ALTER COLUMN a SET DEFAULT 'x'`,
    back: 'ALTER VIEW v ALTER COLUMN a DROP DEFAULT',
    lines: [
      "changed view v: was AS SELECT t.a, t.b FROM public.t, public.t u WHERE (t.a <> 'x  y'::text), is AS SELECT t.a, t.b FROM public.t, public.t u WHERE (t.a <> 'x  y'::text) ALTER COLUMN a SET DEFAULT 'x'::text",
    ],
  },
  'a materialized view': {
    setup: T,
    change: 'CREATE MATERIALIZED VIEW m AS SELECT a FROM t',
    back: 'DROP MATERIALIZED VIEW m',
    lines: ['left materialized view m'],
  },
  'WITH NO DATA': {
    setup: M,
    change: 'REFRESH MATERIALIZED VIEW m WITH NO DATA',
    back: 'REFRESH MATERIALIZED VIEW m',
    lines: [
      'changed materialized view m: was AS SELECT t.a FROM public.t, public.t u, is AS SELECT t.a FROM public.t, public.t u WITH NO DATA',
    ],
  },
  'an index of a materialized view': {
    setup: M,
    change: 'CREATE INDEX i ON m (a)',
    back: 'DROP INDEX i',
    lines: ['left index i'],
  },
  'a rule': {
    setup: T,
    change: `CREATE RULE r AS ON DELETE TO t DO INSTEAD UPDATE t SET a = 'x  y' WHERE id = old.id`,
    back: 'DROP RULE r ON t',
    lines: ['left rule t.r'],
  },
  'a rule that is turned off': {
    setup: `${T} CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING`,
    change: 'ALTER TABLE t DISABLE RULE r',
    back: 'ALTER TABLE t ENABLE RULE r',
    lines: [
      'changed rule t.r: was CREATE RULE r AS ON DELETE TO public.t DO INSTEAD NOTHING, is CREATE RULE r AS ON DELETE TO public.t DO INSTEAD NOTHING DISABLED',
    ],
  },

  // Triggers and policies
  'a trigger': {
    setup: T + F,
    change: 'CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()',
    back: 'DROP TRIGGER g ON t',
    lines: ['left trigger t.g'],
  },
  'when a trigger fires': {
    setup: `${T + F} CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()`,
    change:
      'DROP TRIGGER g ON t; CREATE TRIGGER g BEFORE UPDATE OF a ON t FOR EACH ROW WHEN (new.b > 1) EXECUTE FUNCTION f()',
    lines: [
      'changed trigger t.g: was CREATE TRIGGER g BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.f(), is CREATE TRIGGER g BEFORE UPDATE OF a ON public.t FOR EACH ROW WHEN ((new.b > 1)) EXECUTE FUNCTION public.f()',
    ],
  },
  'a trigger that is turned off': {
    setup: `${T + F} CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()`,
    change: 'ALTER TABLE t DISABLE TRIGGER g',
    back: 'ALTER TABLE t ENABLE TRIGGER g',
    lines: [
      'changed trigger t.g: was CREATE TRIGGER g BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.f(), is CREATE TRIGGER g BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.f() DISABLED',
    ],
  },
  'a trigger of partitions': {
    setup: `${P + F} CREATE TABLE p1 PARTITION OF p DEFAULT; CREATE TRIGGER g AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION f()`,
    change: 'ALTER TABLE p1 DISABLE TRIGGER g',
    back: 'ALTER TABLE p1 ENABLE TRIGGER g',
    lines: [
      'changed trigger p1.g: was CREATE TRIGGER g AFTER INSERT ON public.p1 FOR EACH ROW EXECUTE FUNCTION public.f(), is CREATE TRIGGER g AFTER INSERT ON public.p1 FOR EACH ROW EXECUTE FUNCTION public.f() DISABLED',
    ],
  },
  'a constraint trigger': {
    setup: T + F,
    change: 'CREATE CONSTRAINT TRIGGER g AFTER INSERT ON t DEFERRABLE FOR EACH ROW EXECUTE FUNCTION f()',
    back: 'DROP TRIGGER g ON t',
    lines: ['left trigger t.g'],
  },
  'an event trigger': {
    setup: `CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'`,
    change: `CREATE EVENT TRIGGER v ON ddl_command_end WHEN TAG IN ('DROP TABLE') EXECUTE FUNCTION e()`,
    back: 'DROP EVENT TRIGGER v',
    lines: ['left event trigger v'],
  },
  'a policy': {
    setup: T,
    change: 'CREATE POLICY y ON t FOR SELECT TO $ROLE USING (b > 1)',
    back: 'DROP POLICY y ON t',
    lines: ['left policy t.y'],
  },
  'the terms of a policy': {
    setup: `${T} CREATE POLICY y ON t USING (b > 1)`,
    change: 'ALTER POLICY y ON t USING (b > 2) WITH CHECK (b > 3)',
    lines: [
      'changed policy t.y: was FOR ALL TO PUBLIC USING ((b > 1)), is FOR ALL TO PUBLIC USING ((b > 2)) WITH CHECK ((b > 3))',
    ],
  },
  'a restrictive policy': {
    setup: `${T} CREATE POLICY y ON t USING (b > 1)`,
    change: 'DROP POLICY y ON t; CREATE POLICY y ON t AS RESTRICTIVE USING (b > 1)',
    lines: [
      'changed policy t.y: was FOR ALL TO PUBLIC USING ((b > 1)), is AS RESTRICTIVE FOR ALL TO PUBLIC USING ((b > 1))',
    ],
  },

  // Routines
  'a function': { change: F, back: 'DROP FUNCTION f()', lines: ['left function f()'] },
  'the body of a function': {
    setup: F,
    change: `CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN  RETURN NEW; END'`,
    lines: [
      'changed function f(): was CREATE OR REPLACE FUNCTION public.f()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$BEGIN RETURN NEW; END$function$, is CREATE OR REPLACE FUNCTION public.f()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$BEGIN  RETURN NEW; END$function$',
    ],
  },
  'the properties of a function': {
    setup: F,
    change: `ALTER FUNCTION f() STABLE SECURITY DEFINER COST 5 SET search_path = ''`,
    back: 'ALTER FUNCTION f() VOLATILE SECURITY INVOKER COST 100 RESET ALL',
    lines: [
      "changed function f(): was CREATE OR REPLACE FUNCTION public.f()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$BEGIN RETURN NEW; END$function$, is CREATE OR REPLACE FUNCTION public.f()\n RETURNS trigger\n LANGUAGE plpgsql\n STABLE SECURITY DEFINER COST 5\n SET search_path TO ''\nAS $function$BEGIN RETURN NEW; END$function$",
    ],
  },
  'a function of the same name': {
    setup: F,
    change: 'CREATE FUNCTION f(a integer, VARIADIC b text[]) RETURNS integer LANGUAGE sql RETURN a',
    since: 14,
    back: 'DROP FUNCTION f(integer, text[])',
    lines: ['left function f(integer, text[])'],
  },
  'a procedure': {
    change: `CREATE PROCEDURE q(a integer) LANGUAGE sql AS 'SELECT a'`,
    back: 'DROP PROCEDURE q',
    lines: ['left procedure q(integer)'],
  },
  'an aggregate': {
    change: 'CREATE AGGREGATE g(integer) (sfunc = int4pl, stype = integer)',
    back: 'DROP AGGREGATE g(integer)',
    lines: ['left aggregate g(integer)'],
  },
  'what an aggregate does': {
    setup: 'CREATE AGGREGATE g(integer) (sfunc = int4pl, stype = integer)',
    change: 'CREATE OR REPLACE AGGREGATE g(integer) (sfunc = int4mul, stype = integer)',
    back: 'CREATE OR REPLACE AGGREGATE g(integer) (sfunc = int4pl, stype = integer)',
    lines: [
      'changed aggregate g(integer): was integer RETURNS integer VOLATILITY i PARALLEL u aggfinalmodify=r, aggmfinalmodify=r, aggtransfn=int4pl, aggtranstype=integer, is integer RETURNS integer VOLATILITY i PARALLEL u aggfinalmodify=r, aggmfinalmodify=r, aggtransfn=int4mul, aggtranstype=integer',
    ],
  },
  'an operator': {
    change: 'CREATE OPERATOR === (function = int4eq, leftarg = integer, rightarg = integer)',
    back: 'DROP OPERATOR === (integer, integer)',
    lines: ['left operator ===(integer, integer)'],
  },
  'an operator class': {
    change:
      'CREATE OPERATOR CLASS oc FOR TYPE integer USING btree AS OPERATOR 1 <, OPERATOR 3 =, FUNCTION 1 btint4cmp(integer, integer)',
    back: 'DROP OPERATOR FAMILY oc USING btree',
    lines: ['left operator family oc using btree', 'left operator class oc using btree'],
  },
  'a cast': {
    setup: 'CREATE TYPE y AS (a integer)',
    change: 'CREATE CAST (y AS text) WITH INOUT AS ASSIGNMENT',
    back: 'DROP CAST (y AS text)',
    lines: ['left cast (public.y AS text)'],
  },

  // Types
  'an enum': { change: `CREATE TYPE mood AS ENUM ('ok', 'it''s')`, back: 'DROP TYPE mood', lines: ['left enum mood'] },
  'a value of an enum': {
    setup: `CREATE TYPE mood AS ENUM ('a', 'c')`,
    change: `ALTER TYPE mood ADD VALUE 'b' BEFORE 'c'`,
    lines: ["changed enum mood: was ENUM ('a', 'c'), is ENUM ('a', 'b', 'c')"],
  },
  'a domain': {
    change: 'CREATE DOMAIN d AS integer CHECK (VALUE > 0)',
    back: 'DROP DOMAIN d',
    lines: ['left domain d'],
  },
  'what a domain allows': {
    setup: 'CREATE DOMAIN d AS text',
    change: `ALTER DOMAIN d SET DEFAULT 'x'; ALTER DOMAIN d SET NOT NULL; ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE <> '') NOT VALID`,
    back: 'ALTER DOMAIN d DROP DEFAULT; ALTER DOMAIN d DROP NOT NULL; ALTER DOMAIN d DROP CONSTRAINT c',
    lines: [
      "changed domain d: was DOMAIN text, is DOMAIN text NOT NULL DEFAULT 'x'::text CONSTRAINT c CHECK ((VALUE <> ''::text)) NOT VALID",
    ],
  },
  'a composite type': {
    change: 'CREATE TYPE y AS (a integer, b text COLLATE "C")',
    back: 'DROP TYPE y',
    lines: ['left type y'],
  },
  'an attribute of a composite type': {
    setup: 'CREATE TYPE y AS (a integer, b text)',
    change: 'ALTER TYPE y ADD ATTRIBUTE c date',
    back: 'ALTER TYPE y DROP ATTRIBUTE c',
    lines: ['changed type y: was COMPOSITE (a integer, b text), is COMPOSITE (a integer, b text, c date)'],
  },
  'a range': {
    change: 'CREATE TYPE fr AS RANGE (subtype = float8, subtype_diff = float8mi)',
    back: 'DROP TYPE fr',
    lines: ['left type fr'],
  },
  'what a range is made of': {
    since: 14,
    setup: 'CREATE TYPE fr AS RANGE (subtype = text)',
    change: `DROP TYPE fr; CREATE TYPE fr AS RANGE (subtype = text, collation = "C", subtype_opclass = text_pattern_ops)`,
    lines: [
      'changed type fr: was RANGE OF text COLLATE "default" MULTIRANGE public.fr_multirange, is RANGE OF text OPCLASS pg_catalog.text_pattern_ops COLLATE "C" MULTIRANGE public.fr_multirange',
    ],
  },
  'the difference of a range': {
    since: 14,
    setup: 'CREATE TYPE fr AS RANGE (subtype = float8)',
    change: 'DROP TYPE fr; CREATE TYPE fr AS RANGE (subtype = float8, subtype_diff = float8mi)',
    lines: [
      'changed type fr: was RANGE OF double precision MULTIRANGE public.fr_multirange, is RANGE OF double precision SUBTYPE DIFF float8mi MULTIRANGE public.fr_multirange',
    ],
  },
  'a shell type': { change: 'CREATE TYPE sh', back: 'DROP TYPE sh', lines: ['left type sh'] },

  // Privileges
  'a grant on a table': {
    setup: T,
    change: 'GRANT SELECT, INSERT ON t TO $ROLE',
    back: 'REVOKE ALL ON t FROM $ROLE',
    lines: ['left grant on table t to $ROLE'],
  },
  'a grant option': {
    setup: `${T} GRANT SELECT ON t TO $ROLE`,
    change: 'GRANT SELECT ON t TO $ROLE WITH GRANT OPTION',
    back: 'REVOKE GRANT OPTION FOR SELECT ON t FROM $ROLE',
    lines: ['changed grant on table t to $ROLE: was SELECT, is SELECT WITH GRANT OPTION'],
  },
  'a grant on a column': {
    setup: T,
    change: 'GRANT UPDATE (a) ON t TO $ROLE',
    back: 'REVOKE ALL (a) ON t FROM $ROLE',
    lines: ['left grant on column t.a to $ROLE'],
  },
  'a grant on a view and a sequence': {
    setup: `${V} CREATE SEQUENCE s`,
    change: 'GRANT SELECT ON v TO PUBLIC; GRANT USAGE ON SEQUENCE s TO $ROLE',
    back: 'REVOKE ALL ON v FROM PUBLIC; REVOKE ALL ON SEQUENCE s FROM $ROLE',
    lines: ['left grant on sequence s to $ROLE', 'left grant on view v to PUBLIC'],
  },
  'a grant on the sequence of an identity': {
    setup: 'CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY)',
    change: 'GRANT USAGE ON SEQUENCE t_id_seq TO $ROLE',
    back: 'REVOKE ALL ON SEQUENCE t_id_seq FROM $ROLE',
    lines: ['left grant on sequence t_id_seq to $ROLE'],
  },
  'a grant on a schema': {
    change: 'GRANT CREATE ON SCHEMA public TO $ROLE',
    back: 'REVOKE ALL ON SCHEMA public FROM $ROLE',
    lines: ['left grant on schema public to $ROLE'],
  },
  'a right of everybody': {
    setup: F,
    change: 'REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC',
    back: 'GRANT EXECUTE ON FUNCTION f() TO PUBLIC',
    lines: ['left revoke on function f() from PUBLIC'],
  },
  'a grant on a function and a type': {
    setup: `CREATE FUNCTION f(a integer, b text) RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE TYPE mood AS ENUM ()`,
    change: 'GRANT EXECUTE ON FUNCTION f TO $ROLE; REVOKE USAGE ON TYPE mood FROM PUBLIC',
    back: 'REVOKE EXECUTE ON FUNCTION f FROM $ROLE; GRANT USAGE ON TYPE mood TO PUBLIC',
    lines: ['left grant on function f(integer, text) to $ROLE', 'left revoke on type mood from PUBLIC'],
  },
  'a right the owner has no more': {
    setup: T,
    change: 'REVOKE DELETE ON t FROM CURRENT_USER',
    back: 'GRANT DELETE ON t TO CURRENT_USER',
    lines: ['left revoke on table t from $ME'],
  },
  'default privileges': {
    change:
      'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO $ROLE; ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC',
    back: 'ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM $ROLE; ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC',
    lines: ['left default privileges on functions of $ME', 'left default privileges on tables of $ME'],
  },
  'default privileges of a schema': {
    setup: 'CREATE SCHEMA app',
    change: 'ALTER DEFAULT PRIVILEGES FOR ROLE $ROLE IN SCHEMA app GRANT USAGE ON SEQUENCES TO PUBLIC',
    back: 'ALTER DEFAULT PRIVILEGES FOR ROLE $ROLE IN SCHEMA app REVOKE USAGE ON SEQUENCES FROM PUBLIC',
    lines: ['left default privileges on sequences in app of $ROLE'],
  },

  // Comments
  'a comment on a table and a column': {
    setup: T,
    change: `COMMENT ON TABLE t IS 'it''s'; COMMENT ON COLUMN t.a IS 'x'`,
    back: 'COMMENT ON TABLE t IS NULL; COMMENT ON COLUMN t.a IS NULL',
    lines: ['left comment on column t.a', 'left comment on table t'],
  },
  'a comment on what a table has': {
    setup: `${T + F} CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(); CREATE POLICY y ON t; CREATE INDEX i ON t (a)`,
    change: `COMMENT ON CONSTRAINT t_pkey ON t IS 'a'; COMMENT ON TRIGGER g ON t IS 'b'; COMMENT ON POLICY y ON t IS 'c'; COMMENT ON INDEX i IS 'd'`,
    lines: [
      'left comment on constraint t.t_pkey',
      'left comment on index i',
      'left comment on policy t.y',
      'left comment on trigger t.g',
    ],
  },
  'comments elsewhere': {
    setup: `CREATE FUNCTION f(a integer, b text) RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE SCHEMA app; CREATE TYPE app.y AS (a integer); CREATE SEQUENCE s`,
    change: `COMMENT ON FUNCTION f IS 'a'; COMMENT ON SCHEMA app IS 'b'; COMMENT ON TYPE app.y IS 'c'; COMMENT ON SEQUENCE s IS 'd'; COMMENT ON SCHEMA public IS 'e'`,
    lines: [
      'left comment on function f(integer, text)',
      'left comment on schema app',
      'left comment on schema public',
      'left comment on sequence s',
      'left comment on type app.y',
    ],
  },
  'the text of a comment': {
    setup: `${T} COMMENT ON TABLE t IS 'a'`,
    change: `COMMENT ON TABLE t IS 'b'`,
    back: `COMMENT ON TABLE t IS 'a'`,
    lines: ["changed comment on table t: was 'a', is 'b'"],
  },

  // The rest
  'a publication': {
    setup: T,
    change: 'CREATE PUBLICATION pub FOR TABLE t',
    back: 'DROP PUBLICATION pub',
    lines: ['left publication pub'],
  },
  'what is published': {
    since: 15,
    setup: `${T} CREATE PUBLICATION pub FOR TABLE t; CREATE SCHEMA app`,
    change:
      'ALTER PUBLICATION pub SET TABLE t (id, a) WHERE (id > 1); ALTER PUBLICATION pub SET (publish_via_partition_root)',
    back: 'ALTER PUBLICATION pub SET TABLE t; ALTER PUBLICATION pub SET (publish_via_partition_root = off)',
    lines: [
      'changed publication pub: was TABLES public.t pubdelete=true, pubinsert=true, pubtruncate=true, pubupdate=true, is TABLES public.t (id, a) WHERE (id > 1) pubdelete=true, pubinsert=true, pubtruncate=true, pubupdate=true, pubviaroot=true',
    ],
  },
  'a published schema': {
    since: 15,
    setup: 'CREATE SCHEMA app; CREATE PUBLICATION pub',
    change: 'ALTER PUBLICATION pub ADD TABLES IN SCHEMA app',
    back: 'ALTER PUBLICATION pub DROP TABLES IN SCHEMA app',
    lines: [
      'changed publication pub: was pubdelete=true, pubinsert=true, pubtruncate=true, pubupdate=true, is SCHEMAS app pubdelete=true, pubinsert=true, pubtruncate=true, pubupdate=true',
    ],
  },
  'another server': {
    change: `CREATE FOREIGN DATA WRAPPER w; CREATE SERVER v FOREIGN DATA WRAPPER w OPTIONS (host 'h', api_key 'secret'); CREATE USER MAPPING FOR $ROLE SERVER v OPTIONS (user 'u', password 'secret'); CREATE FOREIGN TABLE ft (a integer OPTIONS (c 'd')) SERVER v OPTIONS (e 'f')`,
    back: 'DROP FOREIGN DATA WRAPPER w CASCADE',
    lines: [
      'left foreign table ft',
      'left column ft.a',
      'left foreign data wrapper w',
      'left server v',
      'left user mapping v for $ROLE',
    ],
  },
  'options of a foreign table': {
    setup: `CREATE FOREIGN DATA WRAPPER w; CREATE SERVER v FOREIGN DATA WRAPPER w;
      CREATE FOREIGN TABLE ft (a integer OPTIONS (c 'd')) SERVER v OPTIONS (e 'f')`,
    change: `ALTER FOREIGN TABLE ft OPTIONS (SET e 'g'); ALTER FOREIGN TABLE ft ALTER COLUMN a OPTIONS (SET c 'e')`,
    back: `ALTER FOREIGN TABLE ft OPTIONS (SET e 'f'); ALTER FOREIGN TABLE ft ALTER COLUMN a OPTIONS (SET c 'd')`,
    lines: [
      'changed foreign table ft: was TABLE SERVER v OPTIONS (e=f), is TABLE SERVER v OPTIONS (e=g)',
      'changed column ft.a: was integer OPTIONS (c=d), is integer OPTIONS (c=e)',
    ],
  },
  'a foreign data wrapper': {
    setup: 'CREATE FOREIGN DATA WRAPPER w',
    change: 'ALTER FOREIGN DATA WRAPPER w VALIDATOR postgresql_fdw_validator',
    back: 'ALTER FOREIGN DATA WRAPPER w NO VALIDATOR',
    lines: [
      'changed foreign data wrapper w: was FOREIGN DATA WRAPPER, is FOREIGN DATA WRAPPER VALIDATOR postgresql_fdw_validator',
    ],
  },
  'options of another server': {
    setup: `CREATE FOREIGN DATA WRAPPER w; CREATE SERVER v FOREIGN DATA WRAPPER w OPTIONS (host 'h')`,
    change: `ALTER SERVER v OPTIONS (SET host 'i')`,
    back: `ALTER SERVER v OPTIONS (SET host 'h')`,
    lines: [
      'changed server v: was FOREIGN DATA WRAPPER w OPTIONS (host=h), is FOREIGN DATA WRAPPER w OPTIONS (host=i)',
    ],
  },
  'text search': {
    change: `CREATE TEXT SEARCH DICTIONARY td (template = simple, stopwords = english); CREATE TEXT SEARCH CONFIGURATION tc (copy = simple); ALTER TEXT SEARCH CONFIGURATION tc ALTER MAPPING FOR asciiword WITH td, simple`,
    back: 'DROP TEXT SEARCH CONFIGURATION tc; DROP TEXT SEARCH DICTIONARY td',
    lines: ['left text search configuration tc', 'left text search dictionary td'],
  },
  'an own collation': {
    change: `CREATE COLLATION co (locale = 'C')`,
    back: 'DROP COLLATION co',
    lines: ['left collation co'],
  },
  'a conversion': {
    change: `CREATE CONVERSION cv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8`,
    back: 'DROP CONVERSION cv',
    lines: ['left conversion cv'],
  },
  'a language': {
    change: 'CREATE LANGUAGE pl HANDLER plpgsql_call_handler',
    back: 'DROP LANGUAGE pl',
    lines: ['left language pl'],
  },
  'an access method': {
    change: 'CREATE ACCESS METHOD am TYPE TABLE HANDLER heap_tableam_handler',
    back: 'DROP ACCESS METHOD am',
    lines: ['left access method am'],
  },
  'the access method of a table': {
    setup: `CREATE ACCESS METHOD am TYPE TABLE HANDLER heap_tableam_handler; CREATE TABLE t (a integer)`,
    change: 'DROP TABLE t; CREATE TABLE t (a integer) USING am',
    lines: ['changed table t: was TABLE, is TABLE USING am'],
  },
}
