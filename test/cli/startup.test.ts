import { expect, test } from 'vitest'
import { Project, SOUND } from '../support/cli.js'

/** Writes the packages a process has loaded to stderr when it ends. */
const SPY = `process.on('exit', () => {
  const names = Object.keys(require.cache).map((file) => /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(file)?.[1])
  process.stderr.write('loaded ' + [...new Set(names.filter(Boolean))].sort().join(' '))
})`

async function loaded(project: Project, line: string): Promise<string[]> {
  const { code, stderr } = await project.start(line.split(' '), {
    NODE_OPTIONS: `--require ${project.path('spy.cjs')}`,
  }).done
  expect(code, stderr).toBe(0)
  return /loaded (.*)$/.exec(stderr)![1]!.split(' ')
}

test('what a command does not need is not loaded', async () => {
  const project = new Project({ 'migrations.mjs': SOUND, 'm.ts': SOUND, 'spy.cjs': SPY })
  const heavy = new Set(['jiti', 'yaml', '@babel/parser', 'cli-table3'])
  const late = async (line: string): Promise<string[]> =>
    (await loaded(project, line)).filter((name) => heavy.has(name))
  expect(await loaded(project, '--version')).not.toContain('better-sqlite3')
  expect(await late('status')).toEqual([])
  expect(await late('up')).toEqual([])
  expect(await late('status --migrations m.ts')).toEqual(
    (process.features as { typescript?: unknown }).typescript ? [] : ['jiti'],
  )
})
