import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CommandContext, Outcome } from '../context.js'
import { codeOf } from '../../core/redact.js'
import { invalid } from '../invalid.js'
import {
  configFile,
  migrationsFile,
  packageFile,
  SCRIPTS,
  startingDatabase,
  testFile,
  type StartingDatabase,
} from '../create/starting-files.js'

/** Writes what a project needs to begin with. Files that exist are never touched. */
export async function init({ io, settings }: CommandContext): Promise<Outcome> {
  const { cwd } = io
  const present = await readPackage(cwd)
  const { url } = settings
  const variable = url?.source === 'QUEEN_URL' ? 'QUEEN_URL' : 'DATABASE_URL'
  const database = startingDatabase(url?.value, variable)
  // Without "type": "module" only this extension means an ES module to every tool.
  const extension = present === undefined || present.type === 'module' ? 'ts' : 'mts'
  const wanted: [string, string][] = [
    ...(present === undefined ? ([['package.json', packageFile()]] as [string, string][]) : []),
    [`migrations.${extension}`, migrationsFile(database)],
    [`queen.config.${extension}`, configFile(database)],
    [`migrations.test.${extension}`, testFile(extension === 'ts' ? 'js' : 'mjs', database)],
    ['.gitignore', database.gitignore],
  ]
  const created: string[] = []
  const kept: string[] = present === undefined ? [] : ['package.json']
  for (const [name, text] of wanted) {
    const twin =
      twinOf(name, cwd) ??
      (name.startsWith('migrations.') && !name.includes('.test.') ? settings.migrations?.value : undefined)
    if (twin !== undefined) kept.push(twin)
    else if (await write(join(cwd, name), text)) created.push(name)
    else kept.push(name)
  }
  // A URL on the command line may hold a password, so that it is written nowhere.
  const set = database.driver !== undefined && url?.source !== variable ? [`set ${variable}, for example in .env`] : []
  return { result: { command: 'init', created, kept, next: [...set, ...(await nextSteps(cwd, present, database))] } }
}

/** A file that does the same under another extension: two migrations modules would be one too many. */
function twinOf(name: string, cwd: string): string | undefined {
  const [, stem] = /^(queen\.config|migrations\.test|migrations)\.m?ts$/.exec(name) ?? []
  if (stem === undefined) return undefined
  return ['ts', 'mts', 'js', 'mjs', 'json', 'yaml', 'yml']
    .map((one) => `${stem}.${one}`)
    .find((one) => existsSync(join(cwd, one)))
}

/** false: it is there. The system decides, so that nothing which comes in between is overwritten. */
async function write(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: 'wx' })
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw invalid(
      `${file} cannot be written (${codeOf(error) ?? 'unknown reason'})`,
      'run it in a folder you may write to',
    )
  }
}

interface Package {
  readonly type?: string
  readonly scripts?: Readonly<Record<string, string>>
}

async function readPackage(cwd: string): Promise<Package | undefined> {
  try {
    return JSON.parse((await readFile(join(cwd, 'package.json'), 'utf8')).replace(/^\uFEFF/, '')) as Package
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw invalid('package.json cannot be read', 'correct it, or remove it')
  }
}

async function nextSteps(
  cwd: string,
  present: Package | undefined,
  { client, gitignore }: StartingDatabase,
): Promise<string[]> {
  const install = existsSync(join(cwd, 'node_modules', 'queen-migrate')) ? [] : [`npm install queen-migrate ${client}`]
  const tests = existsSync(join(cwd, 'node_modules', 'vitest')) ? [] : ['npm install --save-dev vitest typescript']
  const missing =
    present === undefined ? [] : Object.entries(SCRIPTS).filter(([name]) => present.scripts?.[name] === undefined)
  const scripts = missing.map(([name, command]) => `npm pkg set 'scripts.${name}=${command}'`)
  const ignored = await readFile(join(cwd, '.gitignore'), 'utf8').catch(() => '')
  const ignore = gitignore.split('\n').filter((line) => line !== '' && !ignored.split(/\r?\n/).includes(line))
  return [
    ...install,
    ...tests,
    ...scripts,
    ...ignore.map((line) => `add ${line} to .gitignore`),
    'npx queen up',
    'npx queen status',
  ]
}
