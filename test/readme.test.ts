import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { folderWithPackage } from './support/packed.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

interface Block {
  readonly language: string
  readonly file: string | undefined
  readonly text: string
}

function blocks(markdown: string): Block[] {
  const fences = markdown.matchAll(/^```(\w+)(?: file=(\S+))?\n(.*?)^```$/gms)
  return [...fences].map(([, language, file, text]) => ({ language: language!, file, text: text! }))
}

/** A console block as commands, each with the output that is shown behind it. */
function commands(text: string): { command: string; output: string }[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = '', ...lines] = part.split('\n')
      return { command, output: lines.join('\n').trimEnd() }
    })
}

/** Times, processes and folders differ from run to run. */
function masked(output: string, folder: string): string {
  return output
    .replaceAll(realpathSync(folder), '/app')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/\d+(\.\d+)? m?s\b/g, '<duration>')
    .replace(/ +$/gm, '')
    .replace(/<duration> +/g, '<duration>  ')
}

test('the README, read from top to bottom by a newcomer with the packed package', { timeout: 120_000 }, () => {
  const folder = folderWithPackage()
  const bin = join(folder, 'node_modules/queen-migrate/dist/cli/bin.js')
  chmodSync(bin, 0o755)
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
  const env = {
    ...process.env,
    PATH: `${join(folder, 'node_modules/.bin')}:${process.env['PATH']}`,
    CI: '',
    NO_COLOR: '1',
  }
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const seen = { files: 0, commands: 0 }
  for (const { language, file, text } of blocks(readme)) {
    if (file !== undefined) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), text)
      seen.files++
    }
    if (file === 'migrations.test.ts') {
      const vitest = spawnSync('bash', ['-c', 'vitest run migrations.test.ts 2>&1'], {
        cwd: folder,
        env,
        encoding: 'utf8',
      })
      expect(vitest.stdout).toContain('1 passed')
    }
    if (language !== 'console') continue
    for (const { command, output } of commands(text)) {
      seen.commands++
      // The package is installed already, from the tarball that would be published.
      if (command === 'npm install queen-migrate better-sqlite3@12') continue
      const run = spawnSync('bash', ['-c', `${command.replace(/^npx /, '')} 2>&1`], {
        cwd: folder,
        env,
        encoding: 'utf8',
      })
      const end = run.status === 0 ? '' : `\n[exit ${run.status}]`
      if (output !== '') expect(masked(run.stdout.trimEnd() + end, folder), command).toBe(masked(output, folder))
      else expect(run.status, run.stdout).toBe(0)
    }
  }
  expect(seen).toEqual({ files: 3, commands: 6 })

  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        strict: true,
        noEmit: true,
        module: 'NodeNext',
        target: 'ES2022',
        lib: ['ES2022', 'ESNext.Disposable'],
        types: ['node'],
      },
      include: ['*.ts'],
    }),
  )
  execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder], { stdio: 'inherit' })
})

test('the commands of a clone are scripts of the package', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  for (const script of ['demo', 'test', 'check']) expect(scripts).toHaveProperty(script)
})
