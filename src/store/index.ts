/** The store on disk: the only code that touches a store's directory and its database. */
export { makeDirectory } from './make-directory.js';
export { Store, type NewPath } from './store.js';
export { addProgram, addTexts, addTreeOnce, programAddress, treeAddress, treePath, type FlatFileOptions, type TreeOptions } from './add.js';
export type { PathFacts, PathNode } from './database.js';
export { lock, tryLock, type FileLock, type WaitOptions } from './file-lock.js';
export type { GcOptions, GcReport } from './gc.js';
export { attempt, attemptAsync, ioFailure } from './io-failure.js';
export type { Layout } from './layout.js';
export type { OpenOptions } from './open-database.js';
export type { LockKey } from './path-locks.js';
export type { Defect, VerifyOptions, VerifyReport } from './verify.js';
export { writeAll } from './write-all.js';
export * from './tree/index.js';
export { storeRoot } from './store-root.js';
