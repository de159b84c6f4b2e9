import { Queen } from 'queen-migrate'

const q = new Queen()

q.add({
  version: '001',
  name: 'create_users',
  upSQL: `CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE)`,
  downSQL: `DROP TABLE users`,
})

q.add({
  version: '002',
  name: 'normalize_emails',
  manualChecksum: 'v1',
  upFn: async (tx, ctx) => {
    const users = await tx.query<{ id: number; email: string }>('SELECT id, email FROM users')
    for (const [index, { id, email }] of users.entries()) {
      await tx.query('UPDATE users SET email = ? WHERE id = ?', [email.toLowerCase(), id])
      ctx.progress(index + 1, users.length)
    }
  },
  irreversible: 'the letter case of the addresses is gone',
})

export default q
