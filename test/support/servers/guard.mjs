import { spawn } from 'node:child_process'
import { openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/**
 * Stands between a test process and a server, so that no server outlives the tests, however they end. Every line of
 * stdin is a signal for the server; when stdin ends without the server having been stopped, whoever asked for it is
 * gone, and the server goes with its folder.
 */
const { command, args, user, folder, crash } = JSON.parse(process.argv[2])
const log = openSync(join(folder, 'log'), 'a')
const server = spawn(command, args, { ...user, cwd: folder, stdio: ['ignore', log, log] })
let orphaned = false

server.once('error', (error) => {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 127
  process.stdin.destroy()
})
server.once('exit', (code) => {
  if (orphaned) rmSync(folder, { recursive: true, force: true })
  process.exit(code ?? 1)
})
createInterface({ input: process.stdin })
  .on('line', (signal) => server.kill(signal))
  .once('close', () => {
    orphaned = true
    server.kill(crash)
  })
