import { extname } from 'node:path'
import type * as Babel from '@babel/parser'
import { requirePackage } from '../common-js.js'

/** Parses a module. @throws SyntaxError with `loc` */
export function parseSource(text: string, file: string): Babel.ParseResult {
  const { parse } = requirePackage('@babel/parser') as typeof Babel
  const typescript = /^\.[cm]?tsx?$/.test(extname(file))
  return parse(text, {
    sourceType: 'unambiguous',
    allowAwaitOutsideFunction: true,
    plugins: [
      ...(typescript ? (['typescript'] as const) : []),
      'explicitResourceManagement',
      'importAttributes',
      'decorators-legacy',
    ],
  })
}
