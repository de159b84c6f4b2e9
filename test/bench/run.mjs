import { print } from './measure.mjs'

/** Usage: node test/bench/run.mjs [up] [current] [plan] [checksum] [start], after npm run build. */
const names = ['up', 'current', 'plan', 'checksum', 'start']
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !names.includes(name))
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}; there are ${names.join(', ')}`)
  process.exit(2)
}
const lines = []
for (const name of asked.length > 0 ? asked : names) {
  process.stderr.write(`${name} ...\n`)
  const bench = (await import(`./${name}.mjs`))[name]
  lines.push(...(await bench()))
}
print(lines)
