/**
 * Pieces of SQL that the parts of a snapshot share. All of it runs under a pinned `search_path` of `pg_catalog` alone,
 * so that nothing needs to be qualified, and the server itself qualifies what it writes.
 */

/** Whether an object was made by itself: not by an extension, and not as a part of another object. */
export function made(catalogue: string, oid: string): string {
  return `NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = '${catalogue}'::regclass AND d.objid = ${oid}
    AND d.objsubid = 0 AND d.deptype IN ('e', 'i'))`
}

/** Who owns it, when that is somebody else than who asks: what one role makes twice is the same. */
export function owner(oid: string): string {
  return `CASE WHEN pg_get_userbyid(${oid}) <> current_user THEN 'OWNER ' || quote_ident(pg_get_userbyid(${oid})) END`
}

/**
 * Storage options in alphabetical order: the order they were set in means nothing. Newer servers also note among those
 * of a column where in the log it came to be, as `pg_attver=31675224`.
 */
export function storageOptions(options: string, prefix = ''): string {
  return `CASE WHEN ${options} IS NOT NULL THEN (
      SELECT 'WITH (' || string_agg('${prefix}' || o, ', ' ORDER BY o COLLATE "C") || ')'
      FROM unnest(${options}) o WHERE o NOT LIKE 'pg\\_attver=%') END`
}

/** Options for another server, which may hold a secret: then its name is told, and not its value. */
export function foreignOptions(options: string): string {
  return `CASE WHEN ${options} IS NOT NULL THEN (
      SELECT 'OPTIONS (' || string_agg(${withoutSecret('o')}, ', ' ORDER BY o COLLATE "C") || ')'
      FROM unnest(${options}) o) END`
}

/** `name=value`, the value left out where the name says that it is secret. */
export function withoutSecret(option: string): string {
  return `CASE WHEN split_part(${option}, '=', 1) ~* 'pass|secret|token|credential|key'
    THEN split_part(${option}, '=', 1) || '=(hidden)' ELSE ${option} END`
}

/** A tablespace that is not the database's own. */
export function tablespace(oid: string): string {
  return `CASE WHEN ${oid} <> 0 THEN (
      SELECT 'TABLESPACE ' || quote_ident(spcname) FROM pg_tablespace WHERE oid = ${oid}) END`
}

/** An access method other than that of the server's own tables. */
export function accessMethod(oid: string): string {
  return `(SELECT 'USING ' || quote_ident(amname) FROM pg_am WHERE oid = ${oid} AND amname <> 'heap')`
}

/** What of a sequence is not as it is by default; null when all is. `s` is the alias of pg_sequence. */
export const SEQUENCE_OPTIONS = `nullif(concat_ws(' ',
    CASE WHEN s.seqincrement <> 1 THEN 'INCREMENT ' || s.seqincrement END,
    CASE WHEN s.seqmin <> CASE WHEN s.seqincrement > 0 THEN 1 WHEN s.seqtypid = 'int2'::regtype THEN -32768
      WHEN s.seqtypid = 'int4'::regtype THEN -2147483648 ELSE -9223372036854775808 END THEN 'MINVALUE ' || s.seqmin END,
    CASE WHEN s.seqmax <> CASE WHEN s.seqincrement < 0 THEN -1 WHEN s.seqtypid = 'int2'::regtype THEN 32767
      WHEN s.seqtypid = 'int4'::regtype THEN 2147483647 ELSE 9223372036854775807 END THEN 'MAXVALUE ' || s.seqmax END,
    CASE WHEN s.seqstart <> CASE WHEN s.seqincrement > 0 THEN s.seqmin ELSE s.seqmax END
      THEN 'START ' || s.seqstart END,
    CASE WHEN s.seqcache <> 1 THEN 'CACHE ' || s.seqcache END,
    CASE WHEN s.seqcycle THEN 'CYCLE' END), '')`

/** When a trigger or a rule fires, when that is not the default. */
export function firing(state: string): string {
  return `CASE ${state} WHEN 'D' THEN 'DISABLED' WHEN 'R' THEN 'ON REPLICA' WHEN 'A' THEN 'ALWAYS' END`
}

/**
 * The rest of a catalogue's row as `name=value, ...`, for what is too rare to be worded: what is not empty, zero,
 * false or none. `words` is jsonb with the words for what would be numbers.
 */
export function rest(alias: string, without: readonly string[], words = `'{}'::jsonb`): string {
  return `(SELECT string_agg(e.key || '=' || e.value, ', ' ORDER BY e.key COLLATE "C")
      FROM jsonb_each_text(to_jsonb(${alias}) - ARRAY['oid', ${without.map((name) => `'${name}'`).join(', ')}] || ${words}) e
      WHERE e.value NOT IN ('', '-', '0', 'false', 'n'))`
}
