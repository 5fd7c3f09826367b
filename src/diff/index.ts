/** The one place that compares trees and files: where they differ first, or everything that differs, told in the terms of the format. */
export { firstDifference, type TreeDifference } from './first-difference.js';
export { diffTrees, type FileDifference, type TreesDifference } from './trees.js';
export type { ContentsDifference } from './contents.js';
export { diffLines, type DiffLine, type Hunk } from './lines.js';
