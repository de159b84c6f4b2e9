import { spawn, type ChildProcess } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { CLIOptions, QueenLike, runCLI } from '../../src/cli/index.js'
import { temporaryFolder } from './folder.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const BIN = join(ROOT, 'dist/cli/bin.js')
const TERMINAL = join(ROOT, 'test/support/cli-terminal.py')

/** The command line as it is built, loaded by Node itself: what it imports is what a user's process imports. */
function built(): typeof runCLI {
  return (createRequire(import.meta.url)(join(ROOT, 'dist/cli/index.js')) as { runCLI: typeof runCLI }).runCLI
}

/** What a command line did. */
export interface Done {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** A command line in a process of its own. */
export interface Running {
  readonly child: ChildProcess
  readonly done: Promise<Done>
  /** Resolves when stderr has shown a text. */
  readonly shows: (text: string) => Promise<void>
}

/** A module whose second migration waits, with a timer, until it is told to finish by a file, or is cancelled. */
export const WAITING = moduleOf(`
import { existsSync } from 'node:fs'
q.add({ version: '001', name: 'quick', upSQL: 'CREATE TABLE quick (id INT)', downSQL: 'DROP TABLE quick' })
q.add({ version: '002', name: 'slow', upSQL: 'CREATE TABLE slow (id INT)', downSQL: 'DROP TABLE slow', manualChecksum: 'v1', upFn: async (tx, ctx) => {
  ctx.log('at work')
  while (!existsSync(new URL('finish', import.meta.url)) && !ctx.signal.aborted) await new Promise((next) => setTimeout(next, 5))
} })
q.add({ version: '003', name: 'last', upSQL: 'CREATE TABLE last (id INT)', downSQL: 'DROP TABLE last' })
`)

/** A folder of a user's, in which Queen is installed. */
export class Project {
  readonly folder = temporaryFolder()

  constructor(files: Readonly<Record<string, string>> = {}) {
    const packages = join(this.folder, 'node_modules')
    mkdirSync(packages)
    symlinkSync(ROOT, join(packages, 'queen-migrate'))
    for (const [name, text] of Object.entries(files)) this.write(name, text)
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true })
    writeFileSync(this.path(name), text)
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8')
  }

  /** Names and contents of all files but what is installed: the same before and after means that nothing was changed. */
  contents(): Record<string, string> {
    const names = readdirSync(this.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
      .map((entry) => join(entry.parentPath, entry.name).slice(this.folder.length + 1))
    return Object.fromEntries(names.sort().map((name) => [name, this.read(name)]))
  }

  exists(name: string): boolean {
    return existsSync(this.path(name))
  }

  /** Runs a command line in this process. */
  async run(argv: readonly string[], options: Partial<CLIOptions> & { queen?: QueenLike } = {}): Promise<Done> {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()]
    const { queen, ...rest } = options
    const before = process.exitCode
    const stdin = new PassThrough()
    const code = await built()(queen, { argv, env: {}, cwd: this.folder, stdin, stdout, stderr, ...rest })
    process.exitCode = before
    return { code, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') }
  }

  /** The same, and the JSON document it printed. */
  async json(
    argv: readonly string[],
    options: Partial<CLIOptions> = {},
    // oxlint-disable-next-line no-explicit-any -- tests look at documents of all commands, and at wrong ones
  ): Promise<{ code: number; document: any; stderr: string }> {
    const { code, stdout, stderr } = await this.run([...argv, '--json'], options)
    return { code, document: JSON.parse(stdout), stderr }
  }

  /** Starts the program, as another user if one is named. */
  start(argv: readonly string[], env: Readonly<Record<string, string>> = {}, uid?: number): Running {
    return this.#follow(process.execPath, [BIN, ...argv], env, uid)
  }

  /** Starts the program in a terminal, and plays a dialogue of [wait for, type] with it. All it shows is in stdout. */
  startInTerminal(
    argv: readonly string[],
    dialogue: readonly (readonly [string, string])[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Running {
    return this.#follow('python3', [TERMINAL, JSON.stringify(dialogue), process.execPath, BIN, ...argv], {
      TERM: 'xterm',
      ...env,
    })
  }

  #follow(command: string, words: readonly string[], env: Readonly<Record<string, string>>, uid?: number): Running {
    const { PATH = '', HOME = '' } = process.env
    const child = spawn(command, words, {
      cwd: this.folder,
      env: { PATH, HOME, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(uid !== undefined && { uid }),
    })
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    const done = new Promise<Done>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => resolve({ code: code ?? -1, stdout, stderr }))
    })
    const shows = (text: string): Promise<void> =>
      new Promise((resolve, reject) => {
        const look = (): void => void (stderr.includes(text) && resolve())
        child.stderr.on('data', look)
        child.once('close', () => reject(new Error(`it ended without showing ${JSON.stringify(text)}:\n${stderr}`)))
        look()
      })
    return { child, done, shows }
  }
}

/** A project whose queen-migrate is a copy of its own. */
export function withOwnCopy(files: Readonly<Record<string, string>>): Project {
  const project = new Project(files)
  const own = project.path('node_modules/queen-migrate')
  rmSync(own)
  mkdirSync(own)
  cpSync(join(ROOT, 'dist'), join(own, 'dist'), { recursive: true })
  cpSync(join(ROOT, 'package.json'), join(own, 'package.json'))
  for (const name of ['natural-compare-lite', 'better-sqlite3', 'bindings', 'file-uri-to-path', 'pg'])
    symlinkSync(join(ROOT, 'node_modules', name), project.path(`node_modules/${name}`))
  return project
}

/** A migrations module from the text between `const q = new Queen()` and its export. */
export function moduleOf(body: string): string {
  return `import { Queen } from 'queen-migrate'\n\nconst q = new Queen()\n${body}\nexport default q\n`
}

/** Two migrations that are sound. */
export const SOUND = moduleOf(`
q.add({ version: '001', name: 'create_users', upSQL: 'CREATE TABLE users (id INTEGER PRIMARY KEY)', downSQL: 'DROP TABLE users' })
q.add({ version: '002', name: 'add_email', upSQL: 'ALTER TABLE users ADD COLUMN email TEXT', downSQL: 'ALTER TABLE users DROP COLUMN email' })
`)

/** The text with everything that differs from run to run masked. */
export function masked(text: string, { folder }: Project): string {
  return text
    .replaceAll(folder, '<folder>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/\b\d+(?:\.\d)? m?s\b/g, '<took>')
    .replace(/\S+@\S+#\d+/g, '<who>')
}
