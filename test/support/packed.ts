import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from './folder.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/**
 * An empty folder with the packed package installed as `npm install` would: the tarball's own files, beside everything
 * it and its users may import. Nothing of the sources is in reach.
 */
export function folderWithPackage(): string {
  const folder = temporaryFolder()
  const packages = join(folder, 'node_modules')
  mkdirSync(join(packages, 'queen-migrate'), { recursive: true })
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  ) as [{ filename: string }]
  execFileSync('tar', ['-xzf', join(folder, filename), '-C', join(packages, 'queen-migrate'), '--strip-components=1'])
  for (const name of readdirSync(join(ROOT, 'node_modules')))
    if (!name.startsWith('.')) symlinkSync(join(ROOT, 'node_modules', name), join(packages, name))
  mkdirSync(join(packages, '.bin'))
  symlinkSync('../queen-migrate/dist/cli/bin.js', join(packages, '.bin/queen'))
  symlinkSync(join(ROOT, 'node_modules/.bin/vitest'), join(packages, '.bin/vitest'))
  return folder
}
