/** What a token is. `codeOpen` and `codeClose` are the ends of MySQL's comments that hold code. */
export type TokenKind =
  | 'word'
  | 'quotedName'
  | 'string'
  | 'dollarString'
  | 'number'
  | 'parameter'
  | 'operator'
  | 'punctuation'
  | 'delimiter'
  | 'lineComment'
  | 'blockComment'
  | 'codeOpen'
  | 'codeClose'
  | 'delimiterLine'

/** Whether a token of this kind is something a server executes: not a comment nor the client's business. */
export const isCode = (kind: TokenKind): boolean =>
  kind !== 'lineComment' &&
  kind !== 'blockComment' &&
  kind !== 'codeOpen' &&
  kind !== 'codeClose' &&
  kind !== 'delimiterLine'

/** Whether a token of this kind reaches to the line's end, so that what follows it needs a line of its own. */
export const endsWithLine = (kind: TokenKind): boolean => kind === 'lineComment' || kind === 'delimiterLine'
