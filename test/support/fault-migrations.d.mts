import type { Queen } from '../../src/core/index.js'

export declare function faultMigrations(): Queen
export declare const MARKS: readonly string[]
