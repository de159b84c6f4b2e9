import type { Queen } from 'queen-migrate'

/** What the users module needs in the database. */
export function users(q: Queen): void {
  q.add({
    version: 'users_001',
    name: 'create_users',
    upSQL: `CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL)`,
    downSQL: `DROP TABLE users`,
  })
  q.add({
    version: 'users_002',
    name: 'add_email',
    upSQL: `ALTER TABLE users ADD COLUMN email TEXT`,
    downSQL: `ALTER TABLE users DROP COLUMN email`,
  })
}
