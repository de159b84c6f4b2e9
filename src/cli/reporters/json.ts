import type { QueenError } from '../../core/errors.js'
import { messageOf, redact } from '../../core/redact.js'
import type { CommandName } from '../command-name.js'
import { defined } from '../defined.js'
import { isQueenError } from '../invalid.js'
import type { CommandResult, ErrorDocument, JSONDocument } from './document.js'

/** The document of a command: of its result, its error, or both. */
export function documentOf(
  command: CommandName | null,
  result: CommandResult | undefined,
  thrown: unknown,
): JSONDocument {
  if (thrown === undefined && result !== undefined) return { ...headed(result), ok: true }
  const error = errorDocument(thrown)
  return result === undefined ? { command, ok: false, error } : { ...headed(result), ok: false, error }
}

/** The text of a document. Strings lose their passwords one by one, so that the JSON around them stays whole. */
export function jsonText(document: JSONDocument): string {
  return `${JSON.stringify(document, (_, value: unknown) => (typeof value === 'string' ? redact(value) : value), 2)}\n`
}

/** The command first, and room for `ok` behind it: people read this too. */
function headed<Result extends CommandResult>(result: Result): Result & { ok: boolean } {
  const { command, ...rest } = result
  return { command, ok: true, ...rest } as unknown as Result & { ok: boolean }
}

function errorDocument(thrown: unknown): ErrorDocument {
  if (!isQueenError(thrown))
    return { code: 'UNEXPECTED', message: messageOf(thrown), hint: 'run it with --verbose for the stack' }
  const {
    code,
    message,
    hint,
    version,
    migrationName: name,
    at,
    direction,
    serverCode,
    applied,
    rolledBack,
    versions,
    holder,
    blockers,
  } = thrown
  const facts = defined({ version, name, at, direction, serverCode, applied, rolledBack, versions, holder, blockers })
  return { code, message, hint, ...facts, ...defined({ statement: statementOf(thrown) }) }
}

function statementOf({ statement }: QueenError): ErrorDocument['statement'] {
  if (statement === undefined) return undefined
  const { number, total, text, line, column } = statement
  return { number, total, text, line, column }
}
