import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { folderWithPackage } from './packed.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** A fenced block: its language, and the words behind it as `name=value`. */
export interface Block {
  readonly language: string
  readonly info: Readonly<Record<string, string>>
  readonly text: string
}

/** The blocks of a page of this repository, from top to bottom. */
export function blocksOf(page: string): Block[] {
  const markdown = readFileSync(join(ROOT, page), 'utf8')
  return [...markdown.matchAll(/^```(\w+)(.*)\n([^]*?)^```$/gm)].map(([, language, words, text]) => ({
    language: language!,
    info: Object.fromEntries(
      words!
        .trim()
        .split(/\s+/)
        .filter(Boolean)
        .map((word) => word.split('=') as [string, string]),
    ),
    text: text!,
  }))
}

/** A folder in which somebody follows a page: the packed package is installed, and a shell keeps its variables. */
export class Reader {
  readonly folder = folderWithPackage()
  /** What the page writes, and what stands for it here: the address of a server. */
  readonly #meant: ReadonlyMap<string, string>
  readonly env: Record<string, string | undefined>

  constructor(meant: Readonly<Record<string, string>> = {}) {
    this.#meant = new Map(Object.entries(meant))
    chmodSync(join(this.folder, 'node_modules/queen-migrate/dist/cli/bin.js'), 0o755)
    writeFileSync(join(this.folder, 'package.json'), '{ "type": "module" }\n')
    const PATH = `${join(this.folder, 'node_modules/.bin')}:${process.env['PATH']}`
    this.env = { ...process.env, PATH, CI: '', NO_COLOR: '1' }
  }

  write({ info, text }: Block): void {
    const file = join(this.folder, info['file']!)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }

  /** Runs the commands of a console block, and compares what they show with what is shown. Returns how many there were. */
  run({ text }: Block): number {
    const commands = text.split(/^\$ /m).slice(1)
    for (const part of commands) {
      const [command = '', ...lines] = part.split('\n')
      const output = lines.join('\n').trimEnd()
      // The packages are installed already, this one from the tarball that would be published.
      if (command.startsWith('npm install ')) continue
      const [, name, value] = /^export (\w+)=(.*)$/.exec(command) ?? []
      if (name !== undefined) this.env[name] = this.meant(value!)
      else this.#compare(command, output)
    }
    return commands.length
  }

  /** What a text of the page means here. */
  meant(text: string): string {
    return [...this.#meant].reduce((sofar, [written, here]) => sofar.replaceAll(written, here), text)
  }

  #compare(command: string, output: string): void {
    const line = `${this.meant(command).replace(/^npx /, '')} 2>&1`
    const { stdout, status } = spawnSync('bash', ['-c', line], { cwd: this.folder, env: this.env, encoding: 'utf8' })
    const end = status === 0 ? '' : `\n[exit ${status}]`
    if (output === '') expect(status, stdout).toBe(0)
    else expect(this.#masked(stdout.trimEnd() + end), command).toBe(this.#masked(output))
  }

  /** Times, places and folders differ from run to run. */
  #masked(output: string): string {
    const written = [...this.#meant].reduce((text, [page, here]) => text.replaceAll(here, page), output)
    return written
      .replaceAll(realpathSync(this.folder), '/app')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
      .replace(/\d+(\.\d+)? m?s\b/g, '<duration>')
      .replace(/ +$/gm, '')
      .replace(/<duration> +/g, '<duration>  ')
  }
}
