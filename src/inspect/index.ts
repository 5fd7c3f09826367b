/** Reads the facts for reports from the disk: a chain in a store, and the differences of two trees. */
export { collectReport } from './collect.js';
export { lookAt, type LookedAt } from './look-at.js';
export { lastRuns, TargetStates } from './states.js';
export { scriptOf } from './script.js';
export { diffTrees, type FileDifference, type TreesDifference } from './diff/trees.js';
export type { ContentsDifference } from './diff/contents.js';
export { diffLines, type DiffLine, type Hunk } from './diff/line-diff.js';
