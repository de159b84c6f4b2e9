import type { Body } from './body.js'
import type { Lexer } from './lexer.js'
import { type Head, openers, readHead } from './mysql-head.js'

/** Something that an END closes. `value` is a CASE expression, `declarations` what stands between AS and BEGIN. */
interface Frame {
  readonly what: 'BEGIN' | 'IF' | 'CASE' | 'LOOP' | 'WHILE' | 'REPEAT' | 'FOR' | 'value' | 'package' | 'declarations'
  readonly offset: number
}

/**
 * What the next token may be. `statement`: the first word of a statement. `body`: the same, or one more word of what
 * goes before a body without any word to part them (`CREATE PROCEDURE p() NO SQL BEGIN`, `HANDLER FOR NOT FOUND SET`).
 */
type Expects = 'name' | 'header' | 'body' | 'follows' | 'statement' | 'rest'

/** First words of simple statements: behind one of them `IF(` and `REPEAT(` are functions. */
const simple = new Set(
  (
    'ALTER ANALYZE CALL CHECK CLOSE COMMIT CREATE DEALLOCATE DELETE DO DROP EXECUTE FETCH FLUSH GET GRANT INSERT ITERATE ' +
    'LEAVE OPEN OPTIMIZE PREPARE RENAME REPAIR REPLACE RESIGNAL RETURN REVOKE ROLLBACK SAVEPOINT SELECT SET SHOW SIGNAL ' +
    'START TABLE TRUNCATE UPDATE VALUES WITH XA'
  ).split(' '),
)

/**
 * MySQL and MariaDB keep `;` in the bodies of stored programs, and so does this splitter when no DELIMITER line says
 * otherwise. It follows which statement nests in which: an IF is a statement only where a statement may begin, and an
 * END closes only what is open.
 */
export class MysqlBody implements Body {
  #head: Head = 'start'
  #frames: Frame[] = []
  #expects: Expects = 'rest'
  #parentheses = 0
  #before = ''
  #labelMayEnd = false
  /** In a package body: a routine's heading was read, so the next BEGIN is its body and not the package's own. */
  #routineOpen = false
  #declares = false
  /** `RETURN` in a heading: a simple body, or in sql_mode ORACLE the type, which AS follows. */
  #returns = false

  reset(): void {
    this.#head = 'start'
    this.#frames = []
    this.#expects = 'rest'
    this.#parentheses = 0
    this.#before = ''
    this.#labelMayEnd = this.#routineOpen = this.#declares = this.#returns = false
  }

