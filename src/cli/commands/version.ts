import type { CommandContext, Outcome } from '../context.js'

/** Tells the version applied last. Where there is none stdout stays empty, and stderr says so. */
export async function version({ database, notice }: CommandContext): Promise<Outcome> {
  const applied = await (await database()).version()
  if (applied === null) notice('none')
  return { result: { command: 'version', version: applied } }
}
