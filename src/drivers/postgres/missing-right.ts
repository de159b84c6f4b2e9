import { quoteName } from '../sql/quote.js'

/** Who works on a database, and which tables there are Queen's. */
export interface Actor {
  /** Whoever logged in. */
  readonly login: string
  /** The role it was to take; undefined: none. */
  readonly role?: string | undefined
  /** undefined before they are known. */
  readonly tables?: { readonly schema: string; readonly history: string; readonly journal: string } | undefined
}

const INSTEAD = `or run as a role that may, with role: '...'`
const KINDS = [
  ...['schema', 'materialized view', 'foreign table', 'table', 'relation', 'view', 'sequence', 'function', 'procedure'],
  ...['aggregate', 'database', 'domain', 'type', 'language', 'tablespace', 'foreign server', 'index', 'collation'],
].join('|')
const OBJECT = new RegExp(`^(?:permission denied for|must be owner of) (${KINDS}) (.+)$`)
const SET_ROLE = /^permission denied to set role "(.+)"$/

/**
 * The statement that gives the right which is missing, as far as the server's message tells what it is for. The message
 * names an object without its schema, unless that is Queen's own.
 */
export function missingRight(message: string, serverHint: string | undefined, actor: Actor): string {
  const grantee = quoteName(actor.role ?? actor.login)
  const taken = SET_ROLE.exec(message)?.[1]
  if (taken !== undefined) return `GRANT ${quoteName(taken)} TO ${quoteName(actor.login)}`
  // Asked for by tests alone, which want a database to throw away.
  if (message === 'permission denied to create database') return `ALTER ROLE ${quoteName(actor.login)} CREATEDB`
  const [, kind = '', name = ''] = OBJECT.exec(message) ?? []
  if (kind === '') return `${serverHint ?? `give the role ${grantee} the right it lacks`}; ${INSTEAD}`
  if (message.startsWith('must be owner of')) return ownership(kind, name, grantee)
  return `GRANT ${privileges(kind)} ON ${objects(kind, name, actor)} TO ${grantee}; ${INSTEAD}`
}

function ownership(kind: string, name: string, grantee: string): string {
  const owner = `the role ${grantee} must own`
  if (kind === 'index') return `${owner} the table of the index ${name}: run as its owner, with role: '...'`
  const what = kind === 'relation' ? 'TABLE' : kind.toUpperCase()
  return `${owner} it: run as the owner, with role: '...', or ALTER ${what} ${quoteName(name)} OWNER TO ${grantee}`
}

function privileges(kind: string): string {
  switch (kind) {
    case 'schema':
      return 'USAGE, CREATE'
    case 'database':
    case 'tablespace':
      return 'CREATE'
    case 'sequence':
      return 'USAGE, SELECT'
    case 'function':
    case 'procedure':
    case 'aggregate':
      return 'EXECUTE'
    case 'type':
    case 'domain':
    case 'language':
    case 'foreign server':
      return 'USAGE'
    default:
      return 'SELECT, INSERT, UPDATE, DELETE'
  }
}

function objects(kind: string, name: string, { tables }: Actor): string {
  if (kind === 'table' && tables !== undefined && [tables.history, tables.journal].includes(name))
    return [tables.history, tables.journal].map((one) => `${quoteName(tables.schema)}.${quoteName(one)}`).join(', ')
  const word = /table|view|relation/.test(kind) ? '' : `${kind === 'aggregate' ? 'FUNCTION' : kind.toUpperCase()} `
  return word + quoteName(name)
}
