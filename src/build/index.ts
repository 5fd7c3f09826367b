/** Builds derivations: what is needed and not there, in order, each in a sandbox, into a store. */
export { buildGraph, realisedOutputs, type BuildOptions, type BuildReport, type BuildRequest } from './build.js';
export * from './event.js';
export type { Executed, Executor, ExecutorFailure, ExecutorRequest } from './executor.js';
export { SandboxExecutor, type SandboxVariation } from './sandbox-executor.js';
export { checkSandbox } from './run.js';
export { logPath, readLog } from './log.js';
export { isAlive, Journal, JournalReader, journalsDirectory, listJournals, type JournalEvent, type JournalLine, type RunHeader } from './journal.js';
export { durationsFile, readDurations } from './durations.js';
export { estimates, machineRatio, type Durations, type Estimates } from './estimate.js';
export { firstDifference } from './compare.js';
export type { OutputPaths } from './realise.js';
