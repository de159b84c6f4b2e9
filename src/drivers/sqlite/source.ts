import { resolve } from 'node:path'
import { QueenError } from '../../core/errors.js'
import type { SqliteClient, SqliteFileOptions } from './client.js'

/** Where the database is. */
export type SqliteSource<Client extends SqliteClient = SqliteClient> =
  | { readonly kind: 'file'; readonly path: string; readonly options: SqliteFileOptions }
  | { readonly kind: 'memory' }
  | { readonly kind: 'client'; readonly client: Client }

/** The options object `sqlite` takes: `better-sqlite3`'s own, with the file's name. */
export interface SqliteOptions extends SqliteFileOptions {
  readonly filename: string
}

const MODES: Readonly<Record<string, SqliteFileOptions>> = {
  ro: { readonly: true, fileMustExist: true },
  rw: { fileMustExist: true },
  rwc: {},
}

/**
 * Reads what `sqlite` was given: a path, `:memory:`, a URL (`sqlite:app.db`, `sqlite:///var/app.db?mode=rw`), the
 * options object, or a client.
 *
 * @throws QueenError `CONFIG_INVALID`
 */
export function sourceFrom<Client extends SqliteClient>(target: string | SqliteOptions | Client): SqliteSource<Client> {
  if (typeof target === 'string') return fromText(target)
  if (typeof target !== 'object' || target === null) throw invalid(`is of type ${typeof target}`)
  if ('prepare' in target) {
    const { client } = { client: target as Client }
    // A client on a file is only asked which file: migrations get a connection that no other code can step into.
    return client.memory
      ? { kind: 'client', client }
      : { kind: 'file', path: resolve(client.name), options: client.readonly ? MODES['ro']! : {} }
  }
  const { filename, ...options } = target as SqliteOptions
  if (typeof filename !== 'string') throw invalid('has no "filename"')
  return filename === ':memory:' ? { kind: 'memory' } : { kind: 'file', path: resolve(filename), options }
}

function fromText(text: string): SqliteSource<never> {
  if (text.includes('\0')) throw invalid('has a NUL character')
  const url = /^sqlite:(?:\/\/)?(.*)$/s.exec(text)
  const [name, query] = url === null ? [text, undefined] : splitQuery(url[1]!)
  if (name === ':memory:') return { kind: 'memory' }
  if (name === '') throw invalid('names no file')
  return { kind: 'file', path: resolve(name), options: modeFrom(query) }
}

function splitQuery(text: string): [string, string | undefined] {
  const mark = text.indexOf('?')
  return mark === -1 ? [text, undefined] : [text.slice(0, mark), text.slice(mark + 1)]
}

function modeFrom(query: string | undefined): SqliteFileOptions {
  if (query === undefined) return {}
  const parameters = new URLSearchParams(query)
  const mode = parameters.get('mode') ?? 'rwc'
  const unknown = [...parameters.keys()].find((key) => key !== 'mode')
  if (unknown !== undefined)
    throw invalid(`has the parameter "${unknown}"`, 'the only one is mode=ro, mode=rw or mode=rwc')
  return (
    MODES[mode] ?? raise(invalid(`has mode=${mode}`, 'modes are ro, rw (the file must exist) and rwc (the default)'))
  )
}

function raise(error: QueenError): never {
  throw error
}

function invalid(
  problem: string,
  hint = "write a path, ':memory:', 'sqlite:app.db', { filename }, or pass a better-sqlite3 database",
): QueenError {
  return new QueenError('CONFIG_INVALID', `The SQLite database ${problem}`, { hint })
}
