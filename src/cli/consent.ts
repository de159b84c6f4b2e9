import { createInterface } from 'node:readline/promises'
import { QueenError } from '../core/errors.js'
import type { PlannedStep } from '../core/planned.js'
import type { IO } from './io.js'

/** Asks for the word to go ahead with taking something back. @throws QueenError when it is not given */
export type Consent = (request: ConsentRequest) => Promise<void>

/** What somebody is asked to agree to. */
export interface ConsentRequest {
  readonly command: 'down' | 'goto' | 'redo' | 'reset'
  /** Works out what would be done. Called only where somebody has to agree. */
  readonly planned: () => Promise<readonly PlannedStep[]>
}

interface ConsentSettings {
  readonly io: Pick<IO, 'stdin' | 'stderr'>
  readonly protection: 'protected' | 'open'
  readonly environment: string
  /** `given`: `--yes` was written. */
  readonly yes: 'given' | 'missing'
  readonly target: string
  readonly signal: AbortSignal
}

/**
 * Who has to agree to what: with `--yes` nobody; in a protected environment nothing else will do; on a terminal a
 * person is asked; without one `reset` still wants `--yes`, since nobody means it as one step of a script by accident.
 */
export async function askConsent({ command, planned }: ConsentRequest, settings: ConsentSettings): Promise<void> {
  const { io, protection, environment, yes } = settings
  const attended = io.stdin.isTTY === true && io.stderr.isTTY === true
  if (yes === 'given') return
  if (protection === 'open' && !attended && command !== 'reset') return
  const steps = (await planned()).filter((step) => step.direction === 'down')
  // Whether the others are refused must not depend on what happens to be applied: a script would find out too late.
  const harmless = steps.length === 0 && (command === 'goto' || (protection === 'open' && attended))
  if (harmless) return
  const what = `${command} would take back ${steps.length === 0 ? 'whatever is applied' : list(steps)}`
  if (protection === 'protected')
    throw refused(`${environment === '' ? 'This database' : `The environment ${environment}`} is protected: ${what}`)
  if (!attended) throw refused(what)
  await ask(steps, settings)
}

function refused(message: string): QueenError {
  return new QueenError('CONFIG_INVALID', message, {
    hint: 'add --yes if that is what you want, or look first with --dry-run',
  })
}

function list(steps: readonly PlannedStep[]): string {
  const shown = steps.slice(0, 10).map((step) => `${step.version} ${step.name}`)
  return [...shown, ...(steps.length > 10 ? [`${steps.length - 10} more`] : [])].join(', ')
}

async function ask(steps: readonly PlannedStep[], { io, target, signal }: ConsentSettings): Promise<void> {
  const lines = steps.map((step) => `  ${step.version} ${step.name}${step.destructive ? '  (drops or deletes)' : ''}\n`)
  io.stderr.write(`This takes back, on ${target}:\n${lines.join('')}`)
  const answer = await answerTo('Go ahead? (y/N) ', io, signal)
  if (/^y(es)?$/i.test(answer.trim())) return
  throw new QueenError('ABORTED', 'Not confirmed: nothing was changed', { hint: 'answer y, or add --yes' })
}

/** A line from the terminal; '' when the input ends or a signal comes instead. */
async function answerTo(question: string, io: Pick<IO, 'stdin' | 'stderr'>, signal: AbortSignal): Promise<string> {
  const reader = createInterface({ input: io.stdin, output: io.stderr, terminal: true })
  // In this mode the terminal hands over Ctrl-C as a key; the process still has to hear of it as the signal it means.
  reader.on('SIGINT', () => {
    io.stderr.write('\n')
    process.kill(process.pid, 'SIGINT')
  })
  let ended = (): void => {}
  const end = new Promise<string>((done) => {
    ended = () => {
      io.stderr.write('\n')
      done('')
    }
  })
  reader.once('close', ended)
  try {
    return await Promise.race([reader.question(question, { signal }).catch(() => ''), end])
  } finally {
    reader.off('close', ended)
    reader.close()
    io.stdin.pause()
  }
}
