import type { Queen } from '../../src/core/index.js'

export declare function postgresMigrations(q: Queen, count: number, kinds?: 'all' | 'transactional'): Queen
export declare function marksOf(count: number): readonly string[]
