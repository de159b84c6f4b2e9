import { createHash, hash, type Hash } from 'node:crypto'
import type { RegisteredMigration } from './migration.js'
import { rulesFor, type Dialect } from './sql/dialect.js'
import { normalise, normaliseInto } from './sql/normalise.js'

/** What a migration's two halves are recognised by. null: there is no such half, or nothing of it can be hashed. */
export interface Checksums {
  readonly up: string | null
  readonly down: string | null
  /** The halves whose function no checksum speaks for. */
  readonly unhashed: readonly ('up' | 'down')[]
}

/** Names the way of hashing, so that a later way can tell old checksums from its own. */
const SCHEME = 'v1:'

const known = new WeakMap<object, Map<Dialect, Checksums>>()

/**
 * SHA-256 over the whitespace-normalised SQL of each half, up and down apart, together with `manualChecksum`. Made once
 * for each migration and dialect.
 *
 * `manualChecksum` stands for functions, so it enters the halves that have one, and up when none has: a changed down
 * function then never looks like a changed up.
 */
export function checksumsOf(migration: RegisteredMigration<never>, dialect: Dialect): Checksums {
  let byDialect = known.get(migration)
  if (byDialect === undefined) known.set(migration, (byDialect = new Map()))
  let checksums = byDialect.get(dialect)
  if (checksums === undefined) byDialect.set(dialect, (checksums = hashBoth(migration, dialect)))
  return checksums
}

function hashBoth(migration: RegisteredMigration<never>, dialect: Dialect): Checksums {
  const { upSQL, upFn, downSQL, downFn, manualChecksum } = migration
  const upManual = upFn !== undefined || downFn === undefined ? manualChecksum : undefined
  const unhashed: ('up' | 'down')[] = []
  if (manualChecksum === undefined && upFn !== undefined) unhashed.push('up')
  if (manualChecksum === undefined && downFn !== undefined) unhashed.push('down')
  return {
    up: hashHalf(upSQL, upFn, upManual, dialect),
    down: hashHalf(downSQL, downFn, downFn === undefined ? undefined : manualChecksum, dialect),
    unhashed,
  }
}

/** A token is never empty and SQL holds no NUL, so NULs frame the parts beyond doubt. */
function hashHalf(
  sql: string | readonly string[] | undefined,
  fn: unknown,
  manual: string | undefined,
  dialect: Dialect,
) {
  if (sql === undefined && (fn === undefined || manual === undefined)) return null
  const sum = new Sum()
  for (const text of sqlTexts(sql)) {
    normaliseInto(text, rulesFor(dialect), (piece) => sum.add(piece))
    sum.add('\0')
  }
  if (fn !== undefined) sum.add('\0fn\0')
  if (manual !== undefined) sum.add(`\0manual\0${manual}\0`)
  return SCHEME + sum.hex()
}

/** Text is handed to a hash in lots of this many characters: each call costs as much as hashing a kilobyte. */
const LOT = 1 << 16

/** A SHA-256 over text that comes in pieces. Most texts are one short piece, which is hashed in one go. */
class Sum {
  #pending = ''
  #hash: Hash | undefined

  add(piece: string): void {
    this.#pending += piece
    if (this.#pending.length < LOT) return
    this.#hash ??= createHash('sha256')
    this.#hash.update(this.#pending)
    this.#pending = ''
  }

  hex(): string {
    return this.#hash === undefined ? hash('sha256', this.#pending) : this.#hash.update(this.#pending).digest('hex')
  }
}

/** The texts of a half: none, one, or a list of one statement each. */
export function sqlTexts(sql: string | readonly string[] | undefined): readonly string[] {
  return sql === undefined ? [] : typeof sql === 'string' ? [sql] : sql
}

/**
 * The hash of the statements executed so far, one added at a time: by it a corrected migration proves that what was
 * executed is still what it says.
 */
export function executedHash(before: string | null, item: string, dialect: Dialect): string {
  const text = normalise(item, rulesFor(dialect))
  return createHash('sha256')
    .update(`${before ?? ''}\0${text}`)
    .digest('hex')
}
