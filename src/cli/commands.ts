import type { CommandContext, Outcome } from './context.js'
import type { CommandName } from './command-name.js'
import { ALLOW_FLAGS, LOCK_FLAGS, RANGE_FLAGS, RUN_FLAGS, type FlagSpec } from './flags.js'

/** What a command does: it returns facts, and leaves printing and ending to others. */
type Command = (context: CommandContext) => Promise<Outcome>

/** A command as the parser and `help` know it. Its code is loaded when it is run. */
export interface CommandSpec {
  readonly name: CommandName
  /** Its arguments: `<name>`, `[n]`. */
  readonly usage: string
  readonly about: string
  readonly flags: readonly FlagSpec[]
  /** Whether it runs migrations, so that there is something to follow. */
  readonly extent: 'notices' | 'runs'
  /** Command lines that work as they stand. */
  readonly examples: readonly string[]
  readonly load: () => Promise<Command>
}

const CREATE_FLAGS: readonly FlagSpec[] = [
  ['--type <type>', 'sql or ts (default: sql)'],
  ['--series <prefix>', 'series of the version, such as users_'],
  ['--version <version>', 'the version itself (default: the next one)'],
  ['--timestamp', 'the time now (UTC) for a version'],
]

const RECOVER_FLAGS: readonly FlagSpec[] = [
  ['--resume', 'go on behind the statements that are committed'],
  ['--applied', 'record it as applied: you have finished it by hand'],
  ['--pending', 'forget it: you have undone it by hand'],
]

/** Every command, in the order `help` lists them. */
export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'init',
    usage: '',
    about: 'write a first migration, a configuration and a test; files that exist are left alone',
    flags: [],
    extent: 'notices',
    examples: ['queen init'],
    load: async () => (await import('./commands/init.js')).init,
  },
  {
    name: 'create',
    usage: '<name>',
    about: 'add a new migration to the migrations module',
    flags: CREATE_FLAGS,
    extent: 'notices',
    examples: [
      'queen create add_email',
      'queen create backfill_email --type ts',
      'queen create add_posts --series posts_',
    ],
    load: async () => (await import('./commands/create.js')).create,
  },
  {
    name: 'up',
    usage: '',
    about: 'apply what is pending',
    flags: [...RANGE_FLAGS, ...ALLOW_FLAGS, ...RUN_FLAGS],
    extent: 'runs',
    examples: ['queen up', 'queen up --dry-run', 'queen up --to 002 --lock-timeout 30s'],
    load: async () => (await import('./commands/up.js')).up,
  },
  {
    name: 'down',
    usage: '[n]',
    about: 'take the last migration back, or the last n, or those behind --to',
    flags: [...RANGE_FLAGS, ...RUN_FLAGS],
    extent: 'runs',
    examples: ['queen down', 'queen down 2 --yes', 'queen down --to 001 --dry-run'],
    load: async () => (await import('./commands/down.js')).down,
  },
  {
    name: 'goto',
    usage: '<version>',
    about: 'go up or down to a version: it is the last one applied then',
    flags: [...ALLOW_FLAGS, ...RUN_FLAGS],
    extent: 'runs',
    examples: ['queen goto 001', 'queen goto 001 --dry-run'],
    load: async () => (await import('./commands/goto.js')).goto,
  },
  {
    name: 'redo',
    usage: '[n]',
    about: 'take the last migration back, or the last n, and apply them again',
    flags: RUN_FLAGS,
    extent: 'runs',
    examples: ['queen redo', 'queen redo 2 --yes'],
    load: async () => (await import('./commands/redo.js')).redo,
  },
  {
    name: 'reset',
    usage: '',
    about: 'take everything back',
    flags: RUN_FLAGS,
    extent: 'runs',
    examples: ['queen reset --dry-run', 'queen reset --yes'],
    load: async () => (await import('./commands/reset.js')).reset,
  },
  {
    name: 'plan',
    usage: '[direction]',
    about: 'show what up (or down) would do, with its SQL',
    flags: [...RANGE_FLAGS, ...ALLOW_FLAGS],
    extent: 'runs',
    examples: ['queen plan', 'queen plan down --steps 2'],
    load: async () => (await import('./commands/plan.js')).plan,
  },
  {
    name: 'status',
    usage: '',
    about: 'show the state of every migration',
    flags: [['--check', 'end with 3 when migrations are pending']],
    extent: 'notices',
    examples: ['queen status', 'queen status --check --quiet'],
    load: async () => (await import('./commands/status.js')).status,
  },
  {
    name: 'version',
    usage: '',
    about: 'print the version applied last, and nothing when none is',
    flags: [],
    extent: 'notices',
    examples: ['queen version'],
    load: async () => (await import('./commands/version.js')).version,
  },
  {
    name: 'validate',
    usage: '',
    about: 'look for everything that is wrong or doubtful',
    flags: [['--no-pending', 'pending migrations are a problem too: end with 3']],
    extent: 'notices',
    examples: ['queen validate', 'queen validate --no-pending'],
    load: async () => (await import('./commands/validate.js')).validate,
  },
  {
    name: 'log',
    usage: '',
    about: 'show what was ever done, the newest first',
    flags: [['--last <n>', 'only the newest n']],
    extent: 'notices',
    examples: ['queen log --last 10'],
    load: async () => (await import('./commands/log.js')).log,
  },
  {
    name: 'baseline',
    usage: '<version>',
    about: 'record everything up to a version as applied without running it',
    flags: LOCK_FLAGS,
    extent: 'runs',
    examples: ['queen baseline 001'],
    load: async () => (await import('./commands/baseline.js')).baseline,
  },
  {
    name: 'recover',
    usage: '<version>',
    about: 'settle a migration that stopped half-way',
    flags: [...RECOVER_FLAGS, ...LOCK_FLAGS],
    extent: 'runs',
    examples: ['queen recover 002 --resume'],
    load: async () => (await import('./commands/recover.js')).recover,
  },
  {
    name: 'repair',
    usage: '[versions...]',
    about: 'accept the text of applied migrations as it is now, of all that differ or of those named',
    flags: LOCK_FLAGS,
    extent: 'runs',
    examples: ['queen repair 001', 'queen repair'],
    load: async () => (await import('./commands/repair.js')).repair,
  },
]
