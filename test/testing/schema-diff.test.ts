import { describe, expect, test } from 'vitest'
import type { SchemaObject } from '../../src/core/index.js'
import { rowsDiff } from '../../src/testing/rows-diff.js'
import { schemaDiff } from '../../src/testing/schema-diff.js'

const object = (kind: string, name: string, definition = ''): SchemaObject => ({ kind, name, definition })
const users = [
  object('table', 'users', 'TABLE'),
  object('columns', 'users', 'id, email'),
  object('column', 'users.id', 'INTEGER'),
  object('column', 'users.email', 'TEXT'),
]

describe('schemaDiff', () => {
  test('is empty for the same snapshot, in whatever order', () => {
    expect(schemaDiff('down', users, users.toReversed())).toEqual([])
  })

  test('says left, lost and changed', () => {
    const index = object('index', 'users_name_idx', 'ON users (name)')
    expect(schemaDiff('down', users, [...users, index])).toEqual(['down left index users_name_idx'])
    expect(schemaDiff('down', [...users, index], users)).toEqual(['down lost index users_name_idx'])
    expect(
      schemaDiff(
        'down',
        [object('column', 'users.age', 'INTEGER NOT NULL')],
        [object('column', 'users.age', 'INTEGER')],
      ),
    ).toEqual(['down changed column users.age: was INTEGER NOT NULL, is INTEGER'])
  })

  test('says nothing of the parts of a table that is gone, but of what only has a similar name', () => {
    expect(schemaDiff('down', users, [])).toEqual(['down lost table users'])
    const others = [
      object('column', 'users2.id'),
      object('index', 'users'),
      object('index', 'users.by_name'),
      object('unique key', 'users (id)'),
    ]
    expect(schemaDiff('down', [...users, ...others], [])).toEqual([
      'down lost table users',
      'down lost column users2.id',
      'down lost index users',
    ])
  })

  test('speaks of the order of columns only when those that stayed are in another order', () => {
    const columns = (definition: string): SchemaObject[] => [object('columns', 't', definition)]
    expect(schemaDiff('down', columns('a, b'), columns('a, b, c'))).toEqual([])
    expect(schemaDiff('down', columns('a, b'), columns('c, a'))).toEqual([])
    expect(schemaDiff('down', columns('a, b'), columns('b, a'))).toEqual([
      'down changed the order of the columns of t: was a, b, is b, a',
    ])
    expect(schemaDiff('down', columns('a, b'), columns('b, c, a'))).toEqual([
      'down changed the order of the columns of t: was a, b, is b, c, a',
    ])
  })
})

describe('rowsDiff', () => {
  const rows = (...list: string[]): Map<string, string[]> => new Map([['t', list]])

  test('counts rows that are there several times', () => {
    expect(rowsDiff('down', rows('1', '1'), rows('1', '1'))).toEqual([])
    expect(rowsDiff('down', rows('1', '1'), rows('1'))).toEqual([
      'down changed the rows of t: 2 before, 1 after, lost 1',
    ])
    expect(rowsDiff('down', rows('1', '2'), rows('1', '1'))).toEqual([
      'down changed the rows of t: 2 before, 2 after, lost 2, new 1',
    ])
  })

  test('leaves tables that came or went to the schema, and cuts long rows', () => {
    expect(rowsDiff('down', rows('1'), new Map())).toEqual([])
    expect(rowsDiff('down', new Map(), rows('1'))).toEqual([])
    expect(rowsDiff('down', rows('x'.repeat(300)), rows())[0]).toBe(
      `down changed the rows of t: 1 before, 0 after, lost ${'x'.repeat(200)}...`,
    )
  })
})
