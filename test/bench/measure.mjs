/** Measuring side by side: on a busy machine only what ran in the same minute can be compared. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
/** Collects garbage, so that nobody is charged for what was left behind before. */
export const collect = runInNewContext('gc')

/** The middle of some numbers. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/**
 * Runs contestants in turn, each once in every round and each round beginning with another one; the first round warms
 * up and does not count. A contestant is a function that returns its own milliseconds, or nothing to be timed from
 * outside.
 *
 * @returns for each name its milliseconds, one number per round
 */
export async function inTurn(contestants, rounds) {
  const names = Object.keys(contestants)
  const times = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = 0; round <= rounds; round++)
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + round) % names.length]
      collect()
      const begun = performance.now()
      const own = await contestants[name]()
      const ms = typeof own === 'number' ? own : performance.now() - begun
      if (round > 0) times[name].push(ms)
    }
  return times
}

/**
 * How many times as long one took as the other: the median over rounds, how far the rounds differ, and the quickest of
 * the one by the quickest of the other, which neighbours disturb least.
 */
export function ratio(times, base) {
  const rounds = times.map((ms, round) => ms / base[round])
  const best = Math.min(...times) / Math.min(...base)
  return { value: median(rounds), low: Math.min(...rounds), high: Math.max(...rounds), best }
}

/**
 * The processor's milliseconds of some work: where a target is a time and not another contestant, waiting for neighbours
 * must not count.
 */
export async function processorTime(work) {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** One line of the table. `target` is the most that passes; without one the line only informs. */
export function line(what, { value, low, high, best }, target) {
  return { what, value, low, high, best, target }
}

/** Prints the lines as one table. */
export function print(lines) {
  const cells = lines.map(({ what, value, low, high, best, target, note }) => [
    what,
    value === undefined ? '' : `${digits(value)}x`,
    low === undefined ? '' : `${digits(low)}-${digits(high)}`,
    best === undefined ? '' : `${digits(best)}x`,
    target === undefined ? '' : `<= ${target}x`,
    note ?? (target === undefined ? '' : value <= target ? 'PASS' : 'over'),
  ])
  const rows = [['what', 'ratio', 'rounds', 'best', 'target', ''], ...cells]
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  for (const row of rows) {
    const [what, ...rest] = row.map((cell, column) =>
      column === 0 || column === 5 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
    )
    console.log([what, ...rest].join('  ').trimEnd())
  }
}

function digits(value) {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
