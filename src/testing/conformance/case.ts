import type { Bench } from './bench.js'

/**
 * What a case cannot do without:
 * - `connections`: several connections that see one database
 * - `transactional DDL`: CREATE TABLE rolls back
 * - `child`: a module by which another process connects
 * - `settings`: settings of a session, named by whoever runs the suite
 * - `slow`: a statement that takes long
 * - `table locks`: a statement by which a transaction keeps others from changing a table
 * - `remarks`: a statement the database remarks on
 * - `inspector`: the second power, of describing schemas and making scratch databases
 */
export type Need =
  | 'connections'
  | 'transactional DDL'
  | 'child'
  | 'settings'
  | 'slow'
  | 'table locks'
  | 'remarks'
  | 'inspector'

/** One thing every driver must do. */
export interface Case {
  /** `group: what is promised`. */
  readonly name: string
  readonly needs: readonly Need[]
  run(bench: Bench): Promise<void>
}

/** Cases are written as name, needs and body, so that a file of them reads as a list of promises. */
export function promise(name: string, run: (bench: Bench) => Promise<void>, ...needs: readonly Need[]): Case {
  return { name, needs, run }
}
