export { conformance, conformanceCases } from './suite.js'
export type { ConformanceDatabase, ConformanceOptions, ConformanceSQL, Runner, SessionSetting } from './options.js'
export type { Need } from './case.js'
