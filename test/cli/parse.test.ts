import { expect, test } from 'vitest'
import { COMMANDS } from '../../src/cli/commands.js'
import { parsePlain } from '../../src/cli/parse.js'
import { parseFully } from '../../src/cli/parse-fully.js'

/** What both make of a line: the plain parser may only answer when the full one gives the same. */
function both(argv: readonly string[]): { plain: unknown; full: unknown } {
  const essence = (asked: ReturnType<typeof parsePlain>): unknown =>
    asked?.kind === 'command' ? { command: asked.spec.name, words: [...asked.words], flags: asked.flags } : asked
  let full: unknown
  try {
    full = essence(parseFully(argv))
  } catch (error) {
    full = error
  }
  return { plain: essence(parsePlain(argv)), full }
}

const PLAIN = [
  ...COMMANDS.flatMap(({ examples }) => examples.map((line) => line.replace(/^queen /, ''))),
  'status --json --no-color --url sqlite:a.db',
  'status --url=sqlite:a.db --table=t --check',
  'validate --no-pending --env production --no-color',
  'validate',
  'up --to 1 --to 2',
  'up --allow-out-of-order --allow-unknown --atomic --on-failure rollback --yes --timeout 5m',
  'down -- 2',
  'repair 001 002 003 --json',
  'create x --version 007 --type=ts',
  'plan down --steps 2',
]

test.each(PLAIN)('queen %s: read at once, and to the same answer as the full parser gives', (line) => {
  const { plain, full } = both(line.split(' '))
  expect(plain).toBeDefined()
  expect(plain).toEqual(full)
})

const DOUBTFUL = [
  ...[
    '',
    'help',
    'help up',
    '--json status',
    '--version',
    'status --version',
    'up --help',
    '-h',
    'stauts',
    'status extra',
    'goto',
    'goto 1 2',
  ],
  ...[
    'create',
    'up --tpo 1',
    'up --to',
    'up --to --json',
    'up --json=yes',
    'status -x',
    'create x --version',
    'up --to=',
    'reset --no-yes',
    'down 1 2',
  ],
]

test.each(DOUBTFUL)('queen %s: left to the full parser', (line) => {
  expect(both(line === '' ? [] : line.split(' ')).plain).toBeUndefined()
})
