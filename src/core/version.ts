import naturalCompare from 'natural-compare-lite'

/** As many digits as a double holds exactly, with room to spare. */
const CHUNK = 15

/**
 * Compares two versions in natural order: `2` before `10`, `users_9` before `users_10`, and `20191100000001000001`
 * after `20191100000001000000`. A strict total order for every pair of strings: 0 only for equal ones.
 *
 * natural-compare-lite decides; it is handed versions in a form in which its two limits cannot show. It reads a run
 * of digits as a double, so longer runs lose digits, and it takes a leading zero for text, so `007` sorted before `1`.
 * Each run is therefore written as its length without leading zeros, then the digits in chunks that a double holds.
 */
export function compareVersions(a: string, b: string): -1 | 0 | 1 {
  return a === b ? 0 : compareKeys(sortKey(a), sortKey(b))
}

/** The versions sorted in natural order; `versionOf` reads a version from an item. Each sort key is made only once. */
export function sortByVersion<T>(items: readonly T[], versionOf: (item: T) => string): T[] {
  return items
    .map((item) => ({ item, key: sortKey(versionOf(item)) }))
    .sort((a, b) => compareKeys(a.key, b.key))
    .map(({ item }) => item)
}

interface SortKey {
  readonly natural: string
  readonly raw: string
}

function sortKey(version: string): SortKey {
  return { natural: version.replace(/\d+/g, measured), raw: version }
}

function measured(digits: string): string {
  const significant = digits.replace(/^0+/, '')
  let out = `${significant.length}.`
  for (let i = 0; i < significant.length; i += CHUNK) out += `${significant.slice(i, i + CHUNK)}.`
  return out
}

function compareKeys(a: SortKey, b: SortKey): -1 | 0 | 1 {
  const natural = withPlainAlphabet(() => naturalCompare(a.natural, b.natural))
  if (natural !== 0) return natural
  // Only spellings of the same number are left (1 and 01), and strings that differ behind a NUL: plain code units.
  return a.raw < b.raw ? -1 : a.raw > b.raw ? 1 : 0
}

/** `String.alphabet` is a global setting of natural-compare-lite; a host program's use of it must not reorder migrations. */
function withPlainAlphabet<T>(compare: () => T): T {
  const global = String as { alphabet?: unknown }
  if (global.alphabet === undefined) return compare()
  const { alphabet } = global
  global.alphabet = undefined
  try {
    return compare()
  } finally {
    global.alphabet = alphabet
  }
}

/**
 * The series a version belongs to: its leading part before the first digit. `users_001` is of `users_`, `001` of ''.
 * Order is checked within a series only.
 */
export function seriesOf(version: string): string {
  const digit = version.search(/\d/)
  return digit === -1 ? version : version.slice(0, digit)
}

/**
 * What two versions must not share: spellings that people and file systems take for the same (`1` and `001`, `1a` and
 * `1A`, composed and decomposed letters) have the same identity, and are refused as duplicates.
 */
export function versionIdentity(version: string): string {
  return version
    .normalize('NFC')
    .toLowerCase()
    .replace(/\d+/g, (digits) => digits.replace(/^0+(?=\d)/, ''))
}
