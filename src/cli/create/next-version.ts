import { compareVersions, seriesOf, versionIdentity } from '../../core/version.js'
import { invalid } from '../invalid.js'

/** What was said about the version of a new migration. */
export interface VersionRequest {
  readonly existing: readonly string[]
  readonly series: string | undefined
  readonly version: string | undefined
  readonly naming: 'as before' | 'timestamp'
  readonly now: Date
}

const VERSION = /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/
const SERIES = /^(?:[A-Za-z][A-Za-z._-]*)?$/
/** Dates with a time of day as people number migrations: minutes, seconds or milliseconds behind them. */
const STAMP = /^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d(?:\d{3})?)?$/

/** The version for a new migration. @throws QueenError `CONFIG_INVALID` */
export function nextVersion(request: VersionRequest): string {
  const { existing, series, version, naming } = request
  if (version !== undefined) {
    if (series !== undefined || naming === 'timestamp')
      throw invalid('--version is given together with --series or --timestamp', 'leave one of them out')
    return accepted(version, existing)
  }
  if (series !== undefined && !SERIES.test(series))
    throw invalid(
      `the series ${JSON.stringify(series)} cannot begin a version`,
      'write letters, ".", "_" and "-", such as users_',
    )
  const prefix = series ?? onlySeries(existing)
  const last = existing
    .filter((one) => seriesOf(one) === prefix)
    .sort(compareVersions)
    .at(-1)
  if (last === undefined)
    return accepted(naming === 'timestamp' ? prefix + stamp(request.now, 14) : `${prefix}001`, existing)
  return accepted(behind(last, prefix, request), existing)
}

/** The next of a series: one more in its last number, or the time now where that number is one. */
function behind(last: string, prefix: string, { naming, now }: VersionRequest): string {
  const digits = /\d+(?!.*\d)/.exec(last)
  if (digits === null)
    throw invalid(`there is no number in ${last} to count on from`, 'name the version with --version')
  const number = digits[0]
  const rest = last.slice(digits.index + number.length)
  if (naming === 'as before' && !STAMP.test(number))
    return last.slice(0, digits.index) + String(BigInt(number) + 1n).padStart(number.length, '0') + rest
  const time = stamp(now, STAMP.test(number) ? number.length : 14)
  // A clock that is behind must not make a version that is out of order.
  const later = BigInt(time) > BigInt(number) ? time : String(BigInt(number) + 1n)
  return prefix + later
}

function onlySeries(existing: readonly string[]): string {
  const all = [...new Set(existing.map(seriesOf))]
  if (all.length <= 1 || all.includes('')) return all.length === 1 ? all[0]! : ''
  throw invalid('the versions belong to several series', `name one: ${all.map((one) => `--series ${one}`).join(', ')}`)
}

function accepted(version: string, existing: readonly string[]): string {
  if (!VERSION.test(version))
    throw invalid(
      `${JSON.stringify(version)} is no version`,
      'a version begins with a letter or digit and goes on with letters, digits, ".", "_" and "-"',
    )
  const identity = versionIdentity(version)
  const twin = existing.find((one) => versionIdentity(one) === identity)
  if (twin === undefined) return version
  const why = twin === version ? 'is there already' : `is there already, written ${twin}`
  throw invalid(`the version ${version} ${why}`, 'name another with --version')
}

/** The time in UTC, so that two people's versions sort the way they were made. */
function stamp(now: Date, length: number): string {
  return now.toISOString().replace(/\D/g, '').slice(0, length)
}
