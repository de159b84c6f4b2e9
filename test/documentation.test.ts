import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { folderWithPackage } from './support/packed.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** The TypeScript of every doc comment and page. */
function snippets(): { from: string; code: string }[] {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )
  const fromSources = sources.flatMap((file) =>
    [...readFileSync(join(ROOT, 'src', file), 'utf8').matchAll(/^( *)\* ```ts\n(.*?)^ *\* ```$/gms)].map(
      ([, , block]) => ({
        from: `src/${file}`,
        code: block!.replace(/^ *\* ?/gm, ''),
      }),
    ),
  )
  const pages = readdirSync(join(ROOT, 'docs')).map((file) => `docs/${file}`)
  const fromPages = pages.flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^```ts(?: file=\S+)?\n(.*?)^```$/gms)].map(([, code]) => ({
      from: file,
      code: code!,
    })),
  )
  return [...fromSources, ...fromPages]
}

test('every example in a doc comment or a page compiles against the packed package', { timeout: 120_000 }, () => {
  const folder = folderWithPackage()
  const found = snippets()
  expect(found.length).toBeGreaterThan(8)
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'migrations.ts'), `import { Queen } from 'queen-migrate'\nexport default new Queen()\n`)
  found.forEach(({ from, code }, index) =>
    writeFileSync(join(folder, `example-${index}.ts`), `// ${from}\n${code}\nexport {}\n`),
  )
  const options = {
    strict: true,
    noEmit: true,
    module: 'NodeNext',
    target: 'ES2022',
    lib: ['ES2023', 'ESNext.Disposable'],
    types: ['node'],
    skipLibCheck: false,
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['*.ts'] }))
  execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder], { stdio: 'inherit' })
})
