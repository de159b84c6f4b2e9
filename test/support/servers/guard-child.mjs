import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Starts a process under the guard, as launch() does, tells its pid and its folder, and waits to be killed. */
const folder = mkdtempSync(join(tmpdir(), 'queen-guard-'))
const script = `process.stdout.write(String(process.pid)); setInterval(() => {}, 1e6)`
const program = { command: process.execPath, args: ['-e', script], user: {}, folder, crash: 'SIGKILL' }
const guard = fileURLToPath(new URL('guard.mjs', import.meta.url))
spawn(process.execPath, [guard, JSON.stringify(program)], { stdio: ['pipe', 'ignore', 'inherit'], detached: true })
const log = join(folder, 'log')
const timer = setInterval(() => {
  const pid = existsSync(log) ? Number(readFileSync(log, 'utf8')) : 0
  if (pid === 0) return
  clearInterval(timer)
  process.send({ pid, folder })
}, 10)
