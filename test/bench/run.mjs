import { print } from './measure.mjs'

/**
 * Usage: node test/bench/run.mjs [up] [current] [plan] [checksum] [start] [postgres] [postgres/up] ..., after
 * npm run build. Those in the folder postgres need QUEEN_TEST_POSTGRES_URL, a server whose user may create databases.
 */
const groups = {
  sqlite: ['up', 'current', 'plan', 'checksum', 'start'],
  postgres: ['postgres/up', 'postgres/distant', 'postgres/current', 'postgres/race'],
}
const names = Object.values(groups).flat()
const asked = process.argv.slice(2).flatMap((name) => groups[name] ?? [name])
const unknown = asked.filter((name) => !names.includes(name))
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}; there are postgres, ${names.join(', ')}`)
  process.exit(2)
}
const lines = []
for (const name of asked.length > 0 ? asked : names) {
  if (name.startsWith('postgres/') && process.env.QUEEN_TEST_POSTGRES_URL === undefined) {
    lines.push({ what: name, note: 'QUEEN_TEST_POSTGRES_URL names no server' })
    continue
  }
  process.stderr.write(`${name} ...\n`)
  const bench = (await import(`./${name}.mjs`))[name.split('/').at(-1)]
  lines.push(...(await bench()))
}
print(lines)
