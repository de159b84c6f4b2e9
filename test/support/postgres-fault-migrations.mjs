const mark = (name) => `INSERT INTO audit (mark) VALUES ('${name}')`
const number = (n) => String(n).padStart(3, '0')

/**
 * Adds so many migrations of every kind, each leaving one mark in `audit` for every statement that can be rolled back: a mark
 * that is there twice was executed twice, one that is missing was lost.
 *
 * `kinds`: `all`, or only what goes through a pooler, `transactional`.
 */
export function postgresMigrations(q, count, kinds = 'all') {
  q.add({
    version: '001',
    name: 'audit',
    upSQL: `CREATE TABLE audit (mark text NOT NULL); ${mark('001')}`,
    downSQL: 'DROP TABLE audit',
  })
  for (let n = 2; n <= count; n++) q.add(migration(number(n), kinds === 'all' ? n % 10 : n % 2 === 0 ? 2 : 3))
  return q
}

/** Every mark, as a run without a fault leaves them. */
export function marksOf(count) {
  const rest = Array.from({ length: count - 1 }, (_, index) => number(index + 2))
  return ['001', ...rest.flatMap((version) => [`${version}.1`, `${version}.2`])]
}

function migration(version, kind) {
  const table = `t${version}`
  const create = `CREATE TABLE ${table} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text)`
  const [first, second] = [mark(`${version}.1`), mark(`${version}.2`)]
  const head = { version, downSQL: `DROP TABLE ${table}` }
  switch (kind) {
    case 3:
      return {
        ...head,
        name: 'function',
        manualChecksum: 'v1',
        upFn: async (tx) => {
          await tx.exec(first)
          await new Promise((resolve) => setImmediate(resolve))
          await tx.exec(create)
          await tx.query('INSERT INTO audit (mark) VALUES ($1)', [`${version}.2`])
        },
      }
    case 5:
      return {
        ...head,
        name: 'index',
        transaction: false,
        upSQL: `${create}; ${first}; CREATE INDEX CONCURRENTLY ${table}_v ON ${table} (v); ${second}`,
      }
    case 7:
      return {
        ...head,
        name: 'counted',
        transaction: false,
        upSQL: [
          first,
          create,
          `VACUUM ${table}`,
          second,
          `CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS ${table}_v ON ${table} (v)`,
        ],
      }
    case 9:
      return {
        ...head,
        name: 'both',
        manualChecksum: 'v1',
        upSQL: `${create}; ${first}`,
        upFn: async (tx) => await tx.exec(second),
      }
    default:
      return { ...head, name: 'sql', upSQL: `${first}; ${create}; CREATE INDEX ${table}_v ON ${table} (v); ${second}` }
  }
}
