import { rulesFor } from '../../core/sql/dialect.js'
import { outer, phrase, starts } from '../../core/sql/phrase.js'
import { quoteName } from '../sql/quote.js'
import type { PgClient } from './client.js'
import type { Line } from './line.js'
import { literal } from './literal.js'
import { set } from './settings.js'

/** An index that is built without keeping writers out. When that is broken off, it stays behind INVALID. */
export interface ConcurrentIndex {
  readonly action: 'create' | 'rebuild'
  /** The table, or for `REINDEX INDEX` the index, as a name that the server resolves. */
  readonly relation: string
  readonly relationKind: 'table' | 'index'
  /** The index's own name, without its schema; undefined where the server chooses one. */
  readonly index?: string | undefined
  /** `IF NOT EXISTS`: takes an INVALID index for the one that was asked for. */
  readonly existing: 'accepted' | 'refused'
}

/** Reads CREATE INDEX CONCURRENTLY and REINDEX CONCURRENTLY; undefined for any other statement. */
export function concurrentIndexIn(statement: string): ConcurrentIndex | undefined {
  if (!/concurrently/i.test(statement)) return undefined
  const tokens = phrase(statement, rulesFor('postgres'))
  if (starts(tokens, 'CREATE', 'INDEX|UNIQUE')) return created(tokens.slice(tokens[1] === 'UNIQUE' ? 2 : 1))
  if (tokens[0] === 'REINDEX') return rebuilt(tokens)
  return undefined
}

function created(tokens: readonly string[]): ConcurrentIndex | undefined {
  if (!starts(tokens, 'INDEX', 'CONCURRENTLY')) return undefined
  const conditional = starts(tokens.slice(2), 'IF', 'NOT', 'EXISTS')
  const named = tokens.slice(conditional ? 5 : 2)
  const on = named.indexOf('ON')
  if (on === -1) return undefined
  const behind = named.slice(on + 1)
  const relation = qualifiedName(behind[0] === 'ONLY' ? behind.slice(1) : behind)
  const index = on === 0 ? undefined : plain(named[on - 1]!)
  return { action: 'create', relation, relationKind: 'table', index, existing: conditional ? 'accepted' : 'refused' }
}

function rebuilt(tokens: readonly string[]): ConcurrentIndex | undefined {
  const words = outer(tokens)
  const kind = words[1] === 'INDEX' ? 'index' : words[1] === 'TABLE' ? 'table' : undefined
  if (kind === undefined) return undefined
  const name = qualifiedName(words.slice(words[2] === 'CONCURRENTLY' ? 3 : 2))
  return { action: 'rebuild', relation: name, relationKind: kind, existing: 'refused' }
}

/** `S.T` as the server would fold it, each part quoted. */
function qualifiedName(tokens: readonly string[]): string {
  const parts = [quoteName(plain(tokens[0] ?? ''))]
  for (let at = 1; tokens[at] === '.'; at += 2) parts.push(quoteName(plain(tokens[at + 1] ?? '')))
  return parts.join('.')
}

function plain(token: string): string {
  return token.startsWith('"') ? token.slice(1, -1).replaceAll('""', '"') : token.toLowerCase()
}

/**
 * The INVALID indexes that breaking it off has left, as qualified names. What another session is building right now is
 * INVALID as well, and none of our business.
 */
function remainsQuery({ action, relationKind, index }: ConcurrentIndex, relation: string): string {
  const table =
    relationKind === 'table'
      ? literal(relation)
      : `(SELECT o.indrelid FROM pg_catalog.pg_index o WHERE o.indexrelid = ${literal(relation)})`
  const name =
    action === 'rebuild'
      ? `AND c.relname ~ '_cc(new|old)[0-9]*$'`
      : index === undefined
        ? ''
        : `AND c.relname = ${literal(index)}`
  return `SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE NOT i.indisvalid AND c.relkind = 'i' AND i.indrelid = ${table} ${name}
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid)
  ORDER BY 1`
}

/** @throws the server's error */
export async function remainsOf<Client extends PgClient>(
  line: Line<Client>,
  index: ConcurrentIndex,
): Promise<string[]> {
  // The name is looked for where the migration looks for it; all else where nothing a user made can stand in the way.
  const path = set([['search_path', line.facts.searchPath]], 'transaction')
  const resolve = `SELECT pg_catalog.to_regclass(${literal(index.relation)})::pg_catalog.oid`
  const relation = (await line.ask(path, resolve))[1]![0]![0]!
  if (relation === null) return []
  const [rows] = await line.ask(remainsQuery(index, relation))
  return rows!.map(([name]) => name!)
}
