import type { CallSite } from './call-site.js'
import { QueenError } from './errors.js'
import { acceptMigration, type Migration, type RegisteredMigration } from './migration.js'
import { inOrder } from './order.js'
import type { Transaction } from './transaction.js'
import { versionIdentity } from './version.js'

/** The migrations a program knows, checked one by one as they come in. */
export class Registry<Tx extends Transaction = Transaction> {
  readonly #byVersion = new Map<string, RegisteredMigration<Tx>>()
  readonly #byIdentity = new Map<string, RegisteredMigration<Tx>>()
  #ordered: readonly RegisteredMigration<Tx>[] | undefined

  /** @throws QueenError `INVALID_MIGRATION`, or `DUPLICATE_VERSION` naming both places. */
  add(input: Migration<Tx>, at: CallSite): void {
    const migration = acceptMigration(input, at)
    const identity = versionIdentity(migration.version)
    const twin = this.#byIdentity.get(identity)
    if (twin !== undefined) throw duplicate(migration, twin)
    this.#byVersion.set(migration.version, migration)
    this.#byIdentity.set(identity, migration)
    this.#ordered = undefined
  }

  get(version: string): RegisteredMigration<Tx> | undefined {
    return this.#byVersion.get(version)
  }

  /** In the order they are applied. @throws QueenError `UNKNOWN_VERSION` or `DEPENDENCY_CYCLE`. */
  ordered(): readonly RegisteredMigration<Tx>[] {
    return (this.#ordered ??= inOrder([...this.#byVersion.values()]))
  }
}

function duplicate(migration: RegisteredMigration<never>, twin: RegisteredMigration<never>): QueenError {
  const both = `${twin.version} ${twin.name} at ${twin.at} and ${migration.version} ${migration.name} at ${migration.at}`
  const why =
    migration.version === twin.version ? 'have the same version' : 'differ only by leading zeros or letter case'
  return new QueenError('DUPLICATE_VERSION', `Two migrations ${why}: ${both}`, {
    hint: 'give the one that is not applied anywhere yet the next free version',
    version: migration.version,
    versions: [twin.version, migration.version],
    at: String(migration.at),
  })
}
