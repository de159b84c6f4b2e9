import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { blocksOf, Reader } from './support/page.js'
import { describePostgres, freshDatabase } from './support/postgres.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

test('the README, read from top to bottom by a newcomer with the packed package', { timeout: 120_000 }, () => {
  const reader = new Reader()
  const { folder, env } = reader
  const seen = { files: 0, commands: 0 }
  for (const block of blocksOf('README.md').filter(({ info }) => info['on'] === undefined)) {
    if (block.info['file'] !== undefined) {
      reader.write(block)
      seen.files++
    }
    if (block.info['file'] === 'migrations.test.ts') {
      const vitest = spawnSync('bash', ['-c', 'vitest run migrations.test.ts 2>&1'], {
        cwd: folder,
        env,
        encoding: 'utf8',
      })
      expect(vitest.stdout).toContain('1 passed')
    }
    if (block.language === 'console') seen.commands += reader.run(block)
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

describePostgres('on PostgreSQL', () => {
  test('its migrations do the same', { timeout: 120_000 }, async () => {
    const url = new URL((await freshDatabase()).url)
    const reader = new Reader({ 'postgres@localhost:5432/app': `${url.username}@${url.host}${url.pathname}` })
    if (url.password !== '') reader.env['PGPASSWORD'] = decodeURIComponent(url.password)
    const blocks = blocksOf('README.md')
    reader.write(blocks.find(({ info }) => info['file'] === 'migrations.ts')!)
    const commands = blocks.filter(({ info }) => info['on'] === 'postgres').map((block) => reader.run(block))
    expect(commands).toEqual([3])
  })
})

test('the commands of a clone are scripts of the package', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  for (const script of ['demo', 'test', 'check']) expect(scripts).toHaveProperty(script)
})
