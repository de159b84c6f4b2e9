import type { SchemaObject } from '../core/driver.js'

/**
 * Kinds that are part of a table: they come and go with it, so that only the table is worth a line then. An index is
 * one where it is named with its table, as MySQL does.
 */
const PARTS: ReadonlySet<string> = new Set([
  'column',
  'columns',
  'primary key',
  'unique key',
  'foreign key',
  'index',
  'check',
  'period',
  'partitioning',
  'partition',
  'exclusion constraint',
  'trigger',
  'rule',
  'policy',
  'comment',
  'comment on table',
  'comment on column',
  'comment on constraint',
  'comment on trigger',
  'comment on rule',
  'comment on policy',
  'grant on table',
  'grant on column',
  'revoke on table',
])

/**
 * What differs between two snapshots, one line for each object: `down left index users_name_idx`,
 * `down lost column users.email`, `down changed column users.age: was INTEGER NOT NULL, is INTEGER`. `subject` is what
 * made the second snapshot of the first. [] when both are the same.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { test } from 'node:test'
 * import { newTest, schemaDiff } from 'queen-migrate/testing'
 * test('a view is no change of a table', async (t) => {
 *   const q = newTest(t).add({ version: '001', name: 'one', upSQL: 'CREATE VIEW one AS SELECT 1', downSQL: 'DROP VIEW one' })
 *   const before = await q.schema()
 *   await q.mustUp()
 *   assert.deepEqual(schemaDiff('the migration', before, await q.schema()), ['the migration left view one'])
 * })
 * ```
 */
export function schemaDiff(subject: string, was: readonly SchemaObject[], is: readonly SchemaObject[]): string[] {
  const before = byIdentity(was)
  const after = byIdentity(is)
  const lost = was.filter((object) => !after.has(identityOf(object)))
  const left = is.filter((object) => !before.has(identityOf(object)))
  const changed = was.flatMap((object) => {
    const now = after.get(identityOf(object))
    return now === undefined || now.definition === object.definition ? [] : [change(object, now)]
  })
  return [
    ...withoutParts(left).map((object) => `left ${label(object)}`),
    ...withoutParts(lost).map((object) => `lost ${label(object)}`),
    ...changed.filter((line) => line !== ''),
  ].map((line) => `${subject} ${line}`)
}

function byIdentity(objects: readonly SchemaObject[]): ReadonlyMap<string, SchemaObject> {
  return new Map(objects.map((object) => [identityOf(object), object]))
}

/** No kind has a line end in it. */
function identityOf({ kind, name }: SchemaObject): string {
  return `${kind}\n${name}`
}

function label({ kind, name }: SchemaObject): string {
  return kind === 'columns' ? `the columns of ${name}` : `${kind} ${name}`
}

function change(was: SchemaObject, is: SchemaObject): string {
  const [before, after] = [was.definition, is.definition]
  if (was.kind !== 'columns') return `changed ${label(was)}: was ${before}, is ${after}`
  return sameOrder(before, after) ? '' : `changed the order of the columns of ${was.name}: was ${before}, is ${after}`
}

/** Whether two lists differ only by members that came or went, which have lines of their own. */
function sameOrder(before: string, after: string): boolean {
  const [old, now] = [before.split(', '), after.split(', ')]
  const stayed = now.filter((name) => old.includes(name))
  return (
    old.filter((name) => now.includes(name)).join() === stayed.join() &&
    stayed.length < Math.max(old.length, now.length)
  )
}

function withoutParts(objects: readonly SchemaObject[]): readonly SchemaObject[] {
  const tables = new Set(objects.filter(({ kind }) => kind === 'table').map(({ name }) => name))
  const belongs = ({ kind, name }: SchemaObject): boolean =>
    PARTS.has(kind) &&
    [...tables].some(
      (table) => (name === table && kind !== 'index') || name.startsWith(`${table}.`) || name.startsWith(`${table} `),
    )
  // The list of a table's columns never comes or goes alone.
  return objects.filter((object) => object.kind !== 'columns' && !belongs(object))
}
