import { classify } from '../../core/sql/classify.js'
import { phrase, starts } from '../../core/sql/phrase.js'
import { split } from '../../core/sql/split.js'
import { tickName } from '../sql/quote.js'
import type { Facts } from './facts.js'
import type { Ask } from './holder.js'
import { literal } from './literal.js'

/** Variables of a session that change by themselves, or that nothing is gained by putting back. */
const RESTLESS =
  /^(timestamp|rand_seed\d|last_insert_id|identity|insert_id|pseudo_.*|error_count|warning_count|gtid_.*|last_gtid|statement_id|in_transaction|proxy_user|external_user|resultset_metadata|innodb_.*_lsn|hostname|server_.*)$/i
const USER_VARIABLE = /(?<![@\w.])@(`[^`]+`|[\w$.]+)/g
/** First words of statements that may change a setting, or run what may. */
const SETS = new Set(['SET', 'USE', 'CALL', 'EXECUTE', 'BEGIN', 'IF', 'CASE', 'LOOP', 'WHILE', 'REPEAT', 'FOR', ''])
const LOCKS = new Set(['LOCK TABLES', 'LOCK TABLE', 'FLUSH', ''])

/** What a script may leave behind in the session. */
interface Traces {
  settings: 'no' | 'maybe'
  locks: 'no' | 'maybe'
  role: 'no' | 'maybe'
  readonly temporary: Set<string>
  readonly variables: Set<string>
  readonly branches: Set<string>
}

/**
 * The state of a session, and how it is brought back after a script: settings, the database that USE chose, temporary
 * tables, table locks, the role, variables and XA transactions. What a script cannot have touched, by the words of its
 * statements, is not looked at.
 */
export class SessionState {
  readonly #facts: Facts
  readonly #use: 'own' | 'lent'
  #baseline: ReadonlyMap<string, string> | undefined
  #traces: Traces = untouched()

  constructor(facts: Facts, use: 'own' | 'lent') {
    this.#facts = facts
    this.#use = use
  }

  /** Whether something may have to be put back. */
  get touched(): boolean {
    const { settings, locks, role, temporary, variables, branches } = this.#traces
    return [settings, locks, role].includes('maybe') || temporary.size + variables.size + branches.size > 0
  }

  /** XA transactions that were begun. */
  get branches(): readonly string[] {
    return [...this.#traces.branches]
  }

  /** A text that is going to be executed, of one statement or several. */
  see(text: string): void {
    const traces = this.#traces
    for (const verb of verbsOf(text, this.#facts)) {
      if (SETS.has(verb.split(' ', 1)[0]!)) traces.settings = 'maybe'
      if (verb === 'SET ROLE') traces.role = 'maybe'
      if (LOCKS.has(verb)) traces.locks = 'maybe'
    }
    if (/temporary/i.test(text)) temporaryTables(text, this.#facts).forEach((name) => traces.temporary.add(name))
    if (/\bxa\b/i.test(text)) branchesOf(text, this.#facts).forEach((name) => traces.branches.add(name))
    for (const [, name] of text.matchAll(USER_VARIABLE)) traces.variables.add(name!)
  }

  /** Nobody sees what is done with the client itself. */
  seeAnything(): void {
    Object.assign(this.#traces, { settings: 'maybe', locks: 'maybe', role: 'maybe' })
  }

  /** Before a script that may touch settings: what they are. */
  async enter(ask: Ask): Promise<void> {
    this.#baseline ??= await variables(ask)
  }

  /** Brings back what the script may have touched. @throws the server's error */
  async restore(ask: Ask): Promise<void> {
    const traces = this.#traces
    this.#traces = untouched()
    if (traces.locks === 'maybe') await ask('UNLOCK TABLES')
    for (const name of traces.temporary) await ask(`DROP TEMPORARY TABLE IF EXISTS ${name}`)
    // Whoever lent the connection may keep something in variables of the same name.
    if (this.#use === 'own' && traces.variables.size > 0)
      await ask(`SET ${[...traces.variables].map((name) => `@${name} = NULL`).join(', ')}`)
    if (traces.role === 'maybe') await ask('SET ROLE DEFAULT').catch(() => {})
    if (traces.settings === 'no' || this.#baseline === undefined) return
    for (const [name, value] of await variables(ask)) {
      const before = this.#baseline.get(name)
      // A variable of the whole server, which somebody else changed, is refused here and may stay.
      if (before !== undefined && before !== value)
        await ask(`SET SESSION ${name} = ${written(name, before)}`).catch(() => {})
    }
    const { current } = this.#facts
    const [row] = await ask('SELECT DATABASE()')
    if (current !== null && row?.[0]?.[0] !== current) await ask(`USE ${tickName(current)}`)
  }

  /** The settings that Queen itself changed, as they were. */
  get parting(): string {
    const { found } = this.#facts
    const names = ['autocommit', 'lock_wait_timeout', 'innodb_lock_wait_timeout', 'wait_timeout']
    return `SET ${names.map((name) => `SESSION ${name} = ${written(name, found[name] ?? '')}`).join(', ')}`
  }
}

function untouched(): Traces {
  return {
    settings: 'no',
    locks: 'no',
    role: 'no',
    temporary: new Set(),
    variables: new Set(),
    branches: new Set(),
  }
}

/** What each statement begins with; '' for a text that cannot be read. */
function verbsOf(text: string, { rules }: Facts): string[] {
  try {
    return split(text, rules).map((one) => classify(one.text, rules).verb)
  } catch {
    return ['']
  }
}

async function variables(ask: Ask): Promise<Map<string, string>> {
  const [rows] = await ask('SHOW SESSION VARIABLES')
  return new Map(
    rows!.filter(([name]) => !RESTLESS.test(name!)).map(([name, value]) => [name!.toLowerCase(), value ?? '']),
  )
}

function written(name: string, value: string): string {
  if (name === 'character_set_results' && value === '') return 'NULL'
  return /^-?\d+(\.\d+)?$/.test(value) ? value : literal(value)
}

/** The names that CREATE TEMPORARY TABLE gives, as they are written. */
function temporaryTables(text: string, { rules }: Facts): string[] {
  const tokens = phrase(text, rules)
  const names: string[] = []
  tokens.forEach((token, at) => {
    if (token !== 'TEMPORARY' || !/^TABLES?$/.test(tokens[at + 1] ?? '')) return
    let next = at + 2
    if (starts(tokens.slice(next), 'IF', 'NOT', 'EXISTS')) next += 3
    const [name = '', dot, table = ''] = tokens.slice(next)
    // Words come in capitals: the name is looked up in the text.
    const found = [name, ...(dot === '.' ? [table] : [])].map((part) => asWritten(part, text))
    names.push(found.join('.'))
  })
  return names
}

function asWritten(token: string, text: string): string {
  if (/^[`"]/.test(token)) return token
  return text.slice(text.toUpperCase().indexOf(token)).slice(0, token.length)
}

/** The names that XA START gives. */
function branchesOf(text: string, { rules }: Facts): string[] {
  const tokens = phrase(text, rules)
  return tokens.flatMap((token, at) =>
    token === 'XA' && /^(START|BEGIN)$/.test(tokens[at + 1] ?? '')
      ? [
          tokens
            .slice(at + 2)
            .filter((one) => one !== 'JOIN' && one !== 'RESUME')
            .join(''),
        ]
      : [],
  )
}
