export { Queen, type PlanOptions, type RunReport } from './queen.js'
export {
  QueenError,
  type FailedStatement,
  type FinishedMigration,
  type QueenErrorCode,
  type QueenErrorFacts,
} from './errors.js'
export type { Isolation, Migration, RegisteredMigration } from './migration.js'
export type { MigrationContext, MigrationFunction, Parameter, Transaction } from './transaction.js'
export type { Duration } from './duration.js'
export type { DownOptions, QueenOptions, RunOptions, UpOptions } from './options.js'
export type { QueenEventName, QueenEvents, QueenListener } from './events.js'
export type { MigrationState } from './reconcile.js'
export type { MigrationStatus } from './status.js'
export type { PlannedStep } from './planned.js'
export type { Problem } from './problem.js'
export type { Recovery } from './maintenance.js'
export type { CallSite } from './call-site.js'
export { compareVersions } from './version.js'
export { redact } from './redact.js'
export { RELEASE } from './release.js'
export type { Driver, HistoryTable, Holder, Inspector, Lock, SchemaObject, Scratch, Session } from './driver.js'
export {
  ExecutionError,
  type Activity,
  type Blocker,
  type Execution,
  type ExecutionFailure,
  type Notice,
  type Operation,
} from './execution.js'
export type {
  Direction,
  JournalAction,
  JournalEntry,
  LateValue,
  MigrationRecord,
  RecordStatus,
  RecordWrite,
} from './record.js'
export type { Dialect, LexicalRules } from './sql/dialect.js'
