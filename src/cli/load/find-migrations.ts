import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Settings } from '../config/settings.js'
import { invalid } from '../invalid.js'

const NAMES = ['ts', 'mts', 'js', 'mjs'].map((extension) => `migrations.${extension}`)

/** Absolute path of the migrations module: the one that is named, or the one that is there. @throws QueenError `CONFIG_INVALID` */
export function findMigrations({ migrations, folder }: Settings): string {
  if (migrations !== undefined) return resolve(migrations.folder, migrations.value)
  const found = NAMES.map((name) => join(folder, name)).find((path) => existsSync(path))
  if (found !== undefined) return found
  throw invalid(
    `There is no migrations module in ${folder}`,
    `looked for ${NAMES.join(', ')}; queen init writes one, --migrations names another`,
  )
}
