/** The SQL dialects whose lexical rules are known; MariaDB speaks `mysql`. */
export type Dialect = 'postgres' | 'mysql' | 'sqlite'

/** Server settings that change how MySQL's lexer reads; both are words of its sql_mode. */
export interface LexicalMode {
  readonly ansiQuotes?: boolean
  readonly noBackslashEscapes?: boolean
}

/** How one dialect's own lexer cuts text into tokens, as data. */
export interface LexicalRules {
  readonly dialect: Dialect
  readonly whiteSpace: string
  /** A byte order mark opens the text (and is dropped); SQLite takes it for white space before any token. */
  readonly byteOrderMark: 'leading' | 'space'
  readonly stringQuotes: string
  /** Quotes of names that escape themselves by doubling. */
  readonly nameQuotes: string
  /** `[name]`, without an escape. */
  readonly bracketNames: boolean
  /** Letters that, glued to a quote, open a string. */
  readonly stringPrefixes: string
  /** Those of the prefixes whose string ends at the very next quote: bits and bytes. */
  readonly rawPrefixes: string
  /** `U&'x'` and `U&"x"`. */
  readonly unicodePrefix: boolean
  /** Where a backslash takes the next character with it. */
  readonly backslashes: 'nowhere' | 'in E strings' | 'in strings'
  /** `'a'`, a line end, `'b'`: one string. */
  readonly stringContinuation: boolean
  readonly dashComments: 'always' | 'before space'
  readonly hashComments: boolean
  readonly lineCommentEnds: 'LF' | 'LF or CR'
  readonly nestedComments: boolean
  /** What the server makes of a block comment that runs to the end of the text. */
  readonly openBlockComment: 'accepted' | 'refused'
  /** Comments that hold code: `/*! ... *\/`. */
  readonly codeComments: boolean
  /** What `$` starts: a dollar quote or `$1`, a word, or a parameter. After `AS`, MySQL 9 reads dollar quotes too. */
  readonly dollar: 'quote' | 'word' | 'parameter'
  readonly parameters: 'none' | 'mysql' | 'sqlite'
  readonly parameterCharacters: string
  readonly operatorCharacters: string
  /** `'munch'` is PostgreSQL's rule for operators anyone may define; otherwise the operators of two characters or more. */
  readonly operators: 'munch' | readonly string[]
  /** Whether the client's `DELIMITER` lines are understood. */
  readonly delimiterLines: boolean
}

const postgres: LexicalRules = {
  dialect: 'postgres',
  whiteSpace: ' \t\n\r\f\v',
  byteOrderMark: 'leading',
  stringQuotes: "'",
  nameQuotes: '"',
  bracketNames: false,
  stringPrefixes: 'eEbBxXnN',
  rawPrefixes: 'bBxX',
  unicodePrefix: true,
  backslashes: 'in E strings',
  stringContinuation: true,
  dashComments: 'always',
  hashComments: false,
  lineCommentEnds: 'LF or CR',
  nestedComments: true,
  openBlockComment: 'refused',
  codeComments: false,
  dollar: 'quote',
  parameters: 'none',
  parameterCharacters: '',
  operatorCharacters: '~!@#^&|`?+-*/%<>=',
  operators: 'munch',
  delimiterLines: false,
}

const sqlite: LexicalRules = {
  dialect: 'sqlite',
  whiteSpace: ' \t\n\r\f',
  byteOrderMark: 'space',
  stringQuotes: "'",
  nameQuotes: '"`',
  bracketNames: true,
  stringPrefixes: 'xX',
  rawPrefixes: 'xX',
  unicodePrefix: false,
  backslashes: 'nowhere',
  stringContinuation: false,
  dashComments: 'always',
  hashComments: false,
  lineCommentEnds: 'LF',
  nestedComments: false,
  openBlockComment: 'accepted',
  codeComments: false,
  dollar: 'parameter',
  parameters: 'sqlite',
  parameterCharacters: '?@#:$',
  operatorCharacters: '~!&|+-*/%<>=',
  operators: ['->>', '->', '||', '==', '<=', '<>', '<<', '>=', '>>', '!='],
  delimiterLines: false,
}

const mysql = (mode: LexicalMode): LexicalRules => ({
  dialect: 'mysql',
  whiteSpace: ' \t\n\r\f\v',
  byteOrderMark: 'leading',
  stringQuotes: mode.ansiQuotes ? "'" : '\'"',
  nameQuotes: mode.ansiQuotes ? '`"' : '`',
  bracketNames: false,
  stringPrefixes: 'bBxXnN',
  rawPrefixes: 'bBxX',
  unicodePrefix: false,
  backslashes: mode.noBackslashEscapes ? 'nowhere' : 'in strings',
  stringContinuation: false,
  dashComments: 'before space',
  hashComments: true,
  lineCommentEnds: 'LF',
  nestedComments: false,
  openBlockComment: 'refused',
  codeComments: true,
  dollar: 'word',
  parameters: 'mysql',
  parameterCharacters: '?@',
  operatorCharacters: '~!^&|+-*/%<>=',
  operators: ['<=>', '->>', '->', '||', '&&', '<=', '<>', '<<', '>=', '>>', '!='],
  delimiterLines: true,
})

const mysqlByMode = [false, true].map((ansiQuotes) =>
  [false, true].map((noBackslashEscapes) => mysql({ ansiQuotes, noBackslashEscapes })),
)

/** The rules of a dialect. The same arguments give the same object, so tables derived from it are built once. */
export function rulesFor(dialect: Dialect, mode: LexicalMode = {}): LexicalRules {
  if (dialect === 'postgres') return postgres
  if (dialect === 'sqlite') return sqlite
  return mysqlByMode[mode.ansiQuotes ? 1 : 0]![mode.noBackslashEscapes ? 1 : 0]!
}
