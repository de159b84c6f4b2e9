/** Words that may stand between CREATE, ALTER or DROP and the kind of thing; `X=` takes a value along. */
const modifiers = new Set(
  (
    'OR REPLACE TEMP TEMPORARY GLOBAL LOCAL UNLOGGED UNIQUE VIRTUAL RECURSIVE FULLTEXT SPATIAL AGGREGATE ONLINE ' +
    'OFFLINE IGNORE TRUSTED PROCEDURAL CONSTRAINT ALGORITHM DEFINER SQL SECURITY INVOKER UNDO'
  ).split(' '),
)

/** Kinds of things whose name is more than one word, and verbs that are. */
const pairs = new Set([
  'ACCESS METHOD',
  'DEFAULT PRIVILEGES',
  'EVENT TRIGGER',
  'FOREIGN TABLE',
  'FOREIGN DATA',
  'LARGE OBJECT',
  'MATERIALIZED VIEW',
  'OPERATOR CLASS',
  'OPERATOR FAMILY',
  'PACKAGE BODY',
  'RESOURCE GROUP',
  'TEXT SEARCH',
  'USER MAPPING',
])

const twoWords =
  /^(START (TRANSACTION|SLAVE|REPLICA|ALL|GROUP_REPLICATION)|STOP \S+|PREPARE TRANSACTION|(COMMIT|ROLLBACK) PREPARED|(LOCK|UNLOCK) TABLES?|RENAME \S+|TRUNCATE TABLE|INSTALL \S+|UNINSTALL \S+|CHANGE \S+|REINDEX [A-Z]\S*|XA \S+|LOAD \S+|SET (PASSWORD|TRANSACTION|ROLE|DEFAULT)|COMMENT ON|SECURITY LABEL|CACHE INDEX|IMPORT \S+|(ANALYZE|CHECK|OPTIMIZE|REPAIR) TABLES?|REASSIGN OWNED|PRAGMA \S+|BEGIN NOT)$/

/** Where the kind of thing stands in `CREATE [...] kind`. */
export function kindIndex(tokens: readonly string[]): number {
  let i = 1
  for (; i < tokens.length; i++) {
    const token = tokens[i]!
    const isWord = /^[A-Z]/.test(token)
    if (tokens[i - 1] === '=') continue
    if (isWord && !modifiers.has(token)) break
  }
  return i
}

/** The leading keywords that say what a statement does: `CREATE TABLE`, `INSERT`, `START TRANSACTION`. */
export function verbOf(tokens: readonly string[]): string {
  const [first = '', second = ''] = tokens
  if (first === 'CREATE' || first === 'ALTER' || first === 'DROP') {
    const at = kindIndex(tokens)
    const [kind = '', next = ''] = tokens.slice(at)
    return [first, kind, pairs.has(`${kind} ${next}`) ? next : ''].filter(Boolean).join(' ')
  }
  if (first === 'REFRESH') return 'REFRESH MATERIALIZED VIEW'
  return twoWords.test(`${first} ${second}`) ? `${first} ${second}` : first
}
