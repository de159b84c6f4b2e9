import { groupEnd, isWord, nameText, splitList, textOf, tokensOf, unquoted, type SqlToken } from './tokens.js'

/** One constraint of a table or column, as its CREATE TABLE has it. */
export interface Constraint {
  readonly kind: ConstraintKind
  /** What stands behind CONSTRAINT. */
  readonly name: string | undefined
  /** The constraint's own tokens, its first word included. */
  readonly tokens: readonly SqlToken[]
  /** The column it was written at; undefined for one of the table's. */
  readonly column: string | undefined
}

type ConstraintKind =
  | 'primaryKey'
  | 'unique'
  | 'check'
  | 'foreignKey'
  | 'notNull'
  | 'default'
  | 'collate'
  | 'generated'
  | 'null'

/** What pragmas do not tell about a table: it stands in the text of its CREATE TABLE only. */
export interface TableDefinition {
  readonly constraints: readonly Constraint[]
  readonly rowids: 'reused' | 'autoincrement'
}

/** Reads a stored CREATE TABLE. SQLite accepted it, so it is well-formed. */
export function tableDefinition(sql: string): TableDefinition {
  const tokens = tokensOf(sql)
  const open = tokens.findIndex((token) => token.kind === 'other' && token.text === '(')
  const body = open === -1 ? [] : tokens.slice(open + 1, groupEnd(tokens, open) - 1)
  const constraints = splitList(body).flatMap((part) => {
    const table = TABLE_CONSTRAINTS.some((word) => part[0]?.kind === 'keyword' && part[0].text === word)
    return table ? constraintsIn(part, undefined) : constraintsIn(part.slice(1), part[0] && columnName(part[0]))
  })
  return {
    constraints,
    rowids: tokens.some((token) => token.text === 'AUTOINCREMENT' && token.kind === 'keyword')
      ? 'autoincrement'
      : 'reused',
  }
}

/** SQLite takes a text in quotes for a name where only a name can stand. */
function columnName({ text }: SqlToken): string {
  return text.startsWith("'") ? nameText(unquoted(text)) : text
}

const TABLE_CONSTRAINTS = ['CONSTRAINT', 'PRIMARY', 'UNIQUE', 'CHECK', 'FOREIGN']

/** Constraints one after the other; in a column, what stands before the first one is its type. */
function constraintsIn(tokens: readonly SqlToken[], column: string | undefined): Constraint[] {
  const found: { kind: ConstraintKind; name: string | undefined; tokens: SqlToken[] }[] = []
  let name: string | undefined
  for (let i = 0; i < tokens.length;) {
    const token = tokens[i]!
    if (isWord(token, 'CONSTRAINT')) {
      name = tokens[i + 1]?.text
      i += 2
      continue
    }
    const kind = beginning(tokens, i, found.at(-1)?.kind)
    const end =
      token.kind === 'other' && token.text === '('
        ? groupEnd(tokens, i)
        : kind === 'default'
          ? defaultEnd(tokens, i)
          : i + 1
    if (kind !== undefined) {
      found.push({ kind, name, tokens: [] })
      name = undefined
    }
    found.at(-1)?.tokens.push(...tokens.slice(i, end))
    i = end
  }
  return found.map((constraint) => ({ ...constraint, column }))
}

/** The kind of constraint that begins at a token; undefined when it goes on with the one before. */
function beginning(
  tokens: readonly SqlToken[],
  at: number,
  current: ConstraintKind | undefined,
): ConstraintKind | undefined {
  const token = tokens[at]!
  const before = tokens[at - 1]
  const next = tokens[at + 1]
  if (isWord(token, 'GENERATED') && isWord(next, 'ALWAYS')) return 'generated'
  if (token.kind !== 'keyword') return undefined
  switch (token.text) {
    case 'PRIMARY':
      return 'primaryKey'
    case 'UNIQUE':
      return 'unique'
    case 'CHECK':
      return 'check'
    case 'FOREIGN':
      return 'foreignKey'
    case 'REFERENCES':
      return current === 'foreignKey' && isTableKey(tokens, at) ? undefined : 'foreignKey'
    case 'COLLATE':
      return 'collate'
    case 'AS':
      return current === 'generated' && isWord(before, 'ALWAYS') ? undefined : 'generated'
    case 'NOT':
      return isWord(next, 'NULL') ? 'notNull' : undefined
    // ON DELETE SET NULL and ON DELETE SET DEFAULT belong to a foreign key, the NULL of NOT NULL to that.
    case 'NULL':
      return isWord(before, 'SET') || isWord(before, 'NOT') ? undefined : 'null'
    case 'DEFAULT':
      return isWord(before, 'SET') ? undefined : 'default'
    default:
      return undefined
  }
}

/** Whether a REFERENCES stands behind FOREIGN KEY (...), of which it is the second half. */
function isTableKey(tokens: readonly SqlToken[], references: number): boolean {
  const before = tokens
    .slice(0, references)
    .findLastIndex((token) => token.kind === 'keyword' && (token.text === 'FOREIGN' || token.text === 'REFERENCES'))
  return tokens[before]?.text === 'FOREIGN'
}

/** A default is a group, or a literal that may have a sign. */
function defaultEnd(tokens: readonly SqlToken[], at: number): number {
  const first = tokens[at + 1]
  if (first?.text === '(') return groupEnd(tokens, at + 1)
  return first?.text === '+' || first?.text === '-' ? at + 3 : at + 2
}

/** What a key does with a conflict: ` ON CONFLICT IGNORE`, '' where it just fails. */
export function conflictText(tokens: readonly SqlToken[]): string {
  const at = tokens.findIndex((token, index) => isWord(token, 'ON') && isWord(tokens[index + 1], 'CONFLICT'))
  const resolution = tokens[at + 2]?.text.toUpperCase()
  return at === -1 || resolution === 'ABORT' ? '' : ` ON CONFLICT ${resolution}`
}

/** The first group in parentheses as the texts of its parts; undefined where there is none. */
export function groupTexts(tokens: readonly SqlToken[]): string[] | undefined {
  const open = tokens.findIndex((token) => token.kind === 'other' && token.text === '(')
  if (open === -1) return undefined
  return splitList(tokens.slice(open + 1, groupEnd(tokens, open) - 1)).map(textOf)
}
