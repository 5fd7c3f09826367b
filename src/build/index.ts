/** Builds derivations: what is needed and not there, in order, each in a sandbox, into a store. */
export { buildGraph, realisedOutputs, type BuildOptions, type BuildReport, type BuildRequest } from './build.js';
export * from './event.js';
export type { Executed, Executor, ExecutorFailure, ExecutorRequest } from './executor.js';
export { checkSandbox } from './run.js';
export { identitiesOf, type Identities } from './identity.js';
export { logPath } from './log.js';
export { LogFile } from './log-file.js';
export { isAlive, Journal, JournalReader, journalsDirectory, listJournals, type JournalEvent, type JournalLine, type RunHeader } from './journal.js';
export { BUILDERS, BuildRecorder, readBuildRecords, type BuilderFacts, type BuilderKind, type BuildRecord } from './build-records.js';
export { machineFacts, type MachineFacts } from './machine.js';
export { durationsFile, readDurations } from './durations.js';
export { estimates } from './estimate.js';
export type { Durations } from './estimate.js';
export { adopt, resolvedDerivation, resolvedIds, resolvedRealisations, type OutputPaths } from './resolved.js';
export type { FetchRealisations } from './realise.js';
export { BUILD_COMMAND, prepareShell, type PreparedShell, type ShellRequest } from './shell.js';
