import type { Driver, HistoryTable, Inspector, SchemaObject, Scratch, Session } from '../core/driver.js'
import { QueenError } from '../core/errors.js'
import type { Dialect } from '../core/sql/dialect.js'
import type { Transaction } from '../core/transaction.js'

/** A driver that can also make scratch databases and describe them. */
export type TestDriver<Tx extends Transaction = Transaction> = Driver<Tx> & Inspector<Tx>

/**
 * A database to throw away, made when it is first needed: a test asks for one without waiting, and a test that only
 * registers migrations never makes one.
 */
export class ScratchDriver<Tx extends Transaction> implements Driver<Tx>, Inspector<Tx> {
  readonly dialect: Dialect
  readonly target: string
  readonly #origin: () => Promise<TestDriver<Tx>>
  #made: Promise<Scratch<Tx>> | undefined
  #state: 'usable' | 'dropped' = 'usable'

  constructor(dialect: Dialect, target: string, origin: () => Promise<TestDriver<Tx>>) {
    this.dialect = dialect
    this.target = target
    this.#origin = origin
  }

  async connect(table: HistoryTable): Promise<Session<Tx>> {
    return await (await this.#driver()).connect(table)
  }

  async snapshot(session: Session<Tx>): Promise<readonly SchemaObject[]> {
    return await (await this.#driver()).snapshot(session)
  }

  async rows(session: Session<Tx>): Promise<ReadonlyMap<string, readonly string[]>> {
    return await (await this.#driver()).rows(session)
  }

  /** Another one, beside this. */
  async scratch(): Promise<Scratch<Tx>> {
    return await (await this.#origin()).scratch()
  }

  /** Removes the database if there is one. */
  async drop(): Promise<void> {
    this.#state = 'dropped'
    // One that could not be made has told so where it was asked for.
    const made = await this.#made?.catch(() => undefined)
    await made?.drop()
  }

  async #driver(): Promise<TestDriver<Tx>> {
    if (this.#state === 'dropped')
      throw new QueenError('CONFIG_INVALID', 'The test is over and its database is gone', {
        hint: 'await everything the test does',
      })
    this.#made ??= this.scratch()
    return (await this.#made).driver
  }
}
