import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Operation } from '../../core/execution.js'
import { TABLE, type Bench } from './bench.js'

/** What the other process does; plain text, so that it runs from sources and from the built package alike. */
const PROGRAM = `
const [, module, location, table, script] = process.argv
const { default: open } = await import(module)
const session = await (await open(location)).connect({ name: table })
if ((await session.tryLock('the child')) === null) throw new Error('the child did not get the lock')
await session.prepare()
const hold = () => {
  console.log('HOLDING')
  return new Promise(() => setInterval(() => {}, 1e6))
}
const execution = {
  activity: { direction: 'up', version: '001', name: 'held' },
  busyTimeout: 10_000,
  signal: new AbortController().signal,
}
await session.execute([...JSON.parse(script), { kind: 'call', call: hold }], execution)
`

/**
 * Another process that has the lock and is in the middle of a script: what it is given, and then a function that never
 * ends.
 */
export class Child {
  readonly #process: ChildProcess

  private constructor(started: ChildProcess) {
    this.#process = started
  }

  static async holding(bench: Bench, script: readonly Operation[]): Promise<Child> {
    const { location } = bench.database
    assert(location !== undefined, 'open() must tell the location, for the child')
    const given = bench.options.child!.module
    const module = isAbsolute(given) ? pathToFileURL(given).href : given
    const child = spawn(
      process.execPath,
      ['--input-type=module', '-e', PROGRAM, module, location, TABLE, JSON.stringify(script)],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    let said = ''
    child.stderr.on('data', (data: Buffer) => (said += data.toString()))
    const held = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()))
    const ended = once(child, 'exit').then(() => assert.fail(`the child ended too early: ${said}`))
    await Promise.race([held, ended])
    ended.catch(() => {})
    return new Child(child)
  }

  get pid(): number {
    return this.#process.pid!
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const exit = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await exit
  }
}
