/** So many migrations that create one small table each. */
export function oneTableEach(count) {
  const width = String(count).length
  return Array.from({ length: count }, (_, index) => {
    const version = String(index + 1).padStart(width, '0')
    return {
      version,
      name: `create_t_${version}`,
      upSQL: `CREATE TABLE t_${version} (\n  id INTEGER PRIMARY KEY,\n  email TEXT NOT NULL UNIQUE,\n  created_at TEXT\n)`,
      downSQL: `DROP TABLE t_${version}`,
    }
  })
}
