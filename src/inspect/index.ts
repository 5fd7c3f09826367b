/** Reads off the disk what reports are about: the facts of a chain in a store, the differences of two trees. */
export { collectReport, type ReportedChain } from './collect.js';
export { lastRuns, TargetStates } from './states.js';
export { scriptOf } from './script.js';
export { diffTrees, type FileDifference, type TreesDifference } from './diff/trees.js';
export type { ContentsDifference } from './diff/contents.js';
export { diffLines, type DiffLine, type Hunk } from './diff/line-diff.js';
