import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { QueenError, type QueenErrorCode } from '../src/core/index.js'
import { exitCodeOf } from '../src/cli/exit-code.js'

const ROW = /^\| `([A-Z_]+)` \|.*\| (\d+) \|$/gm

test('the table of errors lists every code there is, once, with the exit status it has', () => {
  const table = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8')
  const rows = [...table.matchAll(ROW)].map(([, code, exit]) => [code, Number(exit)])
  const source = readFileSync(new URL('../src/core/errors.ts', import.meta.url), 'utf8')
  const codes = [...source.matchAll(/^ {2}\| '([A-Z_]+)'$/gm)].map(([, code]) => code as QueenErrorCode)
  expect(codes.length).toBeGreaterThan(15)
  expect(rows).toEqual(codes.map((code) => [code, exitCodeOf(new QueenError(code, ''))]))
})
