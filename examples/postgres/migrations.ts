import { Queen } from 'queen-migrate'

const q = new Queen()

q.add({
  version: '001',
  name: 'create_orders',
  upSQL: `
    CREATE TABLE orders (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      customer text NOT NULL,
      placed_at timestamptz NOT NULL DEFAULT now()
    )
  `,
  downSQL: `DROP TABLE orders`,
})

// Waits a second at most for its lock on the table, so that the application does not queue up behind it.
q.add({
  version: '002',
  name: 'add_search_name',
  upSQL: `ALTER TABLE orders ADD COLUMN search_name text`,
  downSQL: `ALTER TABLE orders DROP COLUMN search_name`,
})

// Each batch commits by itself, and locks its rows no longer than that. After a crash queen recover 003 --resume goes on
// with the rows that are left.
q.add({
  version: '003',
  name: 'fill_search_name',
  manualChecksum: 'v1',
  transaction: false,
  upFn: async (tx, ctx) => {
    const [orders] = await tx.query<{ left: number }>(
      'SELECT count(*)::int AS left FROM orders WHERE search_name IS NULL',
    )
    const total = orders?.left ?? 0
    for (let done = 0; ; ctx.progress(done, total)) {
      const filled = await tx.query(`
        UPDATE orders SET search_name = lower(customer)
        WHERE id IN (SELECT id FROM orders WHERE search_name IS NULL LIMIT 1000)
        RETURNING id
      `)
      if (filled.length === 0) return
      done += filled.length
    }
  },
  downFn: async (tx) => await tx.exec('UPDATE orders SET search_name = NULL'),
})

// Locks nobody out while it is built. It cannot run in a transaction, and is alone in its migration.
q.add({
  version: '004',
  name: 'index_search_name',
  transaction: false,
  upSQL: `CREATE INDEX CONCURRENTLY orders_search_name_idx ON orders (search_name)`,
  downSQL: `DROP INDEX CONCURRENTLY orders_search_name_idx`,
})

export default q
