export { runCLI } from './run-cli.js'
export type { CLIOptions, Input, Output } from './io.js'
export type { QueenLike } from './load/queen-in.js'
export type { ConfigSection, QueenConfig } from './config/config.js'
export type { CommandName } from './command-name.js'
export type {
  CommandResult,
  CreateDocument,
  ErrorDocument,
  InitDocument,
  JSONDocument,
  LogDocument,
  PlanDocument,
  RecordsDocument,
  RecoverDocument,
  RunResultDocument,
  StatusDocument,
  TextDocument,
  ValidateDocument,
  VersionDocument,
} from './reporters/document.js'
