import { expect, test } from 'vitest'
import { codeFrame } from '../../src/cli/reporters/code-frame.js'
import { styleOf } from '../../src/cli/reporters/style.js'

function frame(source: string, line: number, column: number): string[] {
  return codeFrame({ number: 1, total: 1, text: '', source, line, column }, styleOf('plain'))
}

/** What the caret stands below. */
function pointedAt(lines: readonly string[]): string {
  const caret = lines.findIndex((line) => /^ +\| *\^$/.test(line))
  return lines[caret - 1]!.slice(lines[caret]!.indexOf('^'))
}

test('two lines around, numbered', () => {
  expect(frame('a\nb\nc\nd\ne\nf\ng', 4, 1)).toEqual(['  2 | b', '  3 | c', '> 4 | d', '    | ^', '  5 | e', '  6 | f'])
  expect(frame('x', 1, 1)).toEqual(['> 1 | x', '    | ^'])
})

test('line numbers of different lengths stay below each other', () => {
  expect(frame(Array.from({ length: 12 }, (_, at) => `l${at + 1}`).join('\n'), 10, 2)).toEqual([
    '   8 | l8',
    '   9 | l9',
    '> 10 | l10',
    '     |  ^',
    '  11 | l11',
    '  12 | l12',
  ])
})

test.each([
  ['tabs', '\tSELECT\t1 FORM t', 'FORM t'],
  ['a line of another system', 'SELECT 1 FORM t\r\nx', 'FORM t'],
  ['a long line', `${'SELECT 1, '.repeat(50)}FORM${' t,'.repeat(100)}`, 'FORM'],
  ['the end of a long line', `${'SELECT 1, '.repeat(50)}FORM t`, 'FORM t'],
  ['what a terminal would obey', 'SELECT \u001B[2J1 FORM t', 'FORM t'],
])('the caret stands right: %s', (_, source, expected) => {
  expect(pointedAt(frame(source, 1, source.indexOf('FORM') + 1))).toMatch(new RegExp(`^${expected}`))
})

test('a password is not shown', () => {
  expect(frame("ATTACH 'postgres://ann:s3cr3t@db'", 1, 1).join('')).not.toContain('s3cr3t')
})
