import type { Body } from './body.js'
import { copyDataEnd } from './copy-data.js'
import type { LexicalRules } from './dialect.js'
import { Lexer } from './lexer.js'
import { MysqlBody } from './mysql-body.js'
import { PostgresBody } from './postgres-body.js'
import { SqliteBody } from './sqlite-body.js'
import { isCode } from './token.js'
import { type Unclosed, UnterminatedSql } from './unterminated.js'

/** One statement of a text; the offsets are UTF-16 offsets into that text. */
export interface Statement {
  /** 1 for the first. */
  readonly number: number
  /** The text's exact slice from `start` to `end`, comments in front included, the delimiter not. */
  readonly text: string
  readonly start: number
  readonly end: number
  /** Where the first token stands that is no comment. */
  readonly codeStart: number
}

const bodyOf = (rules: LexicalRules): Body => {
  if (rules.dialect === 'postgres') return new PostgresBody()
  return rules.dialect === 'sqlite' ? new SqliteBody() : new MysqlBody()
}

/**
 * Cuts text into the statements a server would see, dropping those of comments only.
 * @throws {UnterminatedSql} when the text ends inside a string, a comment, a quoted name, a parenthesis or a body
 */
export function split(sql: string, rules: LexicalRules): Statement[] {
  const lexer = new Lexer(sql, rules)
  const body = bodyOf(rules)
  const statements: Statement[] = []
  let start = -1
  let codeStart = -1
  let end = 0
  let codeOpenAt = 0
  /** Once a search for the end of COPY data has failed, no later one can succeed. */
  let dataLeft = true
  const finish = (): void => {
    if (codeStart >= 0) {
      statements.push({ number: statements.length + 1, text: sql.slice(start, end), start, end, codeStart })
    }
    start = codeStart = -1
    body.reset()
  }
  while (lexer.next()) {
    const { kind } = lexer
    if (lexer.unterminated) throw new UnterminatedSql(unclosed(lexer), lexer.start)
    if (kind === 'delimiterLine') {
      finish()
      continue
    }
    if (kind === 'delimiter') {
      // A delimiter of the client's own choosing is told apart by the client, which knows nothing of bodies.
      if (lexer.delimiter === ';' && (!body.endsAt() || lexer.insideCode)) end = lexer.end
      else {
        if (dataLeft && body instanceof PostgresBody && body.readsData) {
          const dataEnd = copyDataEnd(sql, lexer.end)
          if (dataEnd === undefined) dataLeft = false
          else end = lexer.end = dataEnd
        }
        finish()
      }
      continue
    }
    if (start < 0) start = lexer.start
    end = lexer.end
    if (kind === 'codeOpen') codeOpenAt = lexer.start
    if (!isCode(kind)) continue
    if (codeStart < 0) codeStart = lexer.start
    body.see(lexer)
  }
  if (lexer.insideCode) throw new UnterminatedSql('comment', codeOpenAt)
  const open = codeStart < 0 ? undefined : body.open()
  if (open && lexer.delimiter === ';') throw new UnterminatedSql(open.what, open.offset)
  finish()
  return statements
}

function unclosed(lexer: Lexer): Unclosed {
  if (lexer.kind === 'blockComment') return 'comment'
  if (lexer.kind === 'quotedName') return 'quoted name'
  return lexer.kind === 'dollarString' ? 'dollar quote' : 'string'
}
