const mark = (name) => `INSERT INTO audit (mark) VALUES ('${name}')`
const number = (n) => String(n).padStart(3, '0')

/**
 * Adds so many migrations of every kind, each leaving a mark in `audit` for every statement that can be rolled back: a
 * mark that is there twice was executed twice, one that is missing was lost. What commits by itself fails when it is
 * executed twice.
 */
export function mysqlMigrations(q, count) {
  q.add({
    version: '001',
    name: 'audit',
    upSQL: `CREATE TABLE audit (id INT AUTO_INCREMENT PRIMARY KEY, mark VARCHAR(20) NOT NULL); ${mark('001')}`,
    downSQL: 'DROP TABLE audit',
  })
  for (let n = 2; n <= count; n++) q.add(migration(number(n), n % 6))
  return q
}

/** Every mark, as a run without a fault leaves them. */
export function marksOf(count) {
  const rest = Array.from({ length: count - 1 }, (_, index) => number(index + 2))
  return ['001', ...rest.flatMap((version) => [`${version}.1`, `${version}.2`])]
}

function migration(version, kind) {
  const table = `t${version}`
  const create = `CREATE TABLE ${table} (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(20))`
  const [first, second] = [mark(`${version}.1`), mark(`${version}.2`)]
  const head = { version, downSQL: `DROP TABLE ${table}` }
  switch (kind) {
    case 0:
      // Data alone: one transaction.
      return { ...head, name: 'data', upSQL: `${first}; ${second}`, downSQL: 'SELECT 1' }
    case 1:
      return {
        ...head,
        name: 'function',
        manualChecksum: 'v1',
        downSQL: 'SELECT 1',
        upFn: async (tx) => {
          await tx.exec(first)
          await new Promise((resolve) => setImmediate(resolve))
          await tx.query('INSERT INTO audit (mark) VALUES (?)', [`${version}.2`])
        },
      }
    case 2:
      return {
        ...head,
        name: 'program',
        upSQL: `${create}; ${first}; CREATE TRIGGER ${table}_t BEFORE INSERT ON ${table} FOR EACH ROW BEGIN SET NEW.v = 'x'; END; INSERT INTO ${table} VALUES (NULL, 'y'); ${second}`,
      }
    case 3:
      return {
        ...head,
        name: 'altered',
        upSQL: [
          first,
          create,
          `ALTER TABLE ${table} ADD COLUMN w INT`,
          second,
          `CREATE INDEX ${table}_v ON ${table} (v)`,
          `ALTER TABLE ${table} DROP COLUMN w`,
        ],
      }
    default:
      return { ...head, name: 'sql', upSQL: `${first}; ${create}; CREATE INDEX ${table}_v ON ${table} (v); ${second}` }
  }
}
