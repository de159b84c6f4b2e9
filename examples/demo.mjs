// The whole main job in a temporary folder: init, create, up, status, a migration that fails, validate, down.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'queen-demo-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
mkdirSync(join(folder, 'node_modules'))
symlinkSync(root, join(folder, 'node_modules', 'queen-migrate'), 'junction')

/** Runs the command as a user would, and stops the demo when it ends otherwise than expected. */
function queen(words, expected = 0) {
  console.log(`\n\u001B[1m$ queen ${words.join(' ')}\u001B[0m`)
  const { status } = spawnSync(process.execPath, [join(root, 'dist/cli/bin.js'), ...words], {
    cwd: folder,
    stdio: 'inherit',
  })
  if (status === expected) return
  console.error(`\nThe demo expected exit status ${expected} and saw ${status}.`)
  process.exit(1)
}

/** Puts SQL in the place that `queen create` left for it. */
function write(what, from, to) {
  const file = join(folder, 'migrations.ts')
  const text = readFileSync(file, 'utf8')
  if (!text.includes(from)) throw new Error(`migrations.ts has no ${from}`)
  writeFileSync(file, text.replace(from, to))
  console.log(`\n\u001B[2m# ${what}\u001B[0m`)
}

queen(['init'])
queen(['create', 'add_name'])
write(
  'edit migrations.ts: what 002 does, and with a slip',
  '... -- the change',
  'ALTER TABEL users ADD COLUMN name TEXT',
)
write('... and how it is taken back', '... -- how to take it back', 'ALTER TABLE users DROP COLUMN name')
queen(['up'], 1)
queen(['status'])
write('correct the slip', 'ALTER TABEL', 'ALTER TABLE')
queen(['up'])
queen(['status'])
queen(['validate'])
queen(['down'])
queen(['version'])
queen(['log'])
console.log('\nThat was the main job: init, create, up, a failure and its report, status, validate, down.')