  see(lexer: Lexer): void {
    if (this.#head === 'plain') return
    const before = this.#before
    // After a dot every word is a name.
    const word = before === '.' ? '' : lexer.keyword()
    this.#before = word || (lexer.kind === 'word' ? 'name' : lexer.end - lexer.start > 2 ? '' : lexer.text())
    if (this.#head === 'start' || this.#head === 'create' || this.#head === 'alter' || this.#head === 'begin') {
      return this.#seeHead(lexer, before)
    }
    this.#seeToken(lexer, word, before)
  }

  endsAt(): boolean {
    while (this.#top === 'value') this.#frames.pop()
    this.#parentheses = 0
    this.#before = ''
    this.#labelMayEnd = this.#declares = this.#returns = false
    if (this.#top === 'package') this.#routineOpen = false
    this.#expects = 'statement'
    return this.#frames.length === 0
  }

  open(): ReturnType<Body['open']> {
    while (this.#top === 'value') this.#frames.pop()
    const [outermost] = this.#frames
    return outermost && { what: 'body', offset: outermost.offset }
  }

  get #top(): Frame['what'] | undefined {
    return this.#frames.at(-1)?.what
  }

  #push(what: Frame['what'], offset: number): void {
    this.#frames.push({ what, offset })
  }

  #seeHead(lexer: Lexer, before: string): void {
    const from = this.#head
    this.#head = readHead(from, lexer, before === '=' || before === '@')
    if (this.#head === 'routine' || this.#head === 'trigger' || this.#head === 'event') this.#expects = 'name'
    else if (this.#head === 'package') {
      this.#push('package', lexer.start)
      this.#expects = 'name'
    } else if (this.#head === 'compound') {
      // BEGIN was passed over to see whether NOT ATOMIC follows.
      if (from === 'begin') this.#push('BEGIN', lexer.start)
      else this.#open(lexer, lexer.keyword())
    }
  }

  #seeToken(lexer: Lexer, word: string, before: string): void {
    if (lexer.kind === 'punctuation') return this.#seePunctuation(lexer)
    this.#labelMayEnd = false
    if (this.#parentheses > 0) return this.#seeExpression(lexer, word)
    switch (this.#expects) {
      case 'name':
        return this.#seeName(word, before)
      case 'header':
        return this.#seeHeader(word, before)
      case 'follows':
        // The trigger named by FOLLOWS or PRECEDES.
        this.#expects = 'body'
        return
      case 'body':
        return this.#seeBeforeBody(lexer, word, before)
      case 'statement':
        return this.#seeStatement(lexer, word)
      case 'rest':
        return this.#seeRest(lexer, word, before)
    }
  }

  #seePunctuation(lexer: Lexer): void {
    const character = lexer.sql[lexer.start]
    if (character === '(') this.#parentheses++
    else if (character === ')') this.#parentheses = Math.max(0, this.#parentheses - 1)
    else if (character === ':' && this.#labelMayEnd) this.#expects = 'statement'
    this.#labelMayEnd = false
  }

  /** `[IF NOT EXISTS] name`, where any word may be the name. */
  #seeName(word: string, before: string): void {
    if (word === 'IF' || (word === 'NOT' && before === 'IF') || (word === 'EXISTS' && before === 'NOT')) return
    if (this.#head === 'package' && word === 'BODY') return
    this.#expects = this.#head === 'routine' || this.#head === 'package' ? 'body' : 'header'
    if (this.#head === 'package') this.#head = 'compound'
  }

  /** A trigger's head ends with FOR EACH ROW, an event's with DO. */
  #seeHeader(word: string, before: string): void {
    if (this.#head === 'trigger' ? word === 'ROW' && before === 'EACH' : word === 'DO') this.#expects = 'body'
  }

  #seeBeforeBody(lexer: Lexer, word: string, before: string): void {
    if (this.#head === 'trigger' && before === 'ROW' && (word === 'FOLLOWS' || word === 'PRECEDES')) {
      this.#expects = 'follows'
    } else if (openers.has(word)) this.#seeStatement(lexer, word)
    else if (this.#top === 'package' && (word === 'PROCEDURE' || word === 'FUNCTION')) this.#routineOpen = true
    else if ((word === 'AS' || word === 'IS') && (this.#top !== 'package' || this.#routineOpen)) {
      this.#openDeclarations(lexer)
    } else if (
      word === 'SET' ? before !== 'CHARACTER' && before !== 'CHAR' && before !== 'RETURNS' : simple.has(word)
    ) {
      this.#returns = word === 'RETURN'
      if (word !== 'RETURN' || this.#top !== 'package') this.#expects = 'rest'
    } else this.#labelMayEnd = lexer.kind === 'word' || lexer.kind === 'quotedName'
  }

  #seeStatement(lexer: Lexer, word: string): void {
    if (word === 'END') {
      this.#close()
      return
    }
    if (openers.has(word)) return this.#open(lexer, word)
    if (word === 'ELSE') return
    if (this.#top === 'package' && (word === 'PROCEDURE' || word === 'FUNCTION')) {
      this.#routineOpen = true
      this.#expects = 'body'
      return
    }
    // AS and a string: a body in another language.
    if (this.#top === 'declarations' && (lexer.kind === 'dollarString' || lexer.kind === 'string')) this.#frames.pop()
    this.#expects = 'rest'
    this.#declares = word === 'DECLARE'
    this.#labelMayEnd = lexer.kind === 'word' || lexer.kind === 'quotedName'
  }

  #open(lexer: Lexer, word: string): void {
    const { start } = lexer
    if (word === 'BEGIN' && this.#top === 'package' && !this.#routineOpen) {
      // The package's own first statements: its END is the package's.
      this.#expects = 'statement'
      return
    }
    if (word === 'BEGIN') {
      if (this.#top === 'declarations') this.#frames.pop()
      this.#routineOpen = false
    }
    this.#push(word as Frame['what'], start)
    this.#expects = word === 'BEGIN' || word === 'LOOP' || word === 'REPEAT' ? 'statement' : 'rest'
  }

  #openDeclarations(lexer: Lexer): void {
    this.#push('declarations', lexer.start)
    this.#expects = 'statement'
  }

  #close(): void {
    this.#frames.pop()
    this.#expects = 'rest'
    this.#before = 'END'
  }

  #seeRest(lexer: Lexer, word: string, before: string): void {
    const top = this.#top
    if (word === 'HANDLER' && this.#declares) return
    if (word === 'FOR' && before === 'HANDLER' && this.#declares) this.#expects = 'body'
    else if (word === 'ATOMIC' && before === 'NOT' && top === 'BEGIN') this.#expects = 'statement'
    else if (word === 'THEN' && top !== 'value') this.#expects = 'statement'
    else if (word === 'DO' && (top === 'WHILE' || top === 'FOR')) this.#expects = 'statement'
    else if (word === 'LOOP' && before !== 'END' && (top === 'WHILE' || top === 'FOR')) this.#expects = 'statement'
    else if (word === 'AS' && this.#returns && top === undefined) this.#openDeclarations(lexer)
    else if (word === 'REPEAT' && before === 'END' && top === 'REPEAT') this.#close()
    else this.#seeExpression(lexer, word)
  }

  /** The CASE of END CASE counts too: the delimiter behind it closes whatever expression is open. */
  #seeExpression(lexer: Lexer, word: string): void {
    if (word === 'CASE') this.#push('value', lexer.start)
    else if (word === 'END' && this.#top === 'value') this.#frames.pop()
  }
}
