/**
 * A seed from outside: a static TinyCC that takes the place of the one the chain makes. Whichever it is, the store paths of
 * stage 1 come out the same, so nothing of it is trusted; it only has to work.
 */
export { checkSeed, type CheckedSeed } from './check-seed.js';
export { addSeed, seedPath } from './add-seed.js';
export { lastSeed, rememberSeed } from './last-seed.js';
