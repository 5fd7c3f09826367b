/** Reads the facts for reports from the disk: a chain in a store, and a file in it. */
export { collectReport } from './collect.js';
export { fileNamed } from './file-names.js';
export { lookAt, type LookedAt } from './look-at.js';
export { lastRuns, TargetStates } from './states.js';
export { scriptOf } from './script.js';
