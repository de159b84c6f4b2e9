import { readFile, writeFile } from 'node:fs/promises'
import { compareVersions, seriesOf } from '../../core/version.js'
import type { CommandContext, Outcome } from '../context.js'
import { insertMigration } from '../create/insert-migration.js'
import { nextVersion } from '../create/next-version.js'
import { invalid } from '../invalid.js'
import { shownPath } from '../load/shown-path.js'

const NAME = /^[A-Za-z0-9_-]{1,200}$/

/** Adds a new migration to the migrations module. */
export async function create({
  words,
  flags,
  io,
  registered,
  migrationsFile,
  notice,
}: CommandContext): Promise<Outcome> {
  const name = words[0]!
  if (!NAME.test(name))
    throw invalid(
      `${JSON.stringify(name)} cannot be the name of a migration`,
      'write letters, digits, _ and -, such as add_email',
    )
  const type = flags.type ?? 'sql'
  if (type !== 'sql' && type !== 'ts') throw invalid(`there is no type ${JSON.stringify(type)}`, 'write sql or ts')
  const file = await migrationsFile()
  const existing = (await registered()).migrations().map((migration) => migration.version)
  const version = nextVersion({
    existing,
    series: flags.series,
    version: typeof flags.version === 'string' ? flags.version : undefined,
    naming: flags.timestamp === true ? 'timestamp' : 'as before',
    now: new Date(),
  })
  const shown = shownPath(file, io.cwd)
  const inserted = insertMigration(await readFile(file, 'utf8'), file, { version, name, type })
  if (inserted === undefined) throw noPlace(shown, version, name)
  await writeFile(file, inserted.text)
  if (existing.some((one) => seriesOf(one) === seriesOf(version) && compareVersions(one, version) > 0))
    notice(`${version} comes before migrations that are there: where those are applied it will be out of order`)
  notice(`Write what ${name} does in place of the dots; until then queen up stops there.`)
  return { result: { command: 'create', version, name, file, line: inserted.line, at: `${shown}:${inserted.line}` } }
}

function noPlace(shown: string, version: string, name: string): Error {
  const snippet = `q.add({ version: '${version}', name: '${name}', upSQL: \`...\`, downSQL: \`...\` })`
  return invalid(
    `In ${shown} there is no place for a migration: no add() on an exported new Queen() at the top of the module`,
    `write it by hand: ${snippet}`,
    {
      at: shown,
    },
  )
}
