import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { codeOf, messageOf, safeCause } from '../../core/redact.js'
import { invalid, isQueenError } from '../invalid.js'
import { shownPath } from './shown-path.js'
import { syntaxFault } from './syntax-fault.js'

interface Loading {
  readonly file: string
  readonly shown: string
  readonly kind: string
  readonly cwd: string
}

/** What made loading a module fail, as a person has to read it: the kind of fault, file, line and column. */
export function loadFailure(thrown: unknown, loading: Loading): unknown {
  if (isQueenError(thrown)) return thrown
  const { kind, shown } = loading
  const missing = missingImport(thrown, loading)
  if (missing !== undefined)
    return invalid(
      `${missing.at} imports ${missing.what}, which does not exist`,
      'install the package, or correct the path',
      { at: missing.at },
    )
  const fault = syntaxFault(thrown, loading.file)
  if (fault !== undefined) {
    const at = fault.file === undefined ? shown : placeText(shownPath(fault.file, loading.cwd), fault)
    const where = fault.file === undefined ? `${shown}, or a module it imports,` : at
    return invalid(`${where} has a syntax error: ${fault.message}`, 'correct it there, or right before', { at })
  }
  const place = firstPlace(thrown, loading.cwd)
  const at = place ?? shown
  const hint = 'the module must load without a database and without running anything'
  return invalid(
    `The ${kind} ${shown} threw while it was loaded${place === undefined ? '' : `, at ${place}`}: ${messageOf(thrown)}`,
    hint,
    {
      at,
      cause: safeCause(thrown),
    },
  )
}

function placeText(file: string, { line, column }: { line?: number; column?: number }): string {
  return [file, line, column].filter((part) => part !== undefined).join(':')
}

/** Node and jiti say it differently; both mean that one module imports another which is not there. */
function missingImport(thrown: unknown, { file, shown, cwd }: Loading): { at: string; what: string } | undefined {
  const code = codeOf(thrown)
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND' && code !== 'ERR_UNSUPPORTED_DIR_IMPORT')
    return undefined
  const text = messageOf(thrown)
  const what = /(?:module|package|import) '([^']+)'/.exec(text)?.[1]
  if (what === undefined) return undefined
  const from = /imported from (.+?)$/m.exec(text)?.[1] ?? /Require stack:\n- (.+)/.exec(text)?.[1] ?? file
  const importer = from.startsWith('file:') ? fileURLToPath(from) : from
  const found = importStatement(importer, what)
  const name = importer === file ? shown : shownPath(importer, cwd)
  return { at: placeText(name, found ?? {}), what: `'${found?.written ?? what}'` }
}

function importStatement(
  importer: string,
  missing: string,
): { line: number; column: number; written: string } | undefined {
  let text
  try {
    text = readFileSync(importer, 'utf8')
  } catch {
    return undefined
  }
  for (const match of text.matchAll(/(?:\bfrom|\bimport|\brequire)\s*\(?\s*(['"])(.+?)\1/g)) {
    const written = match[2]!
    const names =
      written === missing || written.startsWith(`${missing}/`) || resolve(dirname(importer), written) === missing
    if (!names) continue
    const before = text.slice(0, match.index + match[0].indexOf(match[1]!)).split('\n')
    return { line: before.length, column: before.at(-1)!.length + 1, written }
  }
  return undefined
}

/** The innermost place in the user's own code that an error passed through. */
function firstPlace(thrown: unknown, cwd: string): string | undefined {
  if (!(thrown instanceof Error)) return undefined
  for (const line of (thrown.stack ?? '').split('\n')) {
    const match = /(?:\(|at (?:async )?)((?:file:\/\/)?\/[^()\n]+?|[A-Za-z]:\\[^()\n]+?):(\d+):(\d+)\)?$/.exec(line)
    if (match === null || /node_modules|node:/.test(match[1]!)) continue
    const file = match[1]!.startsWith('file:') ? fileURLToPath(match[1]!.split('?')[0]!) : match[1]!
    return `${shownPath(file, cwd)}:${match[2]}:${match[3]}`
  }
  return undefined
}
