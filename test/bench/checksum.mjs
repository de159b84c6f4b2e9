import { createHash } from 'node:crypto'
import { inTurn, line, processorTime, ratio } from './measure.mjs'
import { load } from './places.mjs'

const SIZE = 20 * 2 ** 20
/** Milliseconds 20 MB may take at 50 MB/s. */
const BUDGET = (20 / 50) * 1000

/** Checksum and lexer over 20 MB of SQL: one text, one with letters beyond Latin-1, and thousands of short ones. */
export async function checksum() {
  const { checksumsOf } = await load('core/checksum.js')
  const { Lexer } = await load('core/sql/lexer.js')
  const { rulesFor } = await load('core/sql/dialect.js')
  const ascii = textOf('Smith')
  const wide = textOf('Łukasz')
  const short = [...Array(20_000)].map((_, index) => ascii.slice(index * 1024, (index + 1) * 1024))
  const lex = (sql, dialect) => {
    let tokens = 0
    for (const lexer = new Lexer(sql, rulesFor(dialect)); lexer.next();) tokens++
    return tokens
  }
  const timed = (work) => () => processorTime(work)
  const times = await inTurn(
    {
      sha256: timed(() => void createHash('sha256').update(ascii).digest('hex')),
      lexer: timed(() => void lex(ascii, 'sqlite')),
      sqlite: timed(() => void checksumsOf({ upSQL: ascii }, 'sqlite')),
      postgres: timed(() => void checksumsOf({ upSQL: ascii }, 'postgres')),
      mysql: timed(() => void checksumsOf({ upSQL: ascii }, 'mysql')),
      wide: timed(() => void checksumsOf({ upSQL: wide }, 'postgres')),
      short: timed(() => void short.forEach((upSQL) => checksumsOf({ upSQL }, 'sqlite'))),
    },
    7,
  )
  const budget = times.sha256.map(() => BUDGET)
  return [
    line('checksum, 20 MB: part of the time at 50 MB/s, sqlite', ratio(times.sqlite, budget), 1),
    line('  postgres', ratio(times.postgres, budget), 1),
    line('  mysql', ratio(times.mysql, budget), 1),
    line('  postgres, letters beyond Latin-1', ratio(times.wide, budget), 1),
    line('  sqlite, 20000 texts of 1 KB', ratio(times.short, budget), 1),
    line('  lexer alone, sqlite', ratio(times.lexer, budget)),
    line('  SHA-256 alone', ratio(times.sha256, budget)),
    line('  checksum / SHA-256 alone, sqlite', ratio(times.sqlite, times.sha256)),
  ]
}

function textOf(name) {
  const parts = []
  for (let i = 0, size = 0; size < SIZE; i++) {
    const part = `-- table ${i}: what a customer ordered, and when
CREATE TABLE IF NOT EXISTS orders_${i} (
  id          INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers_${i} (id) ON DELETE CASCADE,
  status      VARCHAR(20) NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'paid', 'sent')),
  total       NUMERIC(12, 2) NOT NULL DEFAULT 0.00,
  placed_at   TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX orders_${i}_customer ON orders_${i} (customer_id, placed_at DESC);

/* seed data */
INSERT INTO orders_${i} (id, customer_id, status, total) VALUES
  (1, ${i}, 'new', 12.50),
  (2, ${i + 1}, 'paid', 1200),
  (3, ${i + 2}, 'sent', -0.99);
UPDATE customers_${i} SET "name" = 'O''${name}', note = 'a longer text, with  two blanks and a ; in it' WHERE id = ${i} AND deleted_at IS NULL;
ALTER TABLE customers_${i} ADD COLUMN score INTEGER DEFAULT 0;

`
    parts.push(part)
    size += part.length
  }
  // Flat, as text read from a file is: searching a rope would be measured instead.
  return Buffer.from(parts.join('').slice(0, SIZE)).toString()
}
