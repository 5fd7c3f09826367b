/**
 * A seed from outside: a static TinyCC that replaces the one the chain makes. Every seed gives the same store paths of
 * stage 1, so it is not trusted; it only has to work.
 */
export { checkSeed, type CheckedSeed } from './check-seed.js';
export { addSeed, seedPath } from './add-seed.js';
export { lastSeed, rememberSeed } from './last-seed.js';
