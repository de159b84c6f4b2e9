import type { SchemaObject } from '../../../core/driver.js'
import { canHavePeriod } from './checks.js'
import { grouped } from './grouped.js'
import type { Scope } from './scope.js'
import { backticked, comment, named, unescaped, words } from './text.js'

/** One part of a key as information_schema has it. */
interface KeyPart {
  readonly table: string
  readonly key: string
  readonly unique: boolean
  readonly column: string | null
  readonly expression: string | null
  readonly direction: string | null
  readonly prefix: string | null
  readonly type: string
  readonly state: string
  readonly comment: string
  readonly hidden: boolean
}

/** Keys and indexes of tables. */
export async function keys(scope: Scope): Promise<SchemaObject[]> {
  const byKey = grouped(await readParts(scope), ({ table, key }) => named(table, key))
  return await Promise.all(
    [...byKey].map(async ([name, parts]) => ({
      kind: kindOf(parts[0]!),
      name,
      definition: await definitionOf(scope, parts),
    })),
  )
}

async function readParts({ query, here, has, tables }: Scope): Promise<KeyPart[]> {
  const expression = has('STATISTICS.EXPRESSION') ? 'EXPRESSION' : 'NULL'
  const hidden = has('STATISTICS.IS_VISIBLE')
    ? `IS_VISIBLE = 'NO'`
    : has('STATISTICS.IGNORED')
      ? `IGNORED = 'YES'`
      : '0'
  const found = await query(`SELECT TABLE_NAME, INDEX_NAME, NON_UNIQUE, COLUMN_NAME, ${expression}, COLLATION, SUB_PART,
    INDEX_TYPE, COMMENT, INDEX_COMMENT, ${hidden}
    FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = ${here} ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`)
  return found
    .filter(([table]) => tables.has(table!))
    .map(([table, key, several, column, sql, direction, prefix, type, state, text, unseen]) => ({
      table: table!,
      key: key!,
      unique: several === '0',
      column: column!,
      expression: sql!,
      direction: direction!,
      prefix: prefix!,
      type: type!,
      state: state ?? '',
      comment: text ?? '',
      hidden: unseen === '1',
    }))
}

function kindOf({ key, unique }: KeyPart): string {
  return key === 'PRIMARY' ? 'primary key' : unique ? 'unique key' : 'index'
}

async function definitionOf(scope: Scope, parts: readonly KeyPart[]): Promise<string> {
  const [{ key, unique, type, state, hidden, comment: text }] = parts as readonly [KeyPart]
  const ordinary = type === 'BTREE' || type === 'FULLTEXT' || type === 'SPATIAL'
  return words(
    key === 'PRIMARY'
      ? 'PRIMARY KEY'
      : unique
        ? 'UNIQUE KEY'
        : type === 'BTREE' || !ordinary
          ? 'INDEX'
          : `${type} INDEX`,
    `(${parts.map(partText).join(', ')})`,
    !ordinary && `USING ${type}`,
    await shownAlone(scope, parts[0]!),
    // Keys that are not kept up: ALTER TABLE ... DISABLE KEYS.
    state.toUpperCase(),
    hidden && (scope.family === 'mysql' ? 'INVISIBLE' : 'IGNORED'),
    comment(text),
  )
}

function partText({ column, expression, prefix, direction, type }: KeyPart): string {
  const what = column === null ? `(${unescaped(expression ?? '')})` : named(column)
  // That of a spatial key is the server's.
  const length = prefix === null || type === 'SPATIAL' ? '' : `(${prefix})`
  return `${what}${length}${direction === 'D' ? ' DESC' : ''}`
}

/** The parser of a full text key, and the period of one without overlaps. */
async function shownAlone(scope: Scope, { table, key, type, unique }: KeyPart): Promise<string> {
  if (type !== 'FULLTEXT' && !(unique && canHavePeriod(scope, table))) return ''
  const name = backticked(key)
  const line = (await scope.createTable(table))
    .split('\n')
    .find((one) => (key === 'PRIMARY' ? /^\s*PRIMARY KEY/.test(one) : one.includes(`KEY ${name} (`)))
  const parser = /WITH PARSER `((?:[^`]|``)*)`/.exec(line ?? '')?.[1]
  return words(
    parser !== undefined && `WITH PARSER ${parser}`,
    / WITHOUT OVERLAPS\)/.test(line ?? '') && 'WITHOUT OVERLAPS',
  )
}
