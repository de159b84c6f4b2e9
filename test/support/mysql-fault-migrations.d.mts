import type { Queen } from '../../src/core/index.js'

export declare function mysqlMigrations(q: Queen, count: number): Queen
export declare function marksOf(count: number): readonly string[]
