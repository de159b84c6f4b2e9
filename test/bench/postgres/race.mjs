import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { inTurn, line, median, ratio } from '../measure.mjs'
import { inDatabase } from './places.mjs'

const RACERS = 50
const COUNT = 20

/**
 * Processes that all find a fresh database, against one of them alone and the start of the others: as many processes at
 * once that load and register the same and connect to nothing.
 */
export async function race() {
  const start = async (count, url) => {
    const script = fileURLToPath(new URL('./racer.mjs', import.meta.url))
    const args = [script, String(COUNT), ...(url === undefined ? [] : [url])]
    const processes = Array.from({ length: count }, () => promisify(execFile)(process.execPath, args))
    const applied = (await Promise.all(processes)).map(({ stdout }) => Number(stdout))
    const sum = applied.reduce((a, b) => a + b, 0)
    if (url !== undefined && sum !== COUNT) throw new Error(`${sum} migrations were applied instead of ${COUNT}`)
  }
  const racing = (count) => async () =>
    await inDatabase(async ({ url }) => {
      const begun = performance.now()
      await start(count, url)
      return performance.now() - begun
    })
  const times = await inTurn({ all: racing(RACERS), one: racing(1), starts: async () => await start(RACERS - 1) }, 5)
  const base = times.one.map((ms, round) => ms + times.starts[round])
  const share = (name) => `${Math.round(median(times[name]))} ms`
  return [
    line(
      `${RACERS} processes, ${COUNT} migrations: all / one and the start of ${RACERS - 1}`,
      ratio(times.all, base),
      1.5,
    ),
    { what: `  all ${share('all')}, one ${share('one')}, start of ${RACERS - 1} ${share('starts')}`, note: '' },
  ]
}
