/** Reads off the disk what reports are about: the facts of a chain in a store, and of a file in it. */
export { collectReport } from './collect.js';
export { lookAt, type LookedAt } from './look-at.js';
export { scriptOf } from './script.js';
