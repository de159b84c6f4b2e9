import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { inTurn, line, ratio } from './measure.mjs'
import { dist, inFolder } from './places.mjs'

/** `queen status` as a whole process, against Node doing nothing. */
export async function start() {
  const bin = join(dist, 'cli/bin.js')
  if (!existsSync(bin)) return [{ what: 'queen status / node -e 0', note: 'no dist/cli/bin.js: npm run build' }]
  return await inFolder(async (folder) => {
    mkdirSync(join(folder, 'node_modules'))
    symlinkSync(resolve(dist, '..'), join(folder, 'node_modules/queen-migrate'))
    const write = (file, count, type) => writeFileSync(join(folder, file), moduleWith(count, type))
    write('few.mjs', 3, '')
    write('few.ts', 3, ': number')
    write('many.mjs', 1000, '')
    const run = (args) => {
      const { status, stderr } = spawnSync(process.execPath, args, {
        cwd: folder,
        stdio: ['ignore', 'ignore', 'pipe'],
        encoding: 'utf8',
      })
      if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`)
    }
    const queen = (command, file) => () => run([bin, command, '--migrations', file, '--url', `sqlite:${file}.db`])
    for (const file of ['few.mjs', 'few.ts', 'many.mjs']) queen('up', file)()
    const times = await inTurn(
      {
        node: () => run(['-e', '0']),
        few: queen('status', 'few.mjs'),
        typescript: queen('status', 'few.ts'),
        many: queen('status', 'many.mjs'),
      },
      21,
    )
    return [
      line('queen status, 3 migrations in .mjs / node -e 0', ratio(times.few, times.node), 2.2),
      line('  3 migrations in .ts / node -e 0', ratio(times.typescript, times.node), 2.8),
      line('  1000 migrations in .mjs / node -e 0', ratio(times.many, times.node)),
      line('  1000 migrations / 3 migrations', ratio(times.many, times.few), 1.2),
    ]
  })
}

function moduleWith(count, type) {
  const body = `import { Queen } from 'queen-migrate'
const q = new Queen()
const padded = (n${type}) => String(n).padStart(4, '0')
for (let n${type} = 1; n <= ${count}; n++)
  q.add({
    version: padded(n),
    name: 'create_t_' + n,
    upSQL: 'CREATE TABLE t_' + n + ' (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE)',
    downSQL: 'DROP TABLE t_' + n,
  })
export default q
`
  return body
}
