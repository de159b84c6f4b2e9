import { newTest } from 'queen-migrate/testing'
import { expect, test } from 'vitest'
import migrations from '../modular/migrations.js'

test('every migration goes up, down and up again, and the schema agrees each time', async (t) => {
  await newTest(t, { migrations }).testUpDown({
    seed: { users_001: `INSERT INTO users (id, name) VALUES (1, 'ann')` },
  })
})

test('a migration of its own, tried out in memory', async (t) => {
  const db = newTest(t)
  db.add({
    version: '001',
    name: 'create_pets',
    upSQL: 'CREATE TABLE pets (name TEXT)',
    downSQL: 'DROP TABLE pets',
  })
  await db.mustUp()
  expect(await db.version()).toBe('001')
  await db.mustDown()
  expect(await db.schema()).toEqual([])
})
